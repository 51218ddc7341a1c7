"""Health at the very first start, before the read models are made."""

from pathlib import Path

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from api.service_health import ServiceHealth
from cli.prepare import prepare_database


async def test_before_the_read_models_are_made_none_is_asked(
    database: str, pool: AsyncConnectionPool[AsyncConnection], data_dir: Path
) -> None:
    await prepare_database(database)
    log = data_dir / "postgres.log"
    before = log.stat().st_size
    found = await ServiceHealth(pool.connection, lambda: True, projections=3).look()
    assert not found.ready
    assert found.services.postgres.status == "up"
    assert (found.services.projections.status, found.services.routers.status) == ("behind", "unknown")
    with log.open() as file:
        file.seek(before)
        assert "does not exist" not in file.read()
