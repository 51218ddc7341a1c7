"""Letting in many users at once, by the method that cut them off; whoever is anything but plain is left out."""

from collections.abc import Mapping, Sequence

from adapters.routeros import ppp_secrets
from adapters.routeros.address_list import MENU, read_entries
from adapters.routeros.address_list import words as list_words
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.isolation import observation
from adapters.routeros.many_steps import Notes, by_name, confirmed, end_sessions, note_silence, write_secrets
from adapters.routeros.release import restraint_of
from adapters.routeros.restraint import restricted_many
from adapters.routeros.sessions import sessions_of_many
from adapters.routeros.wire import Row
from domain.router_isolation import IsolationPlan, SessionObservation, Settled
from domain.router_reads import ActiveUser
from domain.router_secrets import PppSecret


class _Original:
    """What the secrets were before, and which of them are as isolation left them, or as they were."""

    def __init__(self, before: Sequence[PppSecret], method: str) -> None:
        self.settings: dict[str, Row] = {each.name: ppp_secrets.settings(each) for each in before}
        self.names = list(self.settings)
        self.notes = Notes(self.names)
        self.notes("release", "intended", dict.fromkeys(self.names, method))

    async def plain(self, dialogue: Dialogue, field: str = "", imposed: str = "") -> list[PppSecret]:
        """Those whose secret differs in nothing but this field, which holds what isolation wrote there."""
        found = []
        for secret in await ppp_secrets.secrets_named(dialogue, self.names):
            now, original = ppp_secrets.settings(secret), self.settings[secret.name]
            if now == original or (field and now == original | {field: imposed}):
                found.append(secret)
        return found

    def holds(self, secret: PppSecret) -> bool:
        return ppp_secrets.settings(secret) == self.settings[secret.name]

    async def restore(
        self, dialogue: Dialogue, plain: Sequence[PppSecret], field: str
    ) -> tuple[Row, set[str]]:
        """User -> what was written, and the users whose secret is as it was."""
        changed = await write_secrets(
            dialogue, plain, field, lambda secret: self.settings[secret.name][field], self.notes
        )
        names = [secret.name for secret in plain]
        return changed, await confirmed(dialogue, names, changed, self.holds, self.notes)


async def from_disabling(dialogue: Dialogue, before: Sequence[PppSecret]) -> list[Settled]:
    """Switches those secrets on again that were on before."""
    original = _Original([each for each in before if not each.disabled], "disable")
    plain = await original.plain(dialogue, "disabled", "yes")
    changed, back = await original.restore(dialogue, plain, "disabled")
    online = by_name(await sessions_of_many(dialogue, sorted(back)) if back else ())
    return _settled(original, back, changed, _let_in(online))


async def from_profile(dialogue: Dialogue, before: Sequence[PppSecret], plan: IsolationPlan) -> list[Settled]:
    """A profile reaches a user at the next dial only, so that a session dialled under it is ended."""
    restraint = await restraint_of(dialogue, plan.profile)
    original = _Original(before, "profile")
    plain = await original.plain(dialogue, "profile", plan.profile)
    changed, back = await original.restore(dialogue, plain, "profile")
    present = await sessions_of_many(dialogue, sorted(back)) if back else ()
    under = await restricted_many(dialogue, restraint, present)
    outdated = by_name([each for each in present if each.name in changed or under[each.session_id]])
    there = await end_sessions(
        dialogue, [each for sessions in outdated.values() for each in sessions], original.notes
    )
    under = await restricted_many(dialogue, restraint, there)
    seen = _let_in(by_name([each for each in present if each.name not in outdated]))
    for name, sessions in by_name(there).items():
        seen[name] = observation(sessions, outdated[name], "returned_unrestricted")
        if seen[name].state == "kept" or any(under[each.session_id] for each in sessions):
            back.discard(name)
    gone = [name for name in outdated if name in back and name not in seen]
    await note_silence(dialogue, gone, original.notes)
    seen |= {name: SessionObservation(state="gone") for name in gone}
    return _settled(original, back, changed, seen)


async def from_address_list(
    dialogue: Dialogue, before: Sequence[PppSecret], plan: IsolationPlan
) -> list[Settled]:
    """Takes the entries off the list, each by a command of its own."""
    original = _Original(before, "address-list")
    notes, names = original.notes, [secret.name for secret in await original.plain(dialogue)]
    notes("secret", "confirmed", dict.fromkeys(names, "it is so already"))
    entries = await read_entries(dialogue, plan.address_list, names)
    listed = dict.fromkeys((name for name in names if entries[name]), list_words(()))
    if listed:
        notes("address-list", "intended", listed)
        await dialogue.remove(MENU, ",".join(row[".id"] for name in listed for row in entries[name]))
        notes("address-list", "sent", listed)
        entries = await read_entries(dialogue, plan.address_list, names)
    back = {name for name in names if not entries[name]}
    notes("address-list", "confirmed", {name: list_words(()) for name in names if name in back})
    online = by_name(await sessions_of_many(dialogue, sorted(back)) if back else ())
    return _settled(original, back, listed, _let_in(online))


def _let_in(online: Mapping[str, tuple[ActiveUser, ...]]) -> dict[str, SessionObservation]:
    return {name: observation(there, (), "returned_unrestricted") for name, there in online.items()}


def _settled(
    original: _Original, back: set[str], changed: Mapping[str, str], seen: Mapping[str, SessionObservation]
) -> list[Settled]:
    original.notes.session({name: each for name, each in seen.items() if name in back})
    return [
        Settled(
            username=name,
            changed=name in changed,
            session=seen.get(name) or SessionObservation(state="none"),
            evidence=original.notes.of(name),
        )
        for name in original.names
        if name in back
    ]
