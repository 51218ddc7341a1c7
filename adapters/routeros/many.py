"""Cutting off or letting in many users at once by their secrets: a handful of commands for all of them together.

RouterOS takes several ids, separated by commas, where it takes one. Only plain cases are settled here; whoever has
something special about him (no secret, a RADIUS server, settings changed by hand, a session that stays) is left to the
careful way, which does one user after the other and can begin at any point.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.routeros import ppp_secrets, sessions
from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.sessions import GONE_S, Looks, sessions_of_many
from domain.router_ports import (
    ActiveUser,
    Evidence,
    IsolationMemento,
    PppSecret,
    RouterError,
    SessionObservation,
    Settled,
    StepState,
)


class _Notes:
    """The steps of each user, with the time at which all of them took one together."""

    def __init__(self, names: Sequence[str]) -> None:
        self._steps: dict[str, list[Evidence]] = {name: [] for name in names}

    def __call__(self, name: str, state: StepState, details: dict[str, str]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for user, detail in details.items():
            self._steps[user].append(Evidence(name=name, state=state, at=at, detail=detail))

    def of(self, user: str) -> tuple[Evidence, ...]:
        return tuple(self._steps[user])


async def isolate(dialogue: Dialogue, mementos: Sequence[IsolationMemento]) -> tuple[Settled, ...]:
    """The mementos were made a moment ago: what they hold is what is there."""
    there = [memento.before for memento in mementos if memento.plan.method == "disable"]
    names = [secret.name for secret in there]
    notes = _Notes(names)
    notes("isolation", "intended", dict.fromkeys(names, "disable"))
    changed = await _switch(dialogue, [each for each in there if not each.disabled], notes, disabled=True)
    off = {each.name for each in await ppp_secrets.secrets_named(dialogue, names) if each.disabled}
    notes(
        "secret", "confirmed", {name: changed.get(name, "it is so already") for name in names if name in off}
    )
    before = await sessions_of_many(dialogue, sorted(off)) if off else ()
    off -= {session.name for session in before if session.radius}
    online = {session.name: session for session in before if session.name in off}
    left = await _end(dialogue, [each for each in before if each.name in off], notes) if online else set()
    await _note_silence(dialogue, sorted(online.keys() - left), notes)
    return tuple(
        Settled(
            username=name,
            changed=name in changed or name in online,
            session=SessionObservation(state="gone" if name in online else "none"),
            evidence=notes.of(name),
        )
        for name in names
        if name in off - left
    )


async def release(dialogue: Dialogue, mementos: Sequence[IsolationMemento]) -> tuple[Settled, ...]:
    """Whose secret is otherwise than both isolation and what was before it would have it is left out."""
    wanted = {
        memento.before.name: ppp_secrets.settings(memento.before)
        for memento in mementos
        if memento.plan.method == "disable" and not memento.before.disabled
    }
    notes = _Notes(list(wanted))
    notes("release", "intended", dict.fromkeys(wanted, "disable"))
    plain = [
        each
        for each in await ppp_secrets.secrets_named(dialogue, wanted)
        if ppp_secrets.settings(each) | {"disabled": "no"} == wanted[each.name]
    ]
    changed = await _switch(dialogue, [each for each in plain if each.disabled], notes, disabled=False)
    back = {
        each.name
        for each in await ppp_secrets.secrets_named(dialogue, [each.name for each in plain])
        if ppp_secrets.settings(each) == wanted[each.name]
    }
    notes("secret", "confirmed", {name: changed.get(name, "it is so already") for name in back})
    online = {each.name: each for each in await sessions_of_many(dialogue, sorted(back))} if back else {}
    notes("session.return", "observed", {name: f"returned {each.address}" for name, each in online.items()})
    return tuple(
        Settled(
            username=name, changed=name in changed, session=_seen(online.get(name)), evidence=notes.of(name)
        )
        for name in wanted
        if name in back
    )


def _seen(session: ActiveUser | None) -> SessionObservation:
    if session is None:
        return SessionObservation(state="none")
    return SessionObservation(
        state="returned_unrestricted", address=session.address, session_id=session.session_id
    )


async def _switch(
    dialogue: Dialogue, secrets: Sequence[PppSecret], notes: _Notes, *, disabled: bool
) -> dict[str, str]:
    """User -> what was written. Should one secret be gone meanwhile, the router refuses, and reading back tells."""
    if not secrets:
        return {}
    detail = "disabled: no -> yes" if disabled else "disabled: yes -> no"
    changed = dict.fromkeys((each.name for each in secrets), detail)
    notes("secret", "intended", changed)
    ids = ",".join(each.secret_id for each in secrets)
    try:
        await dialogue.set(ppp_secrets.MENU, ids, {"disabled": "yes" if disabled else "no"})
    except RouterError as error:
        if error.code != "ROUTER_ITEM_NOT_FOUND":
            raise
    notes("secret", "sent", changed)
    return changed


async def _end(dialogue: Dialogue, there: Sequence[ActiveUser], notes: _Notes) -> set[str]:
    """Ends these sessions; gives the users who are not offline after that."""
    addresses = {each.name: each.address for each in there}
    notes("session.drop", "intended", addresses)
    if not await dialogue.remove(sessions.MENU, ",".join(each.session_id for each in there)):
        for each in there:  # one had gone by itself, and how many went with it is not told
            await dialogue.remove(sessions.MENU, each.session_id)
    notes("session.drop", "sent", addresses)
    looks = Looks(dialogue, GONE_S)
    while True:
        left = {each.name for each in await sessions_of_many(dialogue, list(addresses))}
        if not left or not await looks.again():
            gone = dict.fromkeys(addresses.keys() - left, "the session is gone")
            notes("session.drop", "observed", gone)
            return left


async def _note_silence(dialogue: Dialogue, names: Sequence[str], notes: _Notes) -> None:
    if not names:
        return
    rows = await dialogue.rows("/interface", ["name"], *any_of("name", [f"<pppoe-{name}>" for name in names]))
    still = {row.get("name", "") for row in rows}
    silent = [name for name in names if f"<pppoe-{name}>" not in still]
    notes("traffic", "observed", dict.fromkeys(silent, "stopped: the session's interface is gone"))
