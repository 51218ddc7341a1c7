"""One IP address in a request."""

from domain.errors import Invalid
from domain.targets import TargetError, parse_targets


def one_address(text: str, field: str = "address") -> str:
    """The address in its usual form; raises Invalid for networks, ranges, names and what no device can have."""
    try:
        plan = parse_targets([text])
    except TargetError as error:
        raise Invalid(error.message, field=field) from None
    if plan.count != 1 or plan.names:
        raise Invalid("give one IPv4 or IPv6 address", field=field)
    return next(plan.addresses())
