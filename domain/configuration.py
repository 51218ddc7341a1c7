"""What a process needs to know to start: where the servers are, where data lies, and the first password."""

from pathlib import Path

import msgspec


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Fixed for the life of a process; what engineers change while it runs is in `domain.settings`."""

    data_dir: Path
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    database_url: str = ""
    """Empty: embedded."""
    nats_url: str = ""
    """Empty: embedded."""
    master_key: str = ""
    """32 bytes in base64 or hex; empty: the key file in the data directory."""
    admin_password: str = ""
    workers: int = 1
    log_level: str = "info"
    log_format: str = "auto"
    """json, console, or auto: console on a terminal."""
    cookie_secure: bool = False
    """Whether login cookies are for HTTPS alone; set it behind a TLS proxy."""
    requests_per_minute: int = 60_000
    """What the API answers to one caller; a tenth of it to those who are not logged in, by address."""
    terminal_idle_s: int = 600
    """A terminal session into which nothing was typed for so long is ended."""
    remote_write_url: str = ""
    """Where telemetry is sent on to by Prometheus' remote write; empty: nowhere."""
    remote_write_token: str = ""
    """Sent there as a bearer token."""
    receive_host: str = "::"
    """Where syslog messages and traps are received; :: is every address."""
    syslog_udp_port: int = 0
    """0: not received."""
    syslog_tcp_port: int = 0
    syslog_tls_port: int = 0
    syslog_tls_certificate: str = ""
    """A PEM file with its chain; needed for TLS, as is its key."""
    syslog_tls_key: str = ""
    trap_port: int = 0

    def __repr__(self) -> str:
        return f"<Configuration {self.data_dir}>"  # URLs, key and password stay out of logs
