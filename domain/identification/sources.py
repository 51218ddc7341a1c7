"""Where a rule may read a field from: sysDescr, sysName, a scalar, a column, ENTITY-MIB, or a table of codes."""

from typing import NamedTuple, Protocol

import msgspec

from domain.identification.package_tables import cisco_product
from domain.identification.text import DESCR_LIMIT, compiled, is_placeholder, plain
from domain.observation import PhysicalEntity, SnmpFacts, SystemGroup


class Finding(NamedTuple):
    """A value and the object that said so."""

    text: str
    evidence: str


class Source(Protocol):
    """One place to read a field from."""

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        """Instances that it needs of this agent."""
        ...

    def walks(self) -> tuple[str, ...]:
        """Columns that it needs."""
        ...

    def read(self, facts: SnmpFacts) -> Finding | None:
        """The value there, None where the agent says nothing usable."""
        ...


ROOTS = ("1.3.6.1.", "1.0.8802.", "1.2.840.", "1.3.111.", "0.")


def oid(short: str) -> str:
    """Rules write objects relative to enterprises (1.3.6.1.4.1) unless they start at the root."""
    return short if short.startswith(ROOTS) else f"1.3.6.1.4.1.{short}"


def shaped(text: str, pattern: str, shape: str) -> str:
    """The text, if the pattern fits it; where the pattern names groups, only these, put into shape ("{v}" is the usual one)."""
    found = compiled(pattern).search(text)
    if found is None:
        return ""
    groups = {key: (value or "").strip() for key, value in found.groupdict().items()}
    result = shape.format(**groups) if groups or shape != "{v}" else text
    result = " ".join(result.split()).strip("\"' ")
    return "" if is_placeholder(result) else result


class _Local(msgspec.Struct, frozen=True):
    """A source that asks for nothing more than what every agent is asked."""

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        return ()

    def walks(self) -> tuple[str, ...]:
        return ()


class Descr(_Local, frozen=True):
    """A pattern in sysDescr, whose text may be a code of a table."""

    pattern: str
    shape: str = "{v}"
    names: dict[str, str] = {}

    def read(self, facts: SnmpFacts) -> Finding | None:
        text = shaped(facts.system.sys_descr[:DESCR_LIMIT], self.pattern, self.shape)
        if self.names:
            text = self.names.get(text, "")
        return Finding(text, "sysDescr") if text else None


class ObjectId(_Local, frozen=True):
    """A code in sysObjectID below a base, such as a product number."""

    base: str
    names: dict[str, str]

    def read(self, facts: SnmpFacts) -> Finding | None:
        base = oid(self.base) + "."
        object_id = facts.system.sys_object_id
        if not object_id.startswith(base):
            return None
        text = self.names.get(object_id[len(base) :], "")
        return Finding(text, "sysObjectID") if text else None


class CiscoProduct(_Local, frozen=True):
    """The product that sysObjectID names below ciscoProducts."""

    def read(self, facts: SnmpFacts) -> Finding | None:
        base, _, arc = facts.system.sys_object_id.rpartition(".")
        if base != oid("9.1") or not arc.isdecimal() or len(arc) > 9:
            return None
        text = cisco_product(int(arc))
        return Finding(text, "sysObjectID") if text else None


class Value(msgspec.Struct, frozen=True):
    """A scalar, or one instance of a column."""

    label: str
    oid: str
    pattern: str = ""
    shape: str = "{v}"

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        return (oid(self.oid),)

    def walks(self) -> tuple[str, ...]:
        return ()

    def read(self, facts: SnmpFacts) -> Finding | None:
        text = shaped(plain(facts.values.get(oid(self.oid))), self.pattern, self.shape)
        return Finding(text, self.label) if text else None


class Below(msgspec.Struct, frozen=True):
    """An instance below the agent's own product: the first arcs of sysObjectID after enterprises, then a suffix.

    Several makers give every product its own copy of the MIB.
    """

    label: str
    arcs: int
    suffix: str
    pattern: str = ""
    shape: str = "{v}"

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        arcs = system.sys_object_id.split(".")
        if len(arcs) < 6 + self.arcs:
            return ()
        return (".".join((*arcs[: 6 + self.arcs], self.suffix)),)

    def walks(self) -> tuple[str, ...]:
        return ()

    def read(self, facts: SnmpFacts) -> Finding | None:
        for instance in self.gets(facts.system):
            text = shaped(plain(facts.values.get(instance)), self.pattern, self.shape)
            if text:
                return Finding(text, self.label)
        return None


class Code(msgspec.Struct, frozen=True):
    """An enumerated scalar, such as a model number."""

    label: str
    oid: str
    names: dict[str, str]

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        return (oid(self.oid),)

    def walks(self) -> tuple[str, ...]:
        return ()

    def read(self, facts: SnmpFacts) -> Finding | None:
        text = self.names.get(plain(facts.values.get(oid(self.oid))), "")
        return Finding(text, self.label) if text else None


class Column(msgspec.Struct, frozen=True):
    """The first usable value of a column, in index order. Only for short tables: the column is walked whole."""

    label: str
    oid: str
    pattern: str = ""
    shape: str = "{v}"

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        return ()

    def walks(self) -> tuple[str, ...]:
        return (oid(self.oid),)

    def read(self, facts: SnmpFacts) -> Finding | None:
        prefix = oid(self.oid) + "."
        rows = [key for key in facts.values if key.startswith(prefix)]
        for key in sorted(rows, key=_index_order):
            text = shaped(plain(facts.values[key]), self.pattern, self.shape)
            if text:
                return Finding(text, f"{self.label}.{key[len(prefix) :]}")
        return None


class Entity(_Local, frozen=True):
    """A column of entPhysicalTable, from the first row whose text fits (RFC 6933)."""

    field: str
    pattern: str = ""
    shape: str = "{v}"
    class_: int = 0
    """entPhysicalClass of the rows to look at, 0 for any."""
    where: str = ""
    """A pattern that descr, name or model of the row must have."""

    def read(self, facts: SnmpFacts) -> Finding | None:
        for row in facts.entities:
            if self.class_ and row.class_ != self.class_:
                continue
            if self.where and not _row_fits(row, self.where):
                continue
            text = shaped(plain(getattr(row, self.field)), self.pattern, self.shape)
            if text:
                return Finding(text, f"{ENTITY_OBJECTS[self.field]}.{row.index}")
        return None


class Joined(msgspec.Struct, frozen=True):
    """Several sources put together; the first must speak, the others may be silent."""

    parts: tuple["AnySource", ...]
    separator: str = " "

    def gets(self, system: SystemGroup) -> tuple[str, ...]:
        return tuple(get for part in self.parts for get in part.gets(system))

    def walks(self) -> tuple[str, ...]:
        return tuple(walk for part in self.parts for walk in part.walks())

    def read(self, facts: SnmpFacts) -> Finding | None:
        findings = [part.read(facts) for part in self.parts]
        if findings[0] is None:
            return None
        said = [finding for finding in findings if finding]
        return Finding(self.separator.join(f.text for f in said), ", ".join(f.evidence for f in said))


class Fixed(_Local, frozen=True):
    """A value that follows from the rule having matched."""

    text: str

    def read(self, facts: SnmpFacts) -> Finding | None:
        return Finding(self.text, "sysObjectID" if facts.system.sys_object_id else "sysDescr")


AnySource = Descr | ObjectId | CiscoProduct | Value | Below | Code | Column | Entity | Joined | Fixed


def extend(name: str, pattern: str = "", shape: str = "{v}") -> Value:
    """First line of what a net-snmp agent's `extend NAME` prints (nsExtendOutput1Line, NET-SNMP-EXTEND-MIB)."""
    index = ".".join(str(octet) for octet in (len(name), *name.encode()))
    return Value(f'nsExtendOutput1Line."{name}"', f"8072.1.3.2.3.1.1.{index}", pattern, shape)


ENTITY_OBJECTS = {
    "descr": "entPhysicalDescr",
    "name": "entPhysicalName",
    "vendor_type": "entPhysicalVendorType",
    "hardware_rev": "entPhysicalHardwareRev",
    "firmware_rev": "entPhysicalFirmwareRev",
    "software_rev": "entPhysicalSoftwareRev",
    "serial": "entPhysicalSerialNum",
    "manufacturer": "entPhysicalMfgName",
    "model": "entPhysicalModelName",
}


def _row_fits(row: PhysicalEntity, pattern: str) -> bool:
    return any(compiled(pattern).search(text[:DESCR_LIMIT]) for text in (row.descr, row.name, row.model))


def _index_order(key: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() and len(part) < 20 else 0 for part in key.split("."))
