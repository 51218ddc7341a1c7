"""Workers in processes of their own, which can be killed or stopped without asking."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.config import PREFIX
from domain.configuration import Configuration

MASTER_KEY_HEX = b"0123456789abcdef0123456789abcdef".hex()


@contextlib.contextmanager
def worker_process(
    configuration: Configuration, *kinds: str, log: Path | None = None, **more: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """`log`: where to write what it says; `more`: further settings."""
    given = {name.upper(): value for name, value in more.items()} | {
        "DATA_DIR": str(configuration.data_dir),
        "MASTER_KEY": MASTER_KEY_HEX,
        "DATABASE_URL": configuration.database_url,
        "NATS_URL": configuration.nats_url,
    }
    rest = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with contextlib.ExitStack() as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "worker", *(word for kind in kinds for word in ("--only", kind))],
            env=rest | {PREFIX + name: value for name, value in given.items()},
            stderr=written.enter_context(log.open("wb")) if log is not None else None,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
