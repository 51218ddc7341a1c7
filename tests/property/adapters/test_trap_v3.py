"""Whatever becomes of a trap of SNMPv3 on its way: it is dropped with a reason, and never believed."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.snmp.trap_v3 import V3Traps
from adapters.snmp.traps import MALFORMED, SnmpTraps
from domain.access import SnmpV3Access
from domain.traps import Trap

SENDER = ("192.0.2.7", 50_000)
USER = SnmpV3Access(
    id="traps",
    username="netops",
    auth_protocol="SHA256",
    auth_password="auth-password",
    priv_protocol="AES128",
    priv_password="priv-password",
)
WRITTEN = bytes.fromhex(
    "3081ab0201033011020452947ab2020300ffe30401030201030440303e040880001f8880aabbcc02010102033f77a304066e65746f7073"
    "04186cc85cb05390139f1fd53546cde50bb03a64c1101154045304087b5ad4b364ca7ba30451b76821b4d6d2384e2c3285709a3fe0b253"
    "12d85d0eabff2996e63dedc26ffb6a45ad719afde6bb5810d5d40088e9aa11ebd7c7c0a612a6860dbd594b6e45b12c6fa46940e59d8533"
    "3adda684e13082294e"
)
"""A coldStart of net-snmp's snmptrap 5.9.3: authPriv, SHA-256, AES."""


class Receiver:
    def __init__(self) -> None:
        self.heard: list[Trap] = []
        self.sent: list[bytes] = []
        self.v3 = V3Traps(
            [USER], lambda answer, _to: self.sent.append(answer), lambda trap, _from: self.heard.append(trap)
        )


@pytest.fixture(scope="module")
def receiver() -> Receiver:
    return Receiver()


def test_what_a_peer_wrote_is_opened() -> None:
    receiver = Receiver()
    assert receiver.v3.feed(WRITTEN, SENDER) == ""
    assert [trap.oid for trap in receiver.heard] == ["1.3.6.1.6.3.1.1.5.1"]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(WRITTEN) - 1).flatmap(
        lambda place: st.tuples(
            st.just(place), st.integers(0, 255).filter(lambda octet: octet != WRITTEN[place])
        )
    )
)
def test_one_altered_octet_is_never_believed(receiver: Receiver, altered: tuple[int, int]) -> None:
    place, octet = altered
    datagram = WRITTEN[:place] + bytes([octet]) + WRITTEN[place + 1 :]
    heard = len(receiver.heard)
    with contextlib.suppress(Exception):  # of which SnmpTraps makes a reason
        receiver.v3.feed(datagram, SENDER)
    assert len(receiver.heard) == heard


async def nobody() -> list[SnmpV3Access]:
    return []


@given(st.binary(max_size=300))
def test_octets_that_are_no_trap_are_told_to_be_none(noise: bytes) -> None:
    heard: list[Trap] = []
    said = SnmpTraps(nobody).feed(
        noise, SENDER, lambda trap, _from: heard.append(trap), lambda _answer, _to: None
    )
    assert heard or said in (MALFORMED, "no credential is for SNMPv3")
