"""Where a router's secret and the ledger disagree, isolation taken into account."""

from uuid import UUID

from domain.customer_commands import SecretFacts
from domain.customer_state import Customer
from domain.router_secrets import FieldDifference, PppSecret


def drift_alert(customer: UUID) -> str:
    """The key of the one alert about a customer who was changed by hand."""
    return f"customer/{customer}/drift"


def facts_of(secret: PppSecret) -> SecretFacts:
    return SecretFacts(
        service=secret.service,
        profile=secret.profile,
        remote_address=secret.remote_address,
        local_address=secret.local_address,
        caller_id=secret.caller_id,
        disabled=secret.disabled,
    )


def differences(customer: Customer, secret: PppSecret) -> tuple[tuple[FieldDifference, ...], bool]:
    """What the secret says otherwise than expected, and whether its comment does, which is personal and not shown."""
    expected, found = customer.on_router(), facts_of(secret)
    changed = tuple(
        FieldDifference(
            field=name, expected=_word(getattr(expected, name)), found=_word(getattr(found, name))
        )
        for name in SecretFacts.__struct_fields__
        if getattr(expected, name) != getattr(found, name)
    )
    return changed, secret.comment != customer.comment


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
