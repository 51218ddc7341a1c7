"""Steps that many users take together, each noted for every one of them with the time at which all took it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from adapters.routeros import ppp_secrets, sessions
from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.isolation import traffic_seen
from adapters.routeros.sessions import GONE_S, Looks, sessions_of_many
from domain.router_isolation import Evidence, SessionObservation, StepState
from domain.router_ports import RouterError
from domain.router_reads import ActiveUser
from domain.router_secrets import PppSecret


class Notes:
    """What was seen of each user."""

    def __init__(self, names: Sequence[str]) -> None:
        self._steps: dict[str, list[Evidence]] = {name: [] for name in names}

    def __call__(self, name: str, state: StepState, details: Mapping[str, str]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for user, detail in details.items():
            self._steps[user].append(Evidence(name=name, state=state, at=at, detail=detail))

    def of(self, user: str) -> tuple[Evidence, ...]:
        return tuple(self._steps[user])

    def session(self, seen: Mapping[str, SessionObservation]) -> None:
        """Sessions that are back."""
        details = {name: f"{each.state} {each.address}".strip() for name, each in seen.items()}
        self("session.return", "observed", details)


async def write_secrets(
    dialogue: Dialogue,
    secrets: Sequence[PppSecret],
    field: str,
    wanted: Callable[[PppSecret], str],
    notes: Notes,
) -> dict[str, str]:
    """User -> what was written: all who get the same value in one command. Should one secret be gone meanwhile, the
    router refuses, and reading back tells."""
    changed: dict[str, str] = {}
    ids: dict[str, list[str]] = {}
    for secret in secrets:
        old, new = ppp_secrets.settings(secret)[field], wanted(secret)
        if old != new:
            changed[secret.name] = f"{field}: {old} -> {new}"
            ids.setdefault(new, []).append(secret.secret_id)
    if not changed:
        return {}
    notes("secret", "intended", changed)
    for value, those in ids.items():
        try:
            await dialogue.set(ppp_secrets.MENU, ",".join(those), {field: value})
        except RouterError as error:
            if error.code != "ROUTER_ITEM_NOT_FOUND":
                raise
    notes("secret", "sent", changed)
    return changed


async def confirmed(
    dialogue: Dialogue,
    names: Sequence[str],
    changed: Mapping[str, str],
    holds: Callable[[PppSecret], bool],
    notes: Notes,
) -> set[str]:
    """Whose secret reads back as wanted."""
    there = await ppp_secrets.secrets_named(dialogue, names)
    right = {secret.name for secret in there if holds(secret)}
    notes(
        "secret",
        "confirmed",
        {name: changed.get(name, "it is so already") for name in names if name in right},
    )
    return right


async def end_sessions(
    dialogue: Dialogue, there: Sequence[ActiveUser], notes: Notes
) -> tuple[ActiveUser, ...]:
    """Ends these sessions; gives those of the same users that are there then: kept or new ones."""
    if not there:
        return ()
    ended = {each.session_id for each in there}
    addresses = {each.name: each.address for each in there}
    notes("session.drop", "intended", addresses)
    if not await dialogue.remove(sessions.MENU, ",".join(ended)):
        for session_id in ended:  # one had gone by itself, and how many went with it is not told
            await dialogue.remove(sessions.MENU, session_id)
    notes("session.drop", "sent", addresses)
    looks = Looks(dialogue, GONE_S)
    while True:
        left = await sessions_of_many(dialogue, list(addresses))
        kept = {each.name for each in left if each.session_id in ended}
        if not kept or not await looks.again():
            gone = dict.fromkeys(addresses.keys() - kept, "the session is gone")
            notes("session.drop", "observed", gone)
            return left


async def note_silence(dialogue: Dialogue, names: Sequence[str], notes: Notes) -> None:
    """Without its interface a session carries no traffic."""
    if not names:
        return
    rows = await dialogue.rows("/interface", ["name"], *any_of("name", [f"<pppoe-{name}>" for name in names]))
    still = {row.get("name", "") for row in rows}
    silent = [name for name in names if f"<pppoe-{name}>" not in still]
    notes("traffic", "observed", dict.fromkeys(silent, "stopped: the session's interface is gone"))


async def note_traffic(dialogue: Dialogue, names: Sequence[str], notes: Notes) -> None:
    """What still flows of those who are back."""
    for name in names:
        if seen := await traffic_seen(dialogue, name):
            notes("traffic", "observed", {name: seen})


def by_name(there: Sequence[ActiveUser]) -> dict[str, tuple[ActiveUser, ...]]:
    """A user may have several sessions where the profile allows it."""
    found: dict[str, tuple[ActiveUser, ...]] = {}
    for each in there:
        found[each.name] = (*found.get(each.name, ()), each)
    return found
