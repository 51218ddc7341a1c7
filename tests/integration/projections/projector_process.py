"""A process that projects, or rebuilds and stops half-way, so that tests can kill it.

python projector_process.py project URL
python projector_process.py rebuild URL     (tells "half" on its output when half is done, and waits)
"""

import asyncio
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from psycopg_pool import AsyncConnectionPool

from adapters.ledger.log import PostgresEventLog
from adapters.ledger.mapper import KeepSealed
from adapters.ledger.positions import PostgresPositionWatch
from projections.alerts import Alerts
from projections.audit import Audit
from projections.rebuild import rebuild
from projections.runner import ProjectionRunner


async def project(url: str) -> None:
    """Alerts and audit, until killed."""
    async with AsyncConnectionPool(url, min_size=1, kwargs={"autocommit": True}, open=False) as pool:
        watch = PostgresPositionWatch(url)
        await watch.start()
        await ProjectionRunner(url, [Alerts(), Audit()], PostgresEventLog(pool, KeepSealed()), watch).run()


async def rebuild_half(url: str) -> None:
    """The audit, up to the first batch."""

    def progress(done: int, total: int) -> None:
        print("half", flush=True)
        threading.Event().wait()

    async with AsyncConnectionPool(url, min_size=1, kwargs={"autocommit": True}, open=False) as pool:
        await rebuild(url, Audit(), PostgresEventLog(pool, KeepSealed()), progress=progress)


if __name__ == "__main__":
    asyncio.run({"project": project, "rebuild": rebuild_half}[sys.argv[1]](sys.argv[2]))
