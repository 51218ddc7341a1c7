"""Syslog messages as devices of several vendors send them."""

import pytest

from domain.network_log import NetworkLog, SourceLimits, configured_by
from domain.syslog import parse

CISCO = b"<189>77: *Mar  1 00:12:44.881: %SYS-5-CONFIG_I: Configured from console by ada on vty0 (10.0.0.9)"
JUNOS = b'<14>1 2026-03-02T04:05:06.123+01:00 mx1 mgd 2201 UI_COMMIT_COMPLETED [junos@2636.1.1.1.2.144 message="done"] commit complete'
MIKROTIK = b"<30>system,info filter rule changed by ada"
LINUX = b"<34>Oct 11 22:14:15 mymachine su[211]: 'su root' failed for lonvick on /dev/pts/8"
FORTI = b'<189>date=2026-03-02 time=04:05:06 devname="fw" logdesc="Attribute configured" user="ada" msg="Edit system.admin"'


@pytest.mark.parametrize(
    ("datagram", "severity", "host", "app", "message"),
    [
        (CISCO, 5, "", "SYS-5-CONFIG_I", "%SYS-5-CONFIG_I: Configured from console by ada on vty0 (10.0.0.9)"),
        (JUNOS, 6, "mx1", "mgd", "commit complete"),
        (MIKROTIK, 6, "", "system,info", "filter rule changed by ada"),
        (LINUX, 2, "mymachine", "su", "'su root' failed for lonvick on /dev/pts/8"),
        (b"<190>core1: Mar  2 04:05:06: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down", 6, "core1", "LINK-3-UPDOWN", "%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"),
        (b"no priority at all", 5, "", "", "no priority at all"),
        (b"<999>what", 5, "", "", "<999>what"),
        (b"<13>two\nlines\x00and\x1b[31m colours", 5, "", "", "two lines and [31m colours"),
    ],
)  # fmt: skip
def test_what_devices_send(datagram: bytes, severity: int, host: str, app: str, message: str) -> None:
    found = parse(datagram)
    assert (found.severity, found.host, found.app, found.message) == (severity, host, app, message)


def log(datagram: bytes) -> NetworkLog:
    found = parse(datagram)
    return NetworkLog(
        received_at=1.0,
        source="syslog",
        address="192.0.2.1",
        severity=found.severity,
        app=found.app,
        message=f"{found.message_id} {found.message}".strip(),
    )


@pytest.mark.parametrize(
    ("datagram", "author"),
    [(CISCO, "ada"), (JUNOS, ""), (MIKROTIK, "ada"), (FORTI, "ada"), (LINUX, None)],
)
def test_who_configured_a_device(datagram: bytes, author: str | None) -> None:
    assert configured_by(log(datagram)) == author


def test_a_trap_of_a_changed_configuration() -> None:
    trap = NetworkLog(
        received_at=1.0,
        source="trap",
        address="a",
        severity=5,
        message="x",
        trap_oid="1.3.6.1.4.1.9.9.43.2.0.1",
    )
    assert configured_by(trap) == ""


def test_a_source_that_floods_is_held_back_and_the_others_are_not() -> None:
    limits = SourceLimits(rate_per_s=10, burst=20)
    taken = sum(limits.take("loud", second / 1_000) for second in range(1_000))
    assert 28 <= taken <= 31
    assert limits.take("quiet", 1.0)
    assert limits.told() == {"loud": 1_000 - taken}
    assert limits.told() == {}


def test_more_sources_than_there_is_room_for_share_one_bucket() -> None:
    limits = SourceLimits(rate_per_s=1, burst=5, most_sources=10)
    taken = sum(limits.take(f"source {number}", 0.0) for number in range(1_000))
    assert taken == 10 + 5
