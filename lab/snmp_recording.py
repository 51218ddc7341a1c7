"""Reads recordings of real agents in snmpsim's format, one `OID|TYPE|VALUE` a line, as broken as they are found."""

import gzip
import ipaddress
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from lab import ber
from lab.snmp_agent import Agent
from lab.snmp_live import Device
from lab.snmp_motion import in_motion
from lab.snmp_tree import Tree, Variable, View, varbind
from lab.snmp_usm_keys import User

SUFFIXES = (".snmprec", ".snmprec.gz")

MAX_SIZE = 3072
"""Recordings hold values that do not fit an Ethernet frame; their agents answer in datagrams of up to this many octets."""

_ENGINE_ID_PREFIX = bytes.fromhex("80001f8804")
"""net-snmp's enterprise number and the format "text" (RFC 3411, 5)."""
_ENGINE_ID_TEXT = 27

_UNSIGNED_BITS = {ber.COUNTER32: 32, ber.GAUGE32: 32, ber.TIME_TICKS: 32, ber.COUNTER64: 64}
_FLOAT = re.compile(rb"Float: (-?[0-9.]+)")


class Recordings(msgspec.Struct, frozen=True):
    """Recordings laid out over addresses."""

    agents: Mapping[str, Agent]
    files: Mapping[str, Path]
    """The recording at each address."""


def load_recording(path: Path, *, live: bool = False) -> Tree:
    """The objects of a recording. Lines that make no sense are left out; of a repeated OID the last wins, as in snmpsim.

    With `live`, up-time and interface counters go on from where they were recorded.
    """
    objects: dict[bytes, Variable] = {}
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            try:
                oid, value = _parse_line(line)
            except ValueError:
                continue
            objects[oid] = varbind(oid, value)
    return Tree(in_motion(objects) if live else objects)


def _parse_line(line: bytes) -> tuple[bytes, bytes]:
    """OID content octets and encoded value; ValueError if the line has none."""
    name, kind, text = line.rstrip(b"\r\n").split(b"|", 2)
    oid = ber.oid(name.decode("ascii").strip())
    tag = int(kind.rstrip(b"xe"))
    if kind[-1:] == b"x":
        return oid, _from_octets(tag, bytes.fromhex(text.decode("ascii")))
    if kind[-1:] == b"e":
        return oid, _from_octets(tag, text.decode("unicode_escape").encode("latin-1"))
    return oid, _from_text(tag, text)


def _from_octets(tag: int, content: bytes) -> bytes:
    ber.decode(tag, content)
    return ber.tlv(tag, content)


def _from_text(tag: int, text: bytes) -> bytes:
    if tag == ber.INTEGER:
        # What does not fit 32 bits is wrapped, as the device's own arithmetic would have.
        return ber.integer((int(text) + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000)
    if tag in _UNSIGNED_BITS:
        return ber.integer(int(text) & (1 << _UNSIGNED_BITS[tag]) - 1, tag)
    if tag == ber.OCTET_STRING:
        return ber.tlv(tag, text)
    if tag == ber.OID:
        return ber.tlv(tag, _oid_value(text.decode("ascii").strip(" .")))
    if tag == ber.IP_ADDRESS:
        return ber.tlv(tag, ipaddress.IPv4Address(text.decode("ascii").strip()).packed)
    if tag == ber.NULL:
        return ber.tlv(tag, b"")
    if tag == ber.OPAQUE:
        return ber.tlv(tag, _opaque(text))
    raise ValueError(f"unknown type {tag}")


def _oid_value(text: str) -> bytes:
    """An OID as a value; recorders write zeroDotZero as `0`."""
    return ber.oid("0.0" if text == "0" else text)


def _opaque(text: bytes) -> bytes:
    """net-snmp's float in an Opaque (its tag 9f78), which recorders write as `Float: 0.08`; other text as it is."""
    match = _FLOAT.fullmatch(text)
    return b"\x9f\x78\x04" + struct.pack("!f", float(match[1])) if match else text


def recordings_fleet(
    files: Sequence[Path],
    network: ipaddress.IPv4Network,
    *,
    community: bytes,
    users: Sequence[User] = (),
    live: bool = False,
    now: float = 0.0,
) -> Recordings:
    """Agents for v1, v2c and, with `users`, v3 that each serve one file, at the network's addresses in the order given; read when first asked.

    ValueError if the network has too few addresses. `now` is the serving clock's time: with `live`, things move from then on.
    """
    addresses = [str(address) for address, _ in zip(network.hosts(), files, strict=False)]
    if len(addresses) < len(files):
        raise ValueError(
            f"{network} has {len(addresses)} host addresses for {len(files)} recordings: give a wider one"
        )
    placed = dict(zip(addresses, files, strict=True))
    return Recordings(
        agents={address: _agent(path, community, users, live, now) for address, path in placed.items()},
        files=placed,
    )


def _agent(path: Path, community: bytes, users: Sequence[User], live: bool, now: float) -> Agent:
    return Agent(
        path.name,
        lambda: View(load_recording(path, live=live), {}),
        device=Device(booted_at=now, engine_id=_ENGINE_ID_PREFIX + path.name.encode()[:_ENGINE_ID_TEXT]),
        v1=(community,),
        v2c=(community,),
        users=users,
        max_size=MAX_SIZE,
    )


def find_recordings(folder: Path) -> list[Path]:
    """The recordings in a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES))
