"""One simulated SNMP agent: who it is, what it shows and who may ask."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from lab.snmp_faults import Fault, Misbehaviour
from lab.snmp_live import Device
from lab.snmp_tree import Variable, View
from lab.snmp_usm_keys import LocalUser, User

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
        users: Collection[User] = (),
        faults: Sequence[Fault] = (),
        max_size: int = DEFAULT_MAX_SIZE,
    ) -> None:
        """`view` is called at the first question. `v1`, `v2c` and `write` are the communities that may read with that
        version, or write with both; `users` may ask with v3, which needs the device's engine ID; `max_size` bounds its answers, in octets of UDP payload.
        """
        self.name = name
        self._make_view = view
        self.device = device or Device()
        self.communities = (frozenset(v1), frozenset(v2c))
        self.write_communities = frozenset(write)
        self.max_size = max_size
        self.reports: dict[str, int] = {}
        """How often each of the security model's counters was reported (RFC 3414, 5)."""
        self.misbehaviour: Misbehaviour | None = None
        self.misbehave(faults)
        self._users = {user.name: user for user in users}
        self._local_users: dict[bytes, LocalUser] = {}

    def __repr__(self) -> str:
        return f"<Agent {self.name}>"

    def warm(self) -> None:
        """Makes the objects before the first question asks for them."""
        assert self.view is not None

    @cached_property
    def view(self) -> View:
        return self._make_view()

    def misbehave(self, faults: Sequence[Fault]) -> None:
        """Takes these faults in place of those it had; none makes it a good agent again."""
        self.misbehaviour = Misbehaviour(faults, self.device.seed) if faults else None

    def following(self, oid: bytes, count: int) -> list[Variable]:
        """At most `count` objects beyond `oid`, as GETNEXT and GETBULK find them."""
        if self.misbehaviour is not None:
            return self.misbehaviour.following(self.view, oid, count)
        return self.view.following(oid, count)

    @property
    def has_users(self) -> bool:
        return bool(self._users)

    def local_user(self, name: bytes) -> LocalUser | None:
        """The user with keys for this agent's engine; None for an unknown name."""
        local = self._local_users.get(name)
        if local is None and name in self._users:
            local = self._local_users[name] = self._users[name].localized(self.device.engine_id)
        return local
