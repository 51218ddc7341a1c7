"""Telling whether a session is under the isolation profile: by its address, its list entry or its queue."""

from dataclasses import dataclass
from ipaddress import ip_address

from adapters.routeros.dialogue import Dialogue
from adapters.routeros.values import pair, rate
from domain.router_ports import ActiveUser, RouterError

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
    if not restraint.visible:
        return None
    return (
        within(session.address, restraint.ranges)
        or await _listed(dialogue, restraint.address_list, session.address)
        or await _limited(dialogue, restraint, session.name)
    )


def within(address: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    try:
        number = int(ip_address(address))
    except ValueError:
        return False
    return any(low <= number <= high for low, high in ranges)


async def _listed(dialogue: Dialogue, list_name: str, address: str) -> bool:
    if not list_name:
        return False
    query = (f"?list={list_name}", f"?address={address}", "?disabled=false")
    return bool(await dialogue.rows("/ip/firewall/address-list", [".id"], *query))


async def _limited(dialogue: Dialogue, restraint: Restraint, username: str) -> bool:
    """Only where neither pool nor list can tell: a rate limit on one's own address is slow, not isolated."""
    if restraint.ranges or restraint.address_list or not any(restraint.limits):
        return False
    rows = await dialogue.rows("/queue/simple", ["max-limit"], f"?name=<pppoe-{username}>")
    return bool(rows) and pair(rows[0].get("max-limit", "")) == restraint.limits
