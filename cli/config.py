"""Reads the configuration: environment variables over a TOML file over defaults; anything unknown stops the start."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from domain.configuration import Configuration

PREFIX = "NETLEDGER_"
FILE_VARIABLE = "NETLEDGER_CONFIG"
FILES = (Path("netledger.toml"), Path("/etc/netledger/netledger.toml"))
"""Where a file is looked for when NETLEDGER_CONFIG names none."""


class ConfigurationError(ValueError):
    """A setting is unknown or bad; the message names it and the fix."""


def default_data_dir() -> Path:
    """/var/lib/netledger/data for root, else under the user's own data folder (XDG Base Directory)."""
    if os.geteuid() == 0:
        return Path("/var/lib/netledger/data")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "netledger"


def load(environ: Mapping[str, str], file: Path | None = None) -> Configuration:
    """Raises ConfigurationError."""
    values: dict[str, Any] = {"data_dir": str(default_data_dir())}
    values.update(_from_file(_chosen_file(environ, file)))
    values.update(_from_environment(environ))
    configuration = _converted(values)
    _check(configuration)
    return msgspec.structs.replace(configuration, data_dir=configuration.data_dir.expanduser().absolute())


def _chosen_file(environ: Mapping[str, str], file: Path | None) -> Path | None:
    named = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    if named is not None and not named.is_file():
        raise ConfigurationError(f"there is no configuration file {named} ({FILE_VARIABLE})")
    return named or next((each for each in FILES if each.is_file()), None)


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        values = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}") from None
    for name in values:
        _known(name, f"{name} in {file}")
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE:
            name = variable.removeprefix(PREFIX).lower()
            _known(name, variable)
            if text != "":
                values[name] = text
    return values


def _known(name: str, shown: str) -> None:
    fields = Configuration.__struct_fields__
    if name not in fields:
        known = ", ".join(PREFIX + field.upper() for field in fields)
        raise ConfigurationError(f"unknown setting {shown}; there are {known}")


def _converted(values: dict[str, Any]) -> Configuration:
    """One field at a time, so that the message names the setting."""
    for name, value in values.items():
        probe = {"data_dir": "/", name: value}
        try:
            msgspec.convert(probe, Configuration, strict=False, dec_hook=_path)
        except (msgspec.ValidationError, ValueError) as error:
            reason = str(error).partition(" - at ")[0]
            raise ConfigurationError(f"bad setting {PREFIX}{name.upper()}={value!r}: {reason}") from None
    return msgspec.convert(values, Configuration, strict=False, dec_hook=_path)


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise ValueError(f"cannot read a {kind.__name__}")


def _check(configuration: Configuration) -> None:
    rules = (
        (0 <= configuration.http_port <= 65535, "http_port", "a port is between 0 and 65535"),
        (configuration.requests_per_minute >= 10, "requests_per_minute", "at least 10"),
        (configuration.terminal_idle_s >= 1, "terminal_idle_s", "at least 1"),
        (1 <= configuration.workers <= 64, "workers", "between 1 and 64 worker processes"),
        (
            configuration.log_level.lower() in ("debug", "info", "warning", "error"),
            "log_level",
            "one of debug, info, warning, error",
        ),
        (configuration.log_format in ("auto", "json", "console"), "log_format", "one of auto, json, console"),
        (
            not configuration.database_url
            or configuration.database_url.startswith(("postgresql://", "postgres://")),
            "database_url",
            "must begin with postgresql://",
        ),
        (
            not configuration.nats_url or configuration.nats_url.startswith(("nats://", "tls://")),
            "nats_url",
            "must begin with nats:// or tls://",
        ),
        (
            not configuration.admin_password or len(configuration.admin_password) >= 10,
            "admin_password",
            "has at least 10 characters",
        ),
        (
            not configuration.remote_write_url
            or configuration.remote_write_url.startswith(("http://", "https://")),
            "remote_write_url",
            "must begin with http:// or https://",
        ),
    )
    ports = ("syslog_udp_port", "syslog_tcp_port", "syslog_tls_port", "trap_port")
    for name in ports:
        if not 0 <= getattr(configuration, name) <= 65535:
            raise ConfigurationError(f"bad setting {PREFIX}{name.upper()}: a port is between 0 and 65535")
    pair = (configuration.syslog_tls_certificate, configuration.syslog_tls_key)
    if configuration.syslog_tls_port and not all(pair):
        raise ConfigurationError(
            f"bad setting {PREFIX}SYSLOG_TLS_PORT: TLS needs {PREFIX}SYSLOG_TLS_CERTIFICATE and {PREFIX}SYSLOG_TLS_KEY"
        )
    for holds, name, reason in rules:
        if not holds:
            raise ConfigurationError(f"bad setting {PREFIX}{name.upper()}: {reason}")
