"""The records that a batch of observations is compared with."""

from domain.device_identity import Run
from projections.inventory_queries import Candidate
from workers.known_devices import KnownDevices


def row(name: str, *addresses: str, identities: tuple[str, ...] = (), **more: object) -> Candidate:
    return Candidate(
        id=name,
        site="",
        state="active",
        addresses=list(addresses),
        identities=list(identities),
        identified=True,
        name=name,
        **more,  # type: ignore[arg-type]  # keyword fields of Candidate
    )


def ids(known: KnownDevices, address: str, *identities: str) -> list[str]:
    return [record.id for record in known.about(address, identities)]


def test_records_are_found_by_address_and_identity_the_oldest_first() -> None:
    known = KnownDevices("")
    known.begin(
        [row("old", "a", identities=("mac:1",)), row("young", "b", identities=("mac:1", "mac:2"))], {}
    )
    assert ids(known, "b", "mac:1") == ["old", "young"]
    assert ids(known, "b") == ["young"]
    assert ids(known, "c", "mac:3") == []


def test_how_a_device_ran_comes_along() -> None:
    known = KnownDevices("")
    known.begin([row("one", "a")], {"one": Run(1.0, 2.0)})
    (record,) = known.about("a", ())
    assert record.run == Run(1.0, 2.0)


def test_what_was_decided_is_remembered_until_the_read_model_shows_it() -> None:
    known = KnownDevices("")
    known.begin([], {})
    known.answers(known.made("new", "a"), "a", ("mac:1",), None)
    known.begin([], {})
    assert ids(known, "x", "mac:1") == ["new"]
    known.begin([row("new", "a")], {})  # an older answer of the read model
    assert ids(known, "x", "mac:1") == ["new"]
    known.forget()
    known.begin([row("new", "a")], {})
    assert ids(known, "x", "mac:1") == []


def test_a_merged_record_is_gone_and_its_survivor_has_all() -> None:
    known = KnownDevices("")
    known.begin([row("one", "a"), row("other", "b", identities=("mac:2",))], {})
    known.merged(known["one"], known["other"])
    assert ids(known, "b", "mac:2") == ["one"]
    known.begin([row("one", "a"), row("other", "b", identities=("mac:2",))], {})
    assert ids(known, "b", "mac:2") == ["one"]
    assert known["one"].addresses == ["a", "b"]


def test_a_lost_address_leads_to_its_device_no_more() -> None:
    known = KnownDevices("")
    known.begin([row("one", "a", "b")], {})
    known.lost(known["one"], "a")
    assert ids(known, "a") == []
    assert ids(known, "b") == ["one"]


def test_a_removed_record_that_answers_is_back() -> None:
    known = KnownDevices("")
    known.begin([row("one", "a", status="down")], {})
    known["one"].state = "removed"
    assert known.about("a", ())[0].removed
    known.answers(known["one"], "a", (), Run(0.0, 1.0))
    assert not known.about("a", ())[0].removed
    assert known["one"].status == "up"
