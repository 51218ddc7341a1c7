"""Cutting a user off: read, change only what differs, read back, end the session, and see what becomes of it."""

from collections.abc import Mapping
from ipaddress import ip_address

from adapters.routeros.address_list import UserEntries
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.ppp_secrets import find_secret, settings, the_secret, write
from adapters.routeros.restraint import Restraint, read_restraint, restricted, within
from adapters.routeros.sessions import drop, interface_is_gone, sessions_of, wait_for_return
from adapters.routeros.traffic import user_traffic
from adapters.routeros.values import flag
from domain.router_isolation import (
    IsolationMemento,
    IsolationOutcome,
    IsolationPlan,
    RouterStep,
    SessionObservation,
    SessionState,
    StepReporter,
)
from domain.router_ports import RouterError
from domain.router_reads import ActiveUser
from domain.router_secrets import PppSecret

OFFLINE = "the user is offline and has no fixed address: the entry follows when a session begins"


async def ensure_isolated(
    dialogue: Dialogue,
    username: str,
    plan: IsolationPlan,
    *,
    report: StepReporter,
    memento: IsolationMemento | None,
    watch_s: float,
) -> IsolationOutcome:
    """As `Router.ensure_isolated`: what differs is written, read back, and its effect observed for `watch_s`."""
    if not {"profile": plan.profile, "address-list": plan.address_list}.get(plan.method, "-"):
        raise RouterError(
            "ROUTER_ARGUMENT_REFUSED", f"isolation by {plan.method} needs its name in the settings"
        )
    if memento is not None and memento.plan != plan:
        raise RouterError(
            "ROUTER_ARGUMENT_REFUSED",
            f"{username} is isolated by {memento.plan.method} already; release it before isolating by {plan.method}",
        )
    secret = await the_secret(dialogue, username)
    if plan.method == "address-list":
        return await _by_address_list(dialogue, secret, plan, report, memento, watch_s)
    memento = _memento(memento, plan, secret)
    if plan.method == "profile":
        return await _by_profile(dialogue, secret, memento, report, watch_s)
    return await _by_disabling(dialogue, secret, memento, report, watch_s)


def _memento(
    earlier: IsolationMemento | None,
    plan: IsolationPlan,
    secret: PppSecret,
    listed_before: tuple[str, ...] = (),
) -> IsolationMemento:
    """An earlier attempt's memento knows better than the router, which that attempt may have changed."""
    if earlier is not None:
        return earlier
    return IsolationMemento(plan=plan, before=secret, listed_before=listed_before)


async def _by_disabling(
    dialogue: Dialogue, secret: PppSecret, memento: IsolationMemento, report: StepReporter, watch_s: float
) -> IsolationOutcome:
    await _intend(memento, report)
    changed = await change_secret(dialogue, secret, {"disabled": "yes"}, report)
    there = await sessions_of(dialogue, secret.name)
    if not there:
        return _outcome(memento, changed, SessionObservation(state="none"))
    left = await drop(dialogue, secret.name, there, report)
    if not left and any(session.radius for session in there):  # a RADIUS server may let the user in again
        left = await wait_for_return(dialogue, secret.name, watch_s)
    if left:
        seen = observation(
            left, there, "returned_unrestricted", "the user is let in although the secret is disabled"
        )
        await report(RouterStep(name="session.return", state="observed", detail=_words(seen)))
        return _outcome(memento, True, seen, effective=False)
    await _report_silence(dialogue, secret.name, report)
    return _outcome(memento, True, SessionObservation(state="gone"))


async def _by_profile(
    dialogue: Dialogue, secret: PppSecret, memento: IsolationMemento, report: StepReporter, watch_s: float
) -> IsolationOutcome:
    restraint = await read_restraint(dialogue, memento.plan.profile)
    await _intend(memento, report)
    changed = await change_secret(dialogue, secret, {"profile": memento.plan.profile}, report)
    there = await sessions_of(dialogue, secret.name)
    if there and not changed and await _all_restricted(dialogue, restraint, there):
        return _outcome(memento, False, observation(there, (), "returned_restricted"))
    left = there
    if there:
        left = await drop(dialogue, secret.name, there, report) or await wait_for_return(
            dialogue, secret.name, watch_s
        )
    seen = await _seen_under_profile(dialogue, restraint, secret.name, there, left)
    if left:
        await report(RouterStep(name="session.return", state="observed", detail=_words(seen)))
        await _report_traffic(dialogue, secret.name, report)
    elif there:
        await _report_silence(dialogue, secret.name, report)
    notes = fixed_address_notes(secret, restraint)
    effective = seen.state == "returned_restricted" or (not left and not notes)
    return _outcome(memento, changed or bool(there), seen, effective=effective, notes=notes)


async def _all_restricted(dialogue: Dialogue, restraint: Restraint, sessions: tuple[ActiveUser, ...]) -> bool:
    """False also when the profile leaves no trace: a session that may be older than the change is better ended."""
    return all([await restricted(dialogue, restraint, session) is True for session in sessions])


async def _seen_under_profile(
    dialogue: Dialogue,
    restraint: Restraint,
    name: str,
    there: tuple[ActiveUser, ...],
    left: tuple[ActiveUser, ...],
) -> SessionObservation:
    if not left:
        return SessionObservation(state="gone" if there else "none")
    verdicts = [await restricted(dialogue, restraint, session) for session in left]
    if False in verdicts:
        return observation(
            left,
            there,
            "returned_unrestricted",
            f"{name} came back on its own address, which the isolation does not reach",
        )
    detail = (
        "" if all(verdicts) else "dialled again after the change; the profile itself leaves no trace to check"
    )
    return observation(left, there, "returned_restricted", detail)


def fixed_address_notes(secret: PppSecret, restraint: Restraint) -> tuple[str, ...]:
    """A remote-address in the secret beats the pool of the profile."""
    fixed = fixed_address(secret)
    if not fixed or not restraint.ranges or restraint.address_list or within(fixed, restraint.ranges):
        return ()
    return (
        f"the secret has the fixed remote-address {fixed}, which beats the isolation pool: use another method",
    )


async def _by_address_list(
    dialogue: Dialogue,
    secret: PppSecret,
    plan: IsolationPlan,
    report: StepReporter,
    memento: IsolationMemento | None,
    watch_s: float,
) -> IsolationOutcome:
    entries = UserEntries(dialogue, plan.address_list, secret.name)
    fixed = frozenset(filter(None, [fixed_address(secret)]))
    there = await wait_for_return(
        dialogue, secret.name, 0 if fixed else watch_s
    )  # perhaps an earlier attempt dropped it
    ours, others = await entries.read(fixed | _addresses(there))
    memento = _memento(memento, plan, secret, tuple(sorted(others)))
    await _intend(memento, report)
    addresses = fixed | _addresses(there)
    if not there:
        addresses |= await _still_free(dialogue, ours.keys() - addresses)
    wrote = await entries.ensure(addresses, report)
    left = there
    if wrote and there:
        left = await drop(dialogue, secret.name, there, report) or await wait_for_return(
            dialogue, secret.name, watch_s
        )
        if left:
            await entries.ensure(fixed | _addresses(left), report)
    if left:
        seen = observation(left, () if not wrote else there, "returned_restricted")
        await _report_traffic(dialogue, secret.name, report)
        return _outcome(
            memento, wrote, seen, effective=seen.state == "returned_restricted" or bool(addresses)
        )
    if there:
        await _report_silence(dialogue, secret.name, report)
    state: SessionState = "gone" if there else "none"
    notes = () if fixed else (OFFLINE,)
    return _outcome(memento, wrote, SessionObservation(state=state), notes=notes)


async def escape(dialogue: Dialogue, memento: IsolationMemento) -> SessionObservation | None:
    """A session of an isolated user that the isolation does not reach; None where there is none."""
    plan, name = memento.plan, memento.before.name
    there = await sessions_of(dialogue, name)
    if plan.method == "profile" and there:
        restraint = await read_restraint(dialogue, plan.profile)
        there = tuple(
            [each for each in there if await restricted(dialogue, restraint, each) is False]
        )  # what leaves no trace cannot be told
    elif plan.method == "address-list" and there:
        ours, others = await UserEntries(dialogue, plan.address_list, name).read(_addresses(there))
        awake = {address for address, row in ours.items() if not flag(row.get("disabled", ""))}
        there = tuple(each for each in there if each.address not in awake | others.keys())
    if not there:
        return None
    return observation(there, (), "returned_unrestricted", f"{name} is online past the isolation")


async def _still_free(dialogue: Dialogue, addresses: set[str]) -> frozenset[str]:
    """Addresses that nobody else has got from the pool since; the others would cut off the wrong customer."""
    free = set()
    for address in addresses:
        if not await dialogue.rows("/ppp/active", [".id"], f"?address={address}"):
            free.add(address)
    return frozenset(free)


def _addresses(sessions: tuple[ActiveUser, ...]) -> frozenset[str]:
    return frozenset(session.address for session in sessions if session.address)


def fixed_address(secret: PppSecret) -> str:
    """The remote-address of a secret where it is an address and not the name of a pool."""
    try:
        return str(ip_address(secret.remote_address))
    except ValueError:
        return ""


async def change_secret(
    dialogue: Dialogue, secret: PppSecret, values: Mapping[str, str], report: StepReporter
) -> bool:
    """Writes what differs and reads it back; True when anything was written."""
    current = settings(secret)
    changes = {name: value for name, value in values.items() if current[name] != value}
    detail = ", ".join(_told(name, current[name], value) for name, value in sorted(changes.items()))
    if not changes:
        await report(RouterStep(name="secret", state="confirmed", detail="it is so already"))
        return False
    await report(RouterStep(name="secret", state="intended", detail=detail))
    await write(dialogue, secret.secret_id, changes)
    await report(RouterStep(name="secret", state="sent", detail=detail))
    after = await find_secret(dialogue, secret.name)
    wrong = [name for name, value in changes.items() if after is None or settings(after)[name] != value]
    if wrong:
        raise RouterError(
            "ROUTER_READBACK_DIFFERS",
            f"{secret.name} was written but reads back with another {', '.join(wrong)}; somebody else may be changing it",
            sent=True,
            fields=wrong,
        )
    await report(RouterStep(name="secret", state="confirmed", detail=detail))
    return True


def _told(name: str, old: str, new: str) -> str:
    """Comments are about persons, and steps are kept."""
    return "comment" if name == "comment" else f"{name}: {old} -> {new}"


def observation(
    left: tuple[ActiveUser, ...], before: tuple[ActiveUser, ...], state: SessionState, detail: str = ""
) -> SessionObservation:
    """What is there now; a session that was there before and should have gone is `kept`."""
    old = {session.session_id for session in before}
    kept = next((session for session in left if session.session_id in old), None)
    session = kept or left[0]
    if kept is not None:
        state, detail = "kept", "the router did not end the session"
    return SessionObservation(
        state=state, address=session.address, session_id=session.session_id, detail=detail
    )


async def _intend(memento: IsolationMemento, report: StepReporter) -> None:
    await report(RouterStep(name="isolation", state="intended", detail=memento.plan.method, memento=memento))


async def _report_silence(dialogue: Dialogue, username: str, report: StepReporter) -> None:
    if await interface_is_gone(dialogue, username):
        await report(
            RouterStep(name="traffic", state="observed", detail="stopped: the session's interface is gone")
        )


async def _report_traffic(dialogue: Dialogue, username: str, report: StepReporter) -> None:
    if seen := await traffic_seen(dialogue, username):
        await report(RouterStep(name="traffic", state="observed", detail=seen))


async def traffic_seen(dialogue: Dialogue, username: str) -> str:
    """What still flows; evidence, not a verdict, since a cut-off user goes on asking. Empty where it cannot be read."""
    try:
        reading = await user_traffic(dialogue, username)
    except RouterError as error:
        if error.sent and error.outcome_unknown:
            raise
        return ""
    return f"upload {reading.rx_bps} bit/s, download {reading.tx_bps} bit/s"


def _words(seen: SessionObservation) -> str:
    return f"{seen.state} {seen.address}" + (f": {seen.detail}" if seen.detail else "")


def _outcome(
    memento: IsolationMemento,
    changed: bool,
    session: SessionObservation,
    *,
    effective: bool = True,
    notes: tuple[str, ...] = (),
) -> IsolationOutcome:
    notes = (*notes, session.detail) if session.detail else notes
    return IsolationOutcome(
        changed=changed, effective=effective, memento=memento, session=session, notes=notes
    )
