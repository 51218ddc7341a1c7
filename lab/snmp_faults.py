"""How a simulated agent misbehaves: the faults that real agents and networks show, each a few lines."""

import enum
import random
from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from lab import ber
from lab.snmp_tree import Variable, View, name_of, value_of, varbind

_STEPS_BACK = 3


class FaultKind(enum.Enum):
    DROPS = "drops"
    """No answer; with a share of 1 the agent is silent."""
    LATE = "late"
    """The answer comes after `delay_s`."""
    TWICE = "twice"
    """The answer comes, and again after `delay_s`."""
    TRUNCATED = "truncated"
    """The answer is cut in the middle."""
    GARBAGE = "garbage"
    """Random octets come in place of the answer."""
    WALK_LOOP = "walk_loop"
    """Beyond every `after`th object, GETNEXT and GETBULK go three objects back."""
    WRONG_REQUEST_ID = "wrong_request_id"
    WRONG_TYPES = "wrong_types"
    """Strings are answered as numbers and all else as strings."""
    DIES_IN_WALK = "dies_in_walk"
    """Silent for good once `after` objects have been walked; setting the agent's faults anew revives it."""


class Fault(msgspec.Struct, frozen=True):
    kind: FaultKind
    share: float = 1.0
    """Of the answers that it strikes, 0 to 1."""
    delay_s: float = 0.0
    after: int = 20
    """In objects."""


class Misbehaviour:
    """An agent's faults, with the dice and counts that they need. Immutable faults in, decisions out."""

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._faults = {fault.kind: fault for fault in faults}
        self._dice = random.Random(seed)
        self._walked = 0
        self._names: list[bytes] = []
        self._keys: list[tuple[int, ...]] = []

    def _strikes(self, kind: FaultKind) -> Fault | None:
        fault = self._faults.get(kind)
        return fault if fault is not None and self._dice.random() < fault.share else None

    @property
    def _dead(self) -> bool:
        dying = self._faults.get(FaultKind.DIES_IN_WALK)
        return dying is not None and self._walked > dying.after

    def following(self, view: View, oid: bytes, count: int) -> list[Variable]:
        """The objects beyond `oid` as the faulty agent sees them."""
        if loop := self._strikes(FaultKind.WALK_LOOP):
            found = self._looping(view, oid, count, max(loop.after, _STEPS_BACK + 1))
        else:
            found = view.following(oid, count)
        self._walked += len(found)
        return found

    def _looping(self, view: View, oid: bytes, count: int, every: int) -> list[Variable]:
        if not self._names:
            self._names = [name_of(variable) for variable in view.following(b"", 1 << 30)]
            self._keys = [ber.subidentifiers(name) for name in self._names]
        position = bisect_right(self._keys, ber.subidentifiers(oid))
        found: list[Variable] = []
        while len(found) < count and position < len(self._names):
            if position and position % every == 0:
                position -= _STEPS_BACK
            variable = view.get(self._names[position])
            if variable is None:
                break
            found.append(variable)
            position += 1
        return found

    def request_id(self, encoded: bytes) -> bytes:
        """The encoded request-id that the answer carries."""
        if not self._strikes(FaultKind.WRONG_REQUEST_ID):
            return encoded
        value, _ = ber.read_integer(encoded, 0, len(encoded))
        return ber.integer(value ^ 0x55)

    def varbinds(self, found: list[bytes]) -> list[bytes]:
        """The VarBinds that the answer carries."""
        if not self._strikes(FaultKind.WRONG_TYPES):
            return found
        return [varbind(name_of(each), _other_type(value_of(each))) for each in found]

    def deliveries(self, answer: bytes) -> list[tuple[float, bytes]]:
        """The datagrams that leave in place of one answer, each with its delay in seconds."""
        if self._dead or self._strikes(FaultKind.DROPS):
            return []
        if self._strikes(FaultKind.GARBAGE):
            answer = self._dice.randbytes(len(answer))
        if self._strikes(FaultKind.TRUNCATED):
            answer = answer[: len(answer) // 2]
        late = self._strikes(FaultKind.LATE)
        delay_s = late.delay_s if late else 0.0
        sent = [(delay_s, answer)]
        if twice := self._strikes(FaultKind.TWICE):
            sent.append((delay_s + twice.delay_s, answer))
        return sent


def _other_type(value: bytes) -> bytes:
    if value[0] == ber.OCTET_STRING:
        return ber.integer(len(value))
    return ber.tlv(ber.OCTET_STRING, b"not what the MIB says")
