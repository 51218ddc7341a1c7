"""Cutting off many users at once by each method; whoever is anything but plain is left out."""

from collections.abc import Mapping, Sequence

from adapters.routeros.address_list import listed_as, read_entries
from adapters.routeros.address_list import words as list_words
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.isolation import OFFLINE, fixed_address, fixed_address_notes, observation
from adapters.routeros.many_steps import (
    Notes,
    by_name,
    confirmed,
    end_sessions,
    note_silence,
    note_traffic,
    write_secrets,
)
from adapters.routeros.restraint import Restraint, read_restraint, restricted_many
from adapters.routeros.sessions import sessions_of_many
from adapters.routeros.values import flag
from adapters.routeros.wire import Row
from domain.router_isolation import IsolationPlan, SessionObservation, Settled
from domain.router_reads import ActiveUser
from domain.router_secrets import PppSecret

UNSEEN = "dialled again after the change; the profile itself leaves no trace to check"


def under_another(secret: PppSecret, restraint: Restraint, profile: str) -> bool:
    """The plain case of isolation by profile: the user is not in it yet, and no fixed address beats its pool."""
    return secret.profile != profile and not fixed_address_notes(secret, restraint)


async def by_disabling(dialogue: Dialogue, there: Sequence[PppSecret]) -> list[Settled]:
    """Switches the secrets off and ends the sessions."""
    names = [secret.name for secret in there]
    notes = Notes(names)
    notes("isolation", "intended", dict.fromkeys(names, "disable"))
    changed = await write_secrets(dialogue, there, "disabled", lambda _: "yes", notes)
    off = await confirmed(dialogue, names, changed, lambda secret: secret.disabled, notes)
    before = await sessions_of_many(dialogue, sorted(off)) if off else ()
    off -= {session.name for session in before if session.radius}
    online = by_name([each for each in before if each.name in off])
    left = {each.name for each in await end_sessions(dialogue, _flat(online), notes)}
    await note_silence(dialogue, sorted(online.keys() - left), notes)
    return [
        Settled(
            username=name,
            changed=name in changed or name in online,
            session=SessionObservation(state="gone" if name in online else "none"),
            evidence=notes.of(name),
        )
        for name in names
        if name in off - left
    ]


async def by_profile(dialogue: Dialogue, secrets: Sequence[PppSecret], plan: IsolationPlan) -> list[Settled]:
    """Sessions that are back already are judged by what the profile does to them; the others are found gone."""
    restraint = await read_restraint(dialogue, plan.profile)
    there = [secret for secret in secrets if under_another(secret, restraint, plan.profile)]
    names = [secret.name for secret in there]
    notes = Notes(names)
    notes("isolation", "intended", dict.fromkeys(names, "profile"))
    changed = await write_secrets(dialogue, there, "profile", lambda _: plan.profile, notes)
    done = await confirmed(dialogue, names, changed, lambda secret: secret.profile == plan.profile, notes)
    before = await sessions_of_many(dialogue, sorted(done)) if done else ()
    done -= {session.name for session in before if session.radius}
    online = by_name([each for each in before if each.name in done])
    left = by_name(await end_sessions(dialogue, _flat(online), notes))
    verdicts = await restricted_many(dialogue, restraint, _flat(left))
    back: dict[str, SessionObservation] = {}
    for name, present in left.items():
        verdict = [verdicts[each.session_id] for each in present]
        seen = observation(present, online[name], "returned_restricted", "" if all(verdict) else UNSEEN)
        if False in verdict or seen.state == "kept":
            done.discard(name)
        else:
            back[name] = seen
    return await _settled(dialogue, [name for name in names if name in done], online, back, notes)


async def by_address_list(
    dialogue: Dialogue, secrets: Sequence[PppSecret], plan: IsolationPlan
) -> list[Settled]:
    """An entry takes a command of its own; all others are for everybody."""
    names = [secret.name for secret in secrets]
    notes = Notes(names)
    notes("isolation", "intended", dict.fromkeys(names, "address-list"))
    online = by_name(await sessions_of_many(dialogue, names) if names else ())
    wanted = {secret.name: _addresses(secret, online.get(secret.name, ())) for secret in secrets}
    listed = await _list(dialogue, plan.address_list, wanted, notes)
    online = {name: present for name, present in online.items() if name in listed}
    left = by_name(await end_sessions(dialogue, _flat(online), notes))
    back: dict[str, SessionObservation] = {}
    for name, present in left.items():
        seen = observation(present, online[name], "returned_restricted")
        if seen.state == "kept" or not {each.address for each in present} <= wanted[name]:
            listed.discard(name)
        else:
            back[name] = seen
    offline = {name: (OFFLINE,) for name in names if not wanted[name]}
    done = [name for name in names if name in listed]
    settled = await _settled(dialogue, done, online, back, notes)
    return [
        Settled(
            username=each.username,
            changed=bool(wanted[each.username]),
            session=each.session,
            evidence=each.evidence,
            notes=offline.get(each.username, ()),
        )
        for each in settled
    ]


async def _list(
    dialogue: Dialogue, list_name: str, wanted: Mapping[str, frozenset[str]], notes: Notes
) -> set[str]:
    """Lists the addresses of each; gives the users of whom exactly these are listed now."""
    some = {name: list_words(addresses) for name, addresses in wanted.items() if addresses}
    notes("address-list", "intended", some)
    for name in some:
        for address in sorted(wanted[name]):
            await listed_as(dialogue, list_name, name, address)
    notes("address-list", "sent", some)
    entries = await read_entries(dialogue, list_name, list(wanted))
    right = {name for name, addresses in wanted.items() if _awake(entries[name]) == addresses}
    notes("address-list", "confirmed", {name: list_words(wanted[name]) for name in wanted if name in right})
    return right


def _awake(entries: Sequence[Row]) -> set[str | None]:
    """The addresses of entries; None for one that is disabled."""
    return {None if flag(row.get("disabled", "")) else row.get("address", "") for row in entries}


async def _settled(
    dialogue: Dialogue,
    names: Sequence[str],
    online: Mapping[str, Sequence[ActiveUser]],
    back: Mapping[str, SessionObservation],
    notes: Notes,
) -> list[Settled]:
    """Who is back with what still flows, who was online and is gone, and who was not there."""
    notes.session({name: back[name] for name in names if name in back})
    await note_traffic(dialogue, [name for name in names if name in back], notes)
    await note_silence(dialogue, [name for name in names if name in online and name not in back], notes)
    return [
        Settled(
            username=name,
            changed=True,
            session=back.get(name) or SessionObservation(state="gone" if name in online else "none"),
            evidence=notes.of(name),
        )
        for name in names
    ]


def _addresses(secret: PppSecret, present: Sequence[ActiveUser]) -> frozenset[str]:
    return frozenset(filter(None, [fixed_address(secret), *(each.address for each in present)]))


def _flat(online: Mapping[str, Sequence[ActiveUser]]) -> list[ActiveUser]:
    return [each for present in online.values() for each in present]
