"""PPP sessions that are up: listing them, ending them, and watching what becomes of them."""

import asyncio
from collections.abc import Collection

from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.values import flag, uptime_s
from adapters.routeros.wire import Row
from domain.router_isolation import RouterStep, StepReporter
from domain.router_reads import ActiveUser

MENU = "/ppp/active"
_FIELDS = (".id", "name", "service", "address", "caller-id", "uptime", "radius")
FIRST_LOOK_S, LONGEST_LOOK_S = 0.05, 1.0
GONE_S = 5.0
"""How long a session that was removed may take to go."""


async def active_users(dialogue: Dialogue) -> tuple[ActiveUser, ...]:
    rows = await dialogue.rows(MENU, _FIELDS, "?service=pppoe")
    return tuple(_active(row) for row in rows)


async def sessions_of(dialogue: Dialogue, username: str) -> tuple[ActiveUser, ...]:
    """PPPoE sessions of one user; several where the profile allows it."""
    rows = await dialogue.rows(MENU, _FIELDS, f"?name={username}", "?service=pppoe")
    return tuple(_active(row) for row in rows)


async def sessions_of_many(dialogue: Dialogue, usernames: Collection[str]) -> tuple[ActiveUser, ...]:
    rows = await dialogue.rows(MENU, _FIELDS, *any_of("name", usernames), "?service=pppoe", "?#&")
    return tuple(_active(row) for row in rows)


def _active(row: Row) -> ActiveUser:
    return ActiveUser(
        session_id=row.get(".id", ""),
        name=row.get("name", ""),
        service=row.get("service", ""),
        address=row.get("address", ""),
        caller_id=row.get("caller-id", ""),
        uptime_s=uptime_s(row.get("uptime", "")),
        radius=flag(row.get("radius", "")),
    )


async def drop(
    dialogue: Dialogue, username: str, sessions: tuple[ActiveUser, ...], report: StepReporter
) -> tuple[ActiveUser, ...]:
    """Ends sessions and looks until they are gone. Gives those of the user that are there then: kept or new ones."""
    ended = {session.session_id for session in sessions}
    addresses = ", ".join(session.address for session in sessions)
    await report(RouterStep(name="session.drop", state="intended", detail=addresses))
    for session in sessions:
        await dialogue.remove(MENU, session.session_id)
    await report(RouterStep(name="session.drop", state="sent", detail=addresses))
    looks = Looks(dialogue, GONE_S)
    while True:
        there = await sessions_of(dialogue, username)
        if not ended & {session.session_id for session in there}:
            await report(RouterStep(name="session.drop", state="observed", detail="the session is gone"))
            return there
        if not await looks.again():
            await report(
                RouterStep(name="session.drop", state="observed", detail="the session is still there")
            )
            return there


async def wait_for_return(dialogue: Dialogue, username: str, watch_s: float) -> tuple[ActiveUser, ...]:
    """The user's sessions as soon as there are any, or none after `watch_s`."""
    looks = Looks(dialogue, watch_s)
    while True:
        there = await sessions_of(dialogue, username)
        if there or not await looks.again():
            return there


async def interface_is_gone(dialogue: Dialogue, username: str) -> bool:
    """Without its interface a session carries no traffic."""
    return not await dialogue.rows("/interface", [".id"], f"?name=<pppoe-{username}>")


class Looks:
    """Waits between looks, longer each time, within a time limit and the deadline of the dialogue."""

    def __init__(self, dialogue: Dialogue, limit_s: float) -> None:
        left_s = dialogue.remaining_s
        spare_s = min(1.0, 0.2 * left_s)  # for the commands that follow the last look
        self._ends = asyncio.get_running_loop().time() + min(limit_s, left_s - spare_s)
        self._pause_s = FIRST_LOOK_S

    async def again(self) -> bool:
        """False, at once, when the time is over."""
        left_s = self._ends - asyncio.get_running_loop().time()
        if left_s <= 0:
            return False
        await asyncio.sleep(min(self._pause_s, left_s))
        self._pause_s = min(self._pause_s * 1.6, LONGEST_LOOK_S)
        return True
