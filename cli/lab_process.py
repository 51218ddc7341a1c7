"""A part of the lab in a process of its own, which says in a file what it is and where it answers."""

import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from adapters.embedded.process import ServerProcess, ServerStartError, wait_until

_START_S = 30.0


class LabProcess:
    """`python -m MODULE ARGUMENTS --port PORT --map FILE`. Its port is kept from start to start where it is free."""

    def __init__(
        self, name: str, module: str, arguments: Sequence[str], *, ready_file: Path, log: Path
    ) -> None:
        self._name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._ready_file = ready_file
        self._log = log
        self._process: ServerProcess | None = None

    def start(self) -> bytes:
        """What it wrote when it was ready, JSON with a `port`. Raises ServerStartError."""
        port = self._last_port()
        try:
            return self._start(port)
        except ServerStartError:
            if port == 0:
                raise
            return self._start(0)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def _last_port(self) -> int:
        try:
            return int(json.loads(self._ready_file.read_text())["port"])
        except (OSError, ValueError, KeyError):
            return 0

    def _start(self, port: int) -> bytes:
        fresh = self._ready_file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        process = ServerProcess(
            self._name,
            [*self._command, "--port", str(port), "--map", str(fresh)],
            log=self._log,
            stop_signal=signal.SIGTERM,
        )
        process.start()

        def is_ready() -> bool:
            if not process.running:
                raise process.fail("ended at once")
            return fresh.exists() and fresh.stat().st_size > 0

        if not wait_until(is_ready, _START_S):
            process.stop()
            raise process.fail("did not come up")
        self._process = process
        time.sleep(0.05)  # the file is written in one go, but seen a moment earlier
        told = fresh.read_bytes()
        fresh.chmod(0o600)
        fresh.replace(self._ready_file)
        return told
