"""A NATS of some tests alone, since the stream LEDGER belongs to one ledger."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from adapters.embedded.nats import EmbeddedNats


@contextlib.contextmanager
def own_nats() -> Iterator[EmbeddedNats]:
    folder = Path(tempfile.mkdtemp(prefix="netledger-nats-"))
    folder.chmod(0o755)  # the server's own account passes through
    server = EmbeddedNats(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
