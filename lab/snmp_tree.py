"""What an agent can be asked for: sorted objects, shared between similar agents, with each agent's own laid over them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from lab import ber
from lab.snmp_live import Live

Variable = bytes | Live
"""A whole encoded VarBind, or what makes one."""


def varbind(oid: bytes, value: bytes) -> bytes:
    """A VarBind (RFC 3416, 3) of OID content octets and an encoded value."""
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, oid) + value)


def name_of(variable: Variable) -> bytes:
    """The OID content octets of a variable."""
    if isinstance(variable, Live):
        _, start, stop = ber.read(variable.name, 0, len(variable.name))
        return variable.name[start:stop]
    _, start, end = ber.read(variable, 0, len(variable))
    _, start, stop = ber.read(variable, start, end)
    return variable[start:stop]


def value_of(encoded: bytes) -> bytes:
    """The encoded value within a VarBind."""
    _, start, end = ber.read(encoded, 0, len(encoded))
    _, _, stop = ber.read(encoded, start, end)
    return encoded[stop:end]


class Tree:
    """Objects sorted by OID. Immutable, so that any number of agents may share one."""

    __slots__ = ("index", "oids", "variables")

    def __init__(self, objects: Mapping[bytes, Variable]) -> None:
        """Takes the objects under their OID content octets, in any order."""
        self.oids: Sequence[bytes] = sorted(objects, key=ber.subidentifiers)
        self.variables = [objects[oid] for oid in self.oids]
        self.index = {oid: at for at, oid in enumerate(self.oids)}

    def __len__(self) -> int:
        return len(self.oids)

    def after(self, oid: bytes) -> int:
        """Where the first object beyond `oid` stands; the size of the tree if there is none."""
        at = self.index.get(oid)
        return self.at_or_after(oid) if at is None else at + 1

    def at_or_after(self, oid: bytes) -> int:
        return bisect_left(self.oids, ber.subidentifiers(oid), key=ber.subidentifiers)


def encoded_tree(values: Iterable[tuple[bytes, bytes]]) -> Tree:
    """A tree of constant objects, given as OID content octets and encoded value."""
    return Tree({oid: varbind(oid, value) for oid, value in values})


class View:
    """A shared tree with one agent's own objects laid over it; an own object hides a shared one of the same OID."""

    __slots__ = ("_own", "_places", "shared")

    def __init__(self, shared: Tree, own: Mapping[bytes, Variable]) -> None:
        self.shared = shared
        self._lay(Tree(own))

    def _lay(self, own: Tree) -> None:
        self._own = own
        self._places = [self.shared.at_or_after(oid) for oid in own.oids]

    def get(self, oid: bytes) -> Variable | None:
        at = self._own.index.get(oid)
        if at is not None:
            return self._own.variables[at]
        at = self.shared.index.get(oid)
        return None if at is None else self.shared.variables[at]

    def put(self, oid: bytes, variable: Variable) -> None:
        """Sets an own object."""
        self._lay(Tree({**dict(zip(self._own.oids, self._own.variables, strict=True)), oid: variable}))

    def following(self, oid: bytes, count: int) -> list[Variable]:
        """At most `count` objects beyond `oid`, in order; fewer only at the end of the view."""
        shared, own, places = self.shared, self._own, self._places
        at = shared.after(oid)
        if not places:
            return shared.variables[at : at + count]
        found: list[Variable] = []
        own_at = own.after(oid)
        while len(found) < count:
            if own_at == len(places):
                found += shared.variables[at : at + count - len(found)]
                break
            place = places[own_at]
            if at < place:
                stop = min(place, at + count - len(found))
                found += shared.variables[at:stop]
                at = stop
                continue
            found.append(own.variables[own_at])
            if place < len(shared) and shared.oids[place] == own.oids[own_at]:
                at = max(at, place + 1)
            own_at += 1
        return found

    def has_siblings(self, oid: bytes) -> bool:
        """Whether other instances stand beside `oid`, which tells noSuchInstance from noSuchObject without the MIB."""
        parent = ber.subidentifiers(oid)[:-1]
        beyond = self.following(ber.suffix(parent), 1) if parent else []
        return bool(beyond) and ber.subidentifiers(name_of(beyond[0]))[: len(parent)] == parent
