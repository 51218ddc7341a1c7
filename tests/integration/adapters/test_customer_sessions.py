"""Sessions of customers: begun, ended, told apart after a reboot, and forgotten."""

from typing import Any
from uuid import uuid4

from adapters.customer_sessions import PostgresSessions
from domain.router_reads import ActiveUser
from projections import customer_sessions

ROUTER = str(uuid4())


def _user(
    session_id: str, uptime_s: int | None, name: str = "jane", address: str = "100.64.0.9"
) -> ActiveUser:
    return ActiveUser(session_id=session_id, name=name, address=address, uptime_s=uptime_s)


async def _of(pool: Any, **asked: Any) -> list[customer_sessions.CustomerSession]:
    async with pool.connection() as conn:
        return await customer_sessions.of_customer(conn, ROUTER, "jane", **{"limit": 10, **asked})


async def test_a_session_is_one_row_from_beginning_to_end(pool: Any) -> None:
    log = PostgresSessions(pool)
    await log.seen(ROUTER, [_user("*1", 500), _user("*2", 7, name="joe\x00")])
    await log.seen(ROUTER, [_user("*1", 530)])
    (up,) = await _of(pool)
    assert up.ended_at is None and up.address == "100.64.0.9"
    await log.seen(ROUTER, [_user("*1", 3)])  # after a reboot the router counts its ids anew
    newest, oldest = await _of(pool)
    assert newest.ended_at is None and oldest.ended_at is not None and oldest.started_at == up.started_at
    await log.seen(str(uuid4()), [])  # another router says nothing about this one
    await log.seen(ROUTER, [])
    assert all(each.ended_at for each in await _of(pool))
    assert [each.started_at for each in await _of(pool, at=up.started_at)] == [up.started_at]
    assert await _of(pool, at="2020-01-01T00:00:00Z") == []


async def test_what_ended_long_ago_is_forgotten_and_what_is_up_is_not(pool: Any) -> None:
    log = PostgresSessions(pool)
    await log.seen(ROUTER, [_user("*1", None), _user("*2", 900)])
    await log.seen(ROUTER, [_user("*1", 1)])
    async with pool.connection() as conn:
        await conn.execute("UPDATE work.customer_sessions SET ended_at = ended_at - interval '40 days'")
    await log.forget(30)
    assert [each.session_id for each in await _of(pool)] == ["*1"]
