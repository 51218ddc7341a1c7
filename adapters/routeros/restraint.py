"""Telling whether a session is under the isolation profile: by its address, its list entry or its queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from adapters.routeros.address_list import MENU as ADDRESS_LIST
from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.values import pair, rate
from domain.router_ports import RouterError
from domain.router_reads import ActiveUser

MENU = "/ppp/profile"


@dataclass(frozen=True, slots=True)
class Restraint:
    """What an isolation profile does to a session, as far as it can be seen from outside."""

    ranges: tuple[tuple[int, int], ...] = ()
    address_list: str = ""
    limits: tuple[int | None, int | None] = (None, None)

    @property
    def visible(self) -> bool:
        return bool(self.ranges or self.address_list or any(self.limits))


async def read_restraint(dialogue: Dialogue, profile: str) -> Restraint:
    """Raises ROUTER_PROFILE_NOT_FOUND."""
    rows = await dialogue.rows(
        MENU, ("name", "remote-address", "address-list", "rate-limit"), f"?name={profile}"
    )
    if not rows:
        raise RouterError(
            "ROUTER_PROFILE_NOT_FOUND",
            f"this router has no PPP profile {profile}; create it or name another isolation profile",
            profile=profile,
        )
    row = rows[0]
    source = row.get("remote-address", "")
    ranges = _ranges(source) or (await _pool_ranges(dialogue, source) if source else ())
    up, _, down = row.get("rate-limit", "").split(" ")[0].partition("/")
    return Restraint(ranges, row.get("address-list", ""), (rate(up), rate(down or up)))


async def _pool_ranges(dialogue: Dialogue, pool: str) -> tuple[tuple[int, int], ...]:
    rows = await dialogue.rows("/ip/pool", ["ranges"], f"?name={pool}")
    return _ranges(rows[0].get("ranges", "")) if rows else ()


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    """`10.0.0.2-10.0.0.9,10.0.1.1`; empty for anything else, such as the name of a pool."""
    found = []
    for part in text.split(","):
        low, _, high = part.strip().partition("-")
        try:
            found.append((int(ip_address(low)), int(ip_address(high or low))))
        except ValueError:
            return ()
    return tuple(found)


async def restricted(dialogue: Dialogue, restraint: Restraint, session: ActiveUser) -> bool | None:
    """Whether the session is under the profile; None when nothing about the profile can be seen from outside."""
    return (await restricted_many(dialogue, restraint, [session]))[session.session_id]


async def restricted_many(
    dialogue: Dialogue, restraint: Restraint, sessions: Sequence[ActiveUser]
) -> dict[str, bool | None]:
    """By session, in at most two questions."""
    if not restraint.visible:
        return dict.fromkeys([session.session_id for session in sessions])
    outside = [session for session in sessions if not within(session.address, restraint.ranges)]
    listed = await _listed(dialogue, restraint.address_list, {each.address for each in outside})
    outside = [session for session in outside if session.address not in listed]
    limited = await _limited(dialogue, restraint, {each.name for each in outside})
    free = {session.session_id for session in outside if session.name not in limited}
    return {session.session_id: session.session_id not in free for session in sessions}


def within(address: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    try:
        number = int(ip_address(address))
    except ValueError:
        return False
    return any(low <= number <= high for low, high in ranges)


async def _listed(dialogue: Dialogue, list_name: str, addresses: Collection[str]) -> set[str]:
    if not list_name or not addresses:
        return set()
    query = [f"?list={list_name}", "?disabled=false", "?#&", *any_of("address", addresses), "?#&"]
    return {row.get("address", "") for row in await dialogue.rows(ADDRESS_LIST, ["address"], *query)}


async def _limited(dialogue: Dialogue, restraint: Restraint, usernames: Collection[str]) -> set[str]:
    """Only where neither pool nor list can tell: a rate limit on one's own address is slow, not isolated."""
    if restraint.ranges or restraint.address_list or not any(restraint.limits) or not usernames:
        return set()
    queues = {f"<pppoe-{username}>": username for username in usernames}
    rows = await dialogue.rows("/queue/simple", ["name", "max-limit"], *any_of("name", queues))
    return {
        queues[row["name"]]
        for row in rows
        if row.get("name") in queues and pair(row.get("max-limit", "")) == restraint.limits
    }
