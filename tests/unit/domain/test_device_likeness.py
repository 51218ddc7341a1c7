"""What makes two records look alike, and what rules it out."""

from domain.device_identity import Known, Run
from domain.device_likeness import Likeness, likeness

SERIAL, OTHER_SERIAL = "serial:acme:A1", "serial:acme:B2"
MAC, OTHER_MAC = "mac:2c:54:00:00:00:01", "mac:2c:54:00:00:00:02"
NAMES = {"a": "core1", "b": "core2"}


def record(
    id: str, *identities: str, site: str = "", apart: tuple[str, ...] = (), run: Run | None = None
) -> Known:
    return Known(
        id=id,
        site=site,
        addresses=(f"192.0.2.{ord(id)}",),
        identities=identities,
        identified=True,
        apart=apart,
        run=run,
    )


def test_hardware_is_strong_and_the_rest_is_weak() -> None:
    assert likeness(record("a", MAC), record("b", MAC), NAMES) == Likeness(
        "strong", {"mac": "2c:54:00:00:00:01 equal"}, {}
    )
    engine = "engine:80001f88"
    told = likeness(record("a", engine), record("b", engine), NAMES)
    assert told is not None and told.strength == "weak"
    called = likeness(record("a"), record("b"), {"a": "Core1", "b": "core1"})
    assert called is not None and called.evidence == {"name": "both are called Core1"}


def test_what_proves_two_devices_leaves_no_candidate() -> None:
    assert likeness(record("a", SERIAL, MAC), record("b", OTHER_SERIAL, MAC), NAMES) is None
    assert likeness(record("a", MAC, apart=("b",)), record("b", MAC), NAMES) is None
    assert likeness(record("a", MAC), record("b", MAC, apart=("a",)), NAMES) is None
    assert likeness(record("a", MAC), record("b", OTHER_MAC), NAMES) is None


def test_what_speaks_against_it_is_told_and_weakens_it() -> None:
    one = record("a", "chassis:x", MAC, run=Run(since=0, until=10_000))
    other = record("b", "chassis:x", OTHER_MAC, site="berlin", run=Run(since=5_000, until=10_000))
    told = likeness(one, other, NAMES)
    assert told is not None
    assert told.strength == "weak"
    assert set(told.against) == {"mac", "uptime", "site"}
