"""The identity policy by example: what engineers meet in real networks."""

import pytest

from domain.device_facts import DeviceFacts
from domain.device_identity import Known, Merge, Moved, New, Run, Same, resolve
from domain.identity_keys import identity_keys
from domain.observation import Interface

SERIAL_A, SERIAL_B = "serial:acme:a111", "serial:acme:b222"
ENGINE = "engine:80001f888032e9c607"
MACS = tuple(f"mac:00:1b:21:00:00:{port:02x}" for port in range(1, 6))
OTHER_MACS = tuple(f"mac:00:1b:22:00:00:{port:02x}" for port in range(1, 6))


def _known(name: str, address: str, *identities: str, identified: bool = True, **more: object) -> Known:
    return Known(name, "", (address,), identities, identified, **more)  # type: ignore[arg-type]  # keyword fields of Known


def test_an_unknown_address_is_a_new_device() -> None:
    assert resolve("", "192.0.2.1", [SERIAL_A], []) == New({"address": "192.0.2.1 was not known"})


def test_the_same_address_at_another_site_is_another_device() -> None:
    there = Known("a", "north", ("192.0.2.1",), (SERIAL_A,), True)
    assert isinstance(resolve("south", "192.0.2.1", [SERIAL_A], [there]), New)


def test_a_second_address_of_one_serial_is_the_same_device_and_says_why() -> None:
    decision = resolve("", "192.0.2.9", [SERIAL_A, *MACS], [_known("a", "192.0.2.1", SERIAL_A, *MACS)])
    assert decision == Same("a", {"serial": "a111 equal", "mac": "00:1b:21:00:00:01 and 4 more equal"})


def test_a_thin_agent_belongs_to_the_device_at_its_address() -> None:
    decision = resolve("", "192.0.2.1", [], [_known("a", "192.0.2.1", SERIAL_A)])
    assert isinstance(decision, Same)
    assert decision.device_id == "a"


def test_of_two_records_at_an_address_a_thin_agent_is_the_one_in_the_inventory() -> None:
    removed = _known("a", "192.0.2.1", SERIAL_A, removed=True)
    decision = resolve("", "192.0.2.1", [], [removed, _known("b", "192.0.2.1", identified=False)])
    assert isinstance(decision, Same)
    assert decision.device_id == "b"


def test_a_record_without_identity_is_completed_by_what_answers_there() -> None:
    decision = resolve("", "192.0.2.1", [SERIAL_A], [_known("a", "192.0.2.1", identified=False)])
    assert decision == Same("a", {"address": "192.0.2.1 belongs to it"})


def test_an_unidentified_record_and_an_identified_one_prove_to_be_one() -> None:
    known = [_known("thin", "192.0.2.2", identified=False), _known("a", "192.0.2.1", SERIAL_A)]
    decision = resolve("", "192.0.2.2", [SERIAL_A], known)
    assert decision == Merge("a", ("thin",), {"serial": "a111 equal", "address": "192.0.2.2 belongs to it"})


def test_of_two_identified_records_the_older_survives() -> None:
    known = [_known("old", "192.0.2.1", SERIAL_A), _known("young", "192.0.2.2", *MACS)]
    decision = resolve("", "192.0.2.3", [SERIAL_A, *MACS], known)
    assert isinstance(decision, Merge)
    assert (decision.survivor_id, decision.other_ids) == ("old", ("young",))


def test_a_removed_record_does_not_swallow_one_in_the_inventory() -> None:
    known = [_known("removed", "192.0.2.1", SERIAL_A, removed=True), _known("kept", "192.0.2.2", *MACS)]
    decision = resolve("", "192.0.2.3", [SERIAL_A, *MACS], known)
    assert isinstance(decision, Merge)
    assert decision.survivor_id == "kept"


def test_another_serial_at_the_address_is_another_device_whatever_else_is_equal() -> None:
    decision = resolve(
        "", "192.0.2.1", [SERIAL_B, ENGINE, *MACS], [_known("a", "192.0.2.1", SERIAL_A, ENGINE, *MACS)]
    )
    assert isinstance(decision, Moved)
    assert (decision.device_id, decision.losers) == (None, ("a",))
    assert decision.evidence["not a"] == "serial b222 differs from a111"


def test_other_macs_at_the_address_are_another_device() -> None:
    decision = resolve("", "192.0.2.1", MACS, [_known("a", "192.0.2.1", *OTHER_MACS)])
    assert isinstance(decision, Moved)
    assert decision.losers == ("a",)


def test_a_new_engine_id_at_the_address_is_a_reinstalled_agent() -> None:
    decision = resolve("", "192.0.2.1", ["engine:80001f8880aabbcc"], [_known("a", "192.0.2.1", ENGINE)])
    assert isinstance(decision, Same)


def test_an_address_moves_to_a_device_that_is_known_elsewhere() -> None:
    known = [_known("a", "192.0.2.1", SERIAL_A), _known("b", "192.0.2.2", SERIAL_B)]
    decision = resolve("", "192.0.2.1", [SERIAL_B], known)
    assert isinstance(decision, Moved)
    assert (decision.device_id, decision.losers) == ("b", ("a",))


def test_proof_by_hardware_takes_an_address_from_a_device_with_another_serial() -> None:
    known = [_known("a", "192.0.2.1", SERIAL_A), _known("b", "192.0.2.2", SERIAL_B, *MACS)]
    decision = resolve("", "192.0.2.1", MACS, known)
    assert isinstance(decision, Moved)
    assert (decision.device_id, decision.losers) == ("b", ("a",))
    assert decision.evidence["not a"] == "what answers is another device"


def test_equal_engine_ids_with_other_macs_are_cloned_machines() -> None:
    known = [_known("a", "192.0.2.1", ENGINE, *MACS)]
    assert isinstance(resolve("", "192.0.2.2", [ENGINE, *OTHER_MACS], known), New)
    assert isinstance(resolve("", "192.0.2.2", [ENGINE], known), Same)


def test_an_engine_id_that_two_devices_have_proves_nothing() -> None:
    known = [_known("a", "192.0.2.1", SERIAL_A, ENGINE), _known("b", "192.0.2.2", SERIAL_B, ENGINE)]
    assert isinstance(resolve("", "192.0.2.3", [ENGINE], known), New)
    here = resolve("", "192.0.2.2", [ENGINE], known)
    assert isinstance(here, Same)
    assert here.device_id == "b"


def test_one_internal_mac_shared_by_all_units_of_a_model_proves_nothing() -> None:
    internal = "mac:00:00:01:00:00:01"
    known = [_known("a", "192.0.2.1", *MACS, internal)]
    assert isinstance(resolve("", "192.0.2.2", [*OTHER_MACS, internal], known), New)


def test_an_interface_table_that_broke_off_is_still_the_device() -> None:
    decision = resolve("", "192.0.2.2", MACS[:2], [_known("a", "192.0.2.1", *MACS)])
    assert isinstance(decision, Same)


def test_one_unit_under_two_vendor_names_keeps_its_address() -> None:
    decision = resolve("", "192.0.2.1", ["serial:hpe:a111"], [_known("a", "192.0.2.1", "serial:aruba:a111")])
    assert isinstance(decision, Same)


def test_what_an_engineer_split_is_not_merged_again() -> None:
    known = [
        _known("a", "192.0.2.1", SERIAL_A, apart=("b",)),
        _known("b", "192.0.2.2", SERIAL_A, apart=("a",)),
    ]
    for name, address in (("a", "192.0.2.1"), ("b", "192.0.2.2")):
        decision = resolve("", address, [SERIAL_A], known)
        assert isinstance(decision, Same)
        assert decision.device_id == name


def test_after_a_split_each_keeps_what_answers_at_its_address() -> None:
    known = [_known("a", "192.0.2.1", SERIAL_A, apart=("b",)), _known("b", "192.0.2.2", *MACS)]
    decision = resolve("", "192.0.2.2", [SERIAL_A, *MACS], known)
    assert isinstance(decision, Same)
    assert decision.device_id == "b"


def test_a_split_does_not_keep_an_address_from_what_has_nothing_in_common() -> None:
    known = [_known("a", "192.0.2.1", SERIAL_A, *OTHER_MACS, apart=("b",)), _known("b", "192.0.2.2", *MACS)]
    decision = resolve("", "192.0.2.2", [SERIAL_A, *OTHER_MACS], known)
    assert isinstance(decision, Moved)
    assert (decision.device_id, decision.losers) == ("a", ("b",))


def test_one_mac_since_different_times_is_two_machines() -> None:
    record = _known("a", "192.0.2.1", MACS[0], run=Run(since=1_000.0, until=90_000.0))
    clone = Run(since=5_000.0, until=90_010.0)
    assert isinstance(resolve("", "192.0.2.9", [MACS[0]], [record], clone), New)
    same = Run(since=1_004.0, until=90_010.0)
    assert isinstance(resolve("", "192.0.2.9", [MACS[0]], [record], same), Same)


def test_a_device_that_started_again_is_still_itself() -> None:
    record = _known("a", "192.0.2.1", MACS[0], run=Run(since=1_000.0, until=90_000.0))
    restarted = Run(since=95_000.0, until=99_000.0)
    assert isinstance(resolve("", "192.0.2.9", [MACS[0]], [record], restarted), Same)


def test_a_serial_outweighs_when_it_began() -> None:
    record = _known("a", "192.0.2.1", SERIAL_A, run=Run(since=1_000.0, until=90_000.0))
    assert isinstance(
        resolve("", "192.0.2.9", [SERIAL_A], [record], Run(since=5_000.0, until=90_010.0)), Same
    )


def test_two_that_once_ran_side_by_side_are_not_merged_when_one_starts_again() -> None:
    known = [
        _known("a", "192.0.2.1", MACS[0], run=Run(since=1_000.0, until=90_000.0)),
        _known("b", "192.0.2.2", MACS[0], run=Run(since=5_000.0, until=90_000.0)),
    ]
    decision = resolve("", "192.0.2.1", [MACS[0]], known, Run(since=95_000.0, until=99_000.0))
    assert isinstance(decision, Same)
    assert decision.device_id == "a"


@pytest.mark.parametrize("serial", ["A1234567891", "SN012345678"])
def test_counting_digits_are_no_serial(serial: str) -> None:
    assert identity_keys(DeviceFacts(vendor="Acme", serial=serial), ()) == ()


def test_keys_are_normal_and_the_strongest_come_first() -> None:
    facts = DeviceFacts(
        vendor="Hewlett Packard", serial=" CZC 123 ", engine_id="80001F888032E9C607D2F4DF68", chassis_id="00:1B:21:FF:00:01"
    )  # fmt: skip
    interfaces = [
        Interface(if_index=2, mac="00:1b:21:00:00:02"),
        Interface(if_index=1, mac="00:1B:21:00:00:01"),
    ]
    assert identity_keys(facts, interfaces) == (
        "serial:hewlett-packard:czc-123",
        "chassis:00:1b:21:ff:00:01",
        "engine:80001f888032e9c607d2f4df68",
        "mac:00:1b:21:00:00:01",
        "mac:00:1b:21:00:00:02",
    )


@pytest.mark.parametrize(
    "serial",
    ["<private>", "N/A", "0000000000", "To be filled by O.E.M.", "System Serial Number", "12345678", "AAAAAAAA", "M", " -- "],
)  # fmt: skip
def test_a_placeholder_is_no_serial(serial: str) -> None:
    assert identity_keys(DeviceFacts(vendor="Acme", serial=serial), ()) == ()


@pytest.mark.parametrize(
    "engine",
    [
        "",
        "80003a8c04",  # RouterOS without a suffix
        "80005ba9017f000001",  # 127.0.0.1
        "80001f880100000000",
        "80001f8803000000000000",
        "80001f8803020000000001",  # a locally administered MAC
        "80001f88046e6f6e65",  # "none"
        "not hexadecimal",
    ],
)
def test_an_engine_id_that_many_devices_have_is_no_identity(engine: str) -> None:
    assert identity_keys(DeviceFacts(engine_id=engine), ()) == ()


@pytest.mark.parametrize(
    "mac",
    [
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "00:00:5e:00:01:0a",  # VRRP
        "00:00:0c:07:ac:01",  # HSRP
        "00:00:0c:9f:f0:01",
        "00:07:b4:00:01:01",  # GLBP
        "02:42:ac:11:00:02",  # Docker
        "01:80:c2:00:00:00",
        "20:41:53:59:4e:ff",  # Windows
        "00:11:22:33:44:55",
        "nonsense",
    ],
)
def test_a_mac_that_many_devices_have_is_no_identity(mac: str) -> None:
    assert identity_keys(DeviceFacts(mac=mac), [Interface(if_index=1, mac=mac)]) == ()


@pytest.mark.parametrize(
    "chassis", ["switch", "localhost", "192.168.1.1", "core-1.example", "02:00:00:00:00:01"]
)
def test_a_chassis_id_that_may_be_given_twice_is_no_identity(chassis: str) -> None:
    assert identity_keys(DeviceFacts(sys_name="Core-1.example", chassis_id=chassis), ()) == ()
