"""One simulated SNMP agent: who it is, what it shows and who may ask."""

from collections.abc import Callable, Collection
from functools import cached_property

from lab.snmp_live import Device
from lab.snmp_tree import Variable, View

DEFAULT_MAX_SIZE = 1472
"""The octets of UDP payload that fit an Ethernet frame, beyond which many devices never go."""


class Agent:
    """An agent's settings and state. It may answer at several addresses."""

    def __init__(
        self,
        name: str,
        view: Callable[[], View],
        *,
        device: Device | None = None,
        v1: Collection[bytes] = (),
        v2c: Collection[bytes] = (),
        write: Collection[bytes] = (),
        max_size: int = DEFAULT_MAX_SIZE,
    ) -> None:
        """`view` is called at the first question. `v1`, `v2c` and `write` are the communities that may read with that
        version, or write with both; `max_size` bounds its answers, in octets of UDP payload.
        """
        self.name = name
        self._make_view = view
        self.device = device or Device()
        self.communities = (frozenset(v1), frozenset(v2c))
        self.write_communities = frozenset(write)
        self.max_size = max_size

    def __repr__(self) -> str:
        return f"<Agent {self.name}>"

    @cached_property
    def view(self) -> View:
        return self._make_view()

    def following(self, oid: bytes, count: int) -> list[Variable]:
        return self.view.following(oid, count)
