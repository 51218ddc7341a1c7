"""The disk under PostgreSQL fills up: commands are refused, and go on once there is room, with nothing lost."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.ledger import Ledger
from adapters.ledger.proof import Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from adapters.schema import migrate
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert
from domain.errors import Unavailable
from domain.event import Attribution
from tests.waiting import until

OpenLedger = Callable[[str], Awaitable[Ledger]]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 160 MB; needs root, and a kernel that lets it mount."""
    folder = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    mount = shutil.which("mount", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
    mounted = (
        mount is not None
        and not subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=160m,mode=0755", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not mounted:
        folder.rmdir()
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


async def test_a_full_disk_refuses_commands_until_there_is_room(
    small_disk: Path, open_ledger: OpenLedger, seals: LedgerSeals, engineer: Attribution
) -> None:
    server = EmbeddedPostgres(small_disk)
    server.start()
    try:
        migrate(server.url)
        ledger = await open_ledger(server.url)
        recorded: set[str] = set()
        refused: set[str] = set()
        ended = False

        async def client() -> None:
            while not ended:
                key = str(uuid4())
                command = RaiseAlert(
                    key=key, severity="low", title="t", detail={"noise": os.urandom(20_000).hex()}
                )
                try:
                    await ledger.execute(ALERT.to(alert_id(key), command, new=True), by=engineer)
                except Unavailable as error:
                    if "nothing was recorded" in error.message:
                        refused.add(key)
                    await asyncio.sleep(0.02)
                else:
                    recorded.add(key)

        clients = [asyncio.create_task(client()) for _ in range(4)]
        await until(lambda: len(recorded) > 20)
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free - 2**20)
        await until(lambda: refused)
        ballast.unlink()
        if not server.running:  # it gives up where even its log of changes finds no room, as it should
            server.start()
        before = len(recorded)
        await until(lambda: len(recorded) > before + 20)
        ended = True
        await asyncio.gather(*clients)
        with psycopg.connect(server.url) as conn:
            stored = {row[0] for row in conn.execute("SELECT state->'data'->>'key' FROM ledger.events")}
        assert recorded <= stored
        assert not refused & stored
        assert verify(server.url, Trust(seals.public_key, seals)).intact
    finally:
        server.stop()
