"""Recordings are read whatever state they are in."""

import gzip
import ipaddress
import struct

import pytest

from lab import ber
from lab.snmp_live import Device, Live
from lab.snmp_recording import find_recordings, load_recording, recordings_fleet
from lab.snmp_tree import value_of

RECORDING = rb"""1.3.6.1.2.1.2.2.1.10.2|65|1000
1.3.6.1.2.1.1.5.0|4|old name
1.3.6.1.2.1.1.1.0|4x|436973636f0d0a
1.3.6.1.2.1.1.5.0|4|core|1

not a line
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1.
1.3.6.1.2.1.1.3.0|67|4242
1.3.6.1.2.1.1.6.0|4e|r\xc3\xa4ck\n
1.3.6.1.2.1.4.20.1.2.10.xx.1|2|3
1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1
1.3.6.1.2.1.4.20.1.1.10.0.0.2|64x|0A000002
1.3.6.1.2.1.2.2.1.6.1|4x|58AC78XXYYZZ
1.3.6.1.2.1.2.2.1.22.1|6|0
1.3.6.1.2.1.31.1.1.1.6.2|70|18446744073709551615
1.3.6.1.4.1.2021.10.1.6.1|68|Float: 0.5
1.3.6.1.4.1.1.1.0|2|
1.3.6.1.4.1.1.2.0|2|4294967295
1.3.6.1.4.1.1.3.0|66|6git3159
1.3.6.1.4.1.1.4.0|5|
1.3.6.1.4.1.1.5.0|99|1
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "b.snmprec.gz"
    made.write_bytes(gzip.compress(RECORDING))
    return made


def value(tree, oid):
    variable = tree.variables[tree.index[ber.oid(oid)]]
    return value_of(variable)


def string(text):
    return ber.tlv(ber.OCTET_STRING, text)


@pytest.mark.parametrize(
    ("oid", "expected"),
    [
        ("1.3.6.1.2.1.1.1.0", string(b"Cisco\r\n")),
        ("1.3.6.1.2.1.1.5.0", string(b"core|1")),
        ("1.3.6.1.2.1.1.6.0", string("rÃ¤ck\n".encode("latin-1"))),
        ("1.3.6.1.2.1.1.2.0", ber.tlv(ber.OID, ber.oid("1.3.6.1.4.1.9.1.1"))),
        ("1.3.6.1.2.1.2.2.1.22.1", ber.tlv(ber.OID, b"\x00")),
        ("1.3.6.1.2.1.1.3.0", ber.integer(4242, ber.TIME_TICKS)),
        ("1.3.6.1.2.1.4.20.1.1.10.0.0.1", ber.tlv(ber.IP_ADDRESS, b"\x0a\x00\x00\x01")),
        ("1.3.6.1.2.1.4.20.1.1.10.0.0.2", ber.tlv(ber.IP_ADDRESS, b"\x0a\x00\x00\x02")),
        ("1.3.6.1.2.1.31.1.1.1.6.2", ber.integer((1 << 64) - 1, ber.COUNTER64)),
        ("1.3.6.1.4.1.2021.10.1.6.1", ber.tlv(ber.OPAQUE, b"\x9f\x78\x04" + struct.pack("!f", 0.5))),
        ("1.3.6.1.4.1.1.2.0", ber.integer(-1)),
        ("1.3.6.1.4.1.1.4.0", b"\x05\x00"),
    ],
)
def test_every_type_is_read(path, oid, expected):
    assert value(load_recording(path), oid) == expected


def test_lines_without_sense_are_left_out_and_the_rest_is_sorted(path):
    tree = load_recording(path)
    assert len(tree) == 13
    assert list(tree.oids) == sorted(tree.oids, key=ber.subidentifiers)


def test_a_live_recording_goes_on_from_where_it_was(path):
    tree = load_recording(path, live=True)
    device = Device(booted_at=1_000.0)

    def read(oid, now):
        live = tree.variables[tree.index[ber.oid(oid)]]
        assert isinstance(live, Live)
        content = value_of(live.varbind(device, now))
        return ber.decode(content[0], content[2:])

    assert [read("1.3.6.1.2.1.1.3.0", now) for now in (1_000.0, 1_002.5)] == [4242, 4492]
    counted = [read("1.3.6.1.2.1.2.2.1.10.2", now) for now in (1_000.0, 1_010.0, 1_020.0)]
    assert counted[0] == 1_000 < counted[1] < counted[2]
    wrapped = [read("1.3.6.1.2.1.31.1.1.1.6.2", now) for now in (1_000.0, 1_010.0)]
    assert wrapped == [(1 << 64) - 1, counted[1] - 1_001]


def test_files_are_laid_out_in_sorted_order(path, tmp_path):
    (tmp_path / "a.snmprec").write_bytes(b"1.3.6.1.2.1.1.5.0|4|plain\n")
    (tmp_path / "notes.txt").write_text("no recording")
    files = find_recordings(tmp_path)
    fleet = recordings_fleet(files, ipaddress.IPv4Network("127.61.9.0/29"), community=b"c")
    assert {address: file.name for address, file in fleet.files.items()} == {
        "127.61.9.1": "a.snmprec",
        "127.61.9.2": "b.snmprec.gz",
    }
    assert len(fleet.agents["127.61.9.1"].view.following(b"", 9)) == 1
    with pytest.raises(ValueError, match="wider"):
        recordings_fleet(files * 4, ipaddress.IPv4Network("127.61.9.0/29"), community=b"c")
