"""Cutting off or letting in many users at once: a handful of commands for all of them together.

RouterOS takes several ids, separated by commas, where it takes one. Only plain cases are settled here; whoever has
something special about him (no secret, a RADIUS server, settings changed by hand, a fixed address that beats the
isolation pool, a session that stays) is left to the careful way, which does one user after the other and can begin at
any point.
"""

from collections.abc import Sequence

from adapters.routeros import many_isolated, many_released, ppp_secrets
from adapters.routeros.address_list import read_entries, read_others
from adapters.routeros.dialogue import Dialogue
from adapters.routeros.isolation import fixed_address
from adapters.routeros.restraint import read_restraint
from adapters.routeros.sessions import sessions_of_many
from domain.router_isolation import IsolationMemento, IsolationPlan, Settled
from domain.router_secrets import PppSecret


async def before(
    dialogue: Dialogue, names: Sequence[str], plan: IsolationPlan
) -> tuple[IsolationMemento, ...]:
    """What is there now, of those of these users who look plain."""
    secrets = await ppp_secrets.secrets_named(dialogue, names)
    if plan.method == "profile":
        restraint = await read_restraint(dialogue, plan.profile)
        secrets = tuple(
            secret for secret in secrets if many_isolated.under_another(secret, restraint, plan.profile)
        )
    elif plan.method == "address-list":
        secrets = await _unlisted(dialogue, secrets, plan.address_list)
    return tuple(IsolationMemento(plan=plan, before=secret) for secret in secrets)


async def _unlisted(
    dialogue: Dialogue, secrets: Sequence[PppSecret], list_name: str
) -> tuple[PppSecret, ...]:
    """Those of whom nothing is on the list, by us or by others."""
    names = [secret.name for secret in secrets]
    ours = await read_entries(dialogue, list_name, names)
    addresses = {name: {fixed_address(secret)} for name, secret in zip(names, secrets, strict=True)}
    for session in await sessions_of_many(dialogue, names) if names else ():
        addresses[session.name].add(session.address)
    others = await read_others(dialogue, list_name, set[str]().union(*addresses.values()) - {""})
    return tuple(
        secret for secret in secrets if not ours[secret.name] and not addresses[secret.name] & others
    )


async def isolate(dialogue: Dialogue, mementos: Sequence[IsolationMemento]) -> tuple[Settled, ...]:
    """What the mementos hold is what is there, unless an earlier attempt changed it: writing that again does no harm."""
    settled: list[Settled] = []
    for plan, secrets in _by_plan(mementos).items():
        match plan.method:
            case "disable":
                settled += await many_isolated.by_disabling(dialogue, secrets)
            case "profile":
                settled += await many_isolated.by_profile(dialogue, secrets, plan)
            case "address-list":
                settled += await many_isolated.by_address_list(dialogue, secrets, plan)
    return tuple(settled)


async def release(dialogue: Dialogue, mementos: Sequence[IsolationMemento]) -> tuple[Settled, ...]:
    """Whose secret is otherwise than both isolation and what was before it would have it is left out."""
    settled: list[Settled] = []
    for plan, secrets in _by_plan(mementos).items():
        match plan.method:
            case "disable":
                settled += await many_released.from_disabling(dialogue, secrets)
            case "profile":
                settled += await many_released.from_profile(dialogue, secrets, plan)
            case "address-list":
                settled += await many_released.from_address_list(dialogue, secrets, plan)
    return tuple(settled)


def _by_plan(mementos: Sequence[IsolationMemento]) -> dict[IsolationPlan, list[PppSecret]]:
    found: dict[IsolationPlan, list[PppSecret]] = {}
    for memento in mementos:
        found.setdefault(memento.plan, []).append(memento.before)
    return found
