"""Addresses of simulated devices."""

from ipaddress import IPv4Network
from itertools import islice


def addresses(network: str, count: int) -> list[str]:
    """The first so many of a network. Raises ValueError where it has fewer."""
    found = [str(address) for address in islice(IPv4Network(network).hosts(), count)]
    if len(found) < count:
        raise ValueError(
            f"{network} has {len(found)} addresses for {count} devices; ask for a larger network"
        )
    return found
