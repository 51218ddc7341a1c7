"""Letting a user back in: exactly what was there before is put back, and what others changed in between is said."""

from adapters.routeros.address_list import UserEntries
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.isolation import change_secret, observation
from adapters.routeros.ppp_secrets import settings, the_secret
from adapters.routeros.restraint import Restraint, read_restraint, restricted
from adapters.routeros.sessions import drop, sessions_of, wait_for_return
from domain.router_isolation import (
    IsolationMemento,
    IsolationOutcome,
    RouterStep,
    SessionObservation,
    StepReporter,
)
from domain.router_ports import RouterError
from domain.router_reads import ActiveUser
from domain.router_secrets import FieldDifference, PppSecret


async def ensure_released(
    dialogue: Dialogue, memento: IsolationMemento, *, report: StepReporter, watch_s: float
) -> IsolationOutcome:
    """As `Router.ensure_released`: what the memento holds is put back, comment and all."""
    name = memento.before.name
    secret = await the_secret(dialogue, name)
    differences = changed_by_others(memento, secret)
    await report(RouterStep(name="release", state="intended", detail=memento.plan.method, memento=memento))
    original = settings(memento.before)
    restored = await change_secret(dialogue, secret, original, report)
    if memento.plan.method == "address-list":
        restored |= await UserEntries(dialogue, memento.plan.address_list, name).ensure(frozenset(), report)
    seen = await _session(dialogue, memento, secret, report, watch_s)
    if seen.state != "none":
        detail = f"{seen.state} {seen.address}".strip()
        await report(RouterStep(name="session.return", state="observed", detail=detail))
    return IsolationOutcome(
        changed=restored,
        effective=seen.state not in ("returned_restricted", "kept"),
        memento=memento,
        session=seen,
        differences=differences,
        notes=tuple(
            f"{one.field} had been changed to {one.found or 'nothing'} meanwhile" for one in differences
        ),
    )


def changed_by_others(memento: IsolationMemento, found: PppSecret) -> tuple[FieldDifference, ...]:
    """Fields that hold neither what isolation left there nor what was there before."""
    original, now = settings(memento.before), settings(found)
    isolated = original | _isolation(memento)
    return tuple(
        FieldDifference(field=name, expected=isolated[name], found=now[name])
        for name in original
        if now[name] not in (original[name], isolated[name])
    )


def _isolation(memento: IsolationMemento) -> dict[str, str]:
    match memento.plan.method:
        case "disable":
            return {"disabled": "yes"}
        case "profile":
            return {"profile": memento.plan.profile}
        case _:
            return {}


async def _session(
    dialogue: Dialogue, memento: IsolationMemento, found: PppSecret, report: StepReporter, watch_s: float
) -> SessionObservation:
    """A profile reaches a user at the next dial only, so that a session dialled under another one is ended."""
    name = memento.before.name
    there = await sessions_of(dialogue, name)
    restraint = Restraint()
    if memento.plan.method == "profile":
        restraint = await restraint_of(dialogue, memento.plan.profile)
        outdated = found.profile != memento.before.profile or await _any_restricted(
            dialogue, restraint, there
        )
        if there and outdated:
            left = await drop(dialogue, name, there, report) or await wait_for_return(dialogue, name, watch_s)
            if not left:
                return SessionObservation(state="gone")
            caught = await _any_restricted(dialogue, restraint, left)
            return observation(left, there, "returned_restricted" if caught else "returned_unrestricted")
    if not there and not memento.before.disabled:
        there = await wait_for_return(dialogue, name, watch_s)
    if not there:
        return SessionObservation(state="none")
    caught = await _any_restricted(dialogue, restraint, there)
    return observation(there, (), "returned_restricted" if caught else "returned_unrestricted")


async def restraint_of(dialogue: Dialogue, profile: str) -> Restraint:
    """Nothing where the profile is not there."""
    try:
        return await read_restraint(dialogue, profile)
    except RouterError as error:
        if (
            error.code != "ROUTER_PROFILE_NOT_FOUND"
        ):  # somebody removed it meanwhile: then it restrains nobody
            raise
        return Restraint()


async def _any_restricted(dialogue: Dialogue, restraint: Restraint, sessions: tuple[ActiveUser, ...]) -> bool:
    return any([await restricted(dialogue, restraint, session) is True for session in sessions])
