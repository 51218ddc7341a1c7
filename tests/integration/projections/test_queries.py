"""Questions to the read models, asked of histories that hypothesis makes up."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from domain.device_events import DeviceAdded, DeviceDiscovered, DeviceIdentified
from domain.device_facts import DeviceFacts
from domain.event import About, Actor, Event, Metadata, Recorded
from domain.user_events import UserDeleted
from projections import inventory_queries
from projections.audit import Audit, timeline
from projections.inventory import Inventory
from projections.inventory_queries import AsOf, DeviceRow
from projections.projection import Projection, fold_in_memory
from projections.store import apply, create
from tests.property.projections.histories import histories

few = settings(
    max_examples=6,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a failure is not shrunk over a database for minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NAMES = [
    "core-1",
    "Core-2",
    "İstanbul",
    "istanbul",
    "ISTANBULZ",
    "ẞ",
    "ß",
    "Ω",
    "ω",
    "a'b",
    "日本",
    "zz",
    "\u0301",
    "é",
]


def _recorded(position: int, event: Event, *, originator: int | None = None, actor: str = "ada") -> Recorded:
    originator_id = UUID(int=originator or position, version=4)
    meta = Metadata(
        occurred_at=datetime(2026, 1, 1, 0, 0, position % 60, tzinfo=UTC),
        actor=Actor("user", "u1", actor),
        correlation_id="c",
        about=About(device_id=str(originator_id) if event.topic.startswith("device.") else ""),
    )
    return Recorded(originator_id, 1, event, meta, position)


async def _filled(url: str, projection: Projection, events: Sequence[Recorded]) -> AsyncConnection[Any]:
    conn = await AsyncConnection.connect(url, autocommit=True)
    async with conn.transaction():
        await create(conn, projection, projection.name)
        await apply(conn, projection, projection.name, events)
    return conn


async def _walk(conn: AsyncConnection[Any], limit: int, **options: Any) -> list[DeviceRow]:
    """All pages, with the cursor that the API makes."""
    rows: list[DeviceRow] = []
    after: tuple[str, str] | None = None
    while page := await inventory_queries.page(conn, limit=limit, after=after, **options):
        rows += page
        after = (page[-1].name.lower(), page[-1].id)
    return rows


@few
@given(history=histories(), data=st.data())
def test_the_inventory_as_of_a_position_is_the_one_that_was_there(
    database: str, history: list[Recorded], data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(history)), label="position")

    async def compare() -> None:
        async with await _filled(database, Inventory(), history) as conn:
            then = await _walk(conn, 2, as_of=AsOf(position=position))
            folded = fold_in_memory(Inventory(), history[:position]).all_rows()["devices"]
            expected = sorted(
                (row for row in folded if row["state"] == "active"),
                key=lambda row: (row["name"].lower(), row["id"]),
            )
            assert [_still(row) for row in then] == [
                _still(msgspec.convert(row, DeviceRow)) for row in expected
            ]
            for row in folded:
                detail = await inventory_queries.one_as_of(conn, row["id"], AsOf(position=position))
                assert detail is not None
                assert (detail.state, detail.identities, detail.notes) == (
                    row["state"],
                    row["identities"],
                    row["notes"],
                )

    asyncio.run(compare())


def _still(row: DeviceRow) -> DeviceRow:
    """Without times that change when only an interface does, and with the others in one way of writing."""
    first, since = (datetime.fromisoformat(at).isoformat() for at in (row.first_seen, row.status_since))
    return msgspec.structs.replace(row, changed_at="", first_seen=first, status_since=since)


async def test_pages_show_every_device_once_whatever_its_name(database: str) -> None:
    events = [
        _recorded(number, DeviceAdded(address=f"192.0.2.{number}", name=name))
        for number, name in enumerate([*_NAMES, *_NAMES], 1)
    ]
    async with await _filled(database, Inventory(), events) as conn:
        for limit in (1, 3, 50):
            rows = await _walk(conn, limit)
            assert sorted(row.name for row in rows) == sorted([*_NAMES, *_NAMES])
            keys = [(row.name.lower(), row.id) for row in rows]
            assert keys == sorted(keys)
            assert await inventory_queries.count(conn) == len(rows)


async def test_filters_find_what_they_name(database: str) -> None:
    events = [
        _recorded(1, DeviceDiscovered(address="192.0.2.1", site="north"), originator=1),
        _recorded(2, DeviceIdentified(facts=DeviceFacts(vendor="MikroTik", type="router", serial="100%_\\")), originator=1),
        _recorded(3, DeviceAdded(address="192.0.2.2", labels=("core", "tower")), originator=2),
    ]  # fmt: skip
    async with await _filled(database, Inventory(), events) as conn:
        for filters, found in (
            ({"vendor": "mikrotik"}, ["192.0.2.1"]),
            ({"site": "north", "status": "up", "type": "router"}, ["192.0.2.1"]),
            ({"label": "tower"}, ["192.0.2.2"]),
            ({"label": "tow"}, []),
            ({"q": "100%_\\"}, ["192.0.2.1"]),
            ({"q": "192.0.2"}, ["192.0.2.1", "192.0.2.2"]),
            ({"q": "", "vendor": None}, ["192.0.2.1", "192.0.2.2"]),
            ({"q": "'"}, []),
        ):
            rows = await inventory_queries.page(conn, limit=10, **filters)
            assert [row.address for row in rows] == found, filters
            assert await inventory_queries.count(conn, **filters) == len(found)


async def test_the_timeline_is_filtered_and_paged(database: str) -> None:
    events = [
        _recorded(1, DeviceDiscovered(address="192.0.2.1"), originator=1),
        _recorded(2, DeviceAdded(address="192.0.2.2"), originator=2, actor="bob"),
        _recorded(3, UserDeleted(), originator=3),
    ]
    device = str(UUID(int=1, version=4))
    async with await _filled(database, Audit(), events) as conn:
        for filters, found in (
            ({}, [3, 2, 1]),
            ({"everything": False}, [2, 1]),
            ({"device_id": device}, [1]),
            ({"actor": "bob"}, [2]),
            ({"actor": "u1"}, [3, 2, 1]),
            ({"type": "device."}, [2, 1]),
            ({"type": "device.added.v1"}, [2]),
            ({"type": "device_added.v1"}, []),
            ({"type": "dev%"}, []),
            ({"below": 3}, [2, 1]),
            ({"below": 3, "limit": 1}, [2]),
            ({"since": "2026-01-01T00:00:02Z"}, [3, 2]),
            ({"until": "2026-01-01T00:00:02Z"}, [1]),
        ):
            entries = await timeline(conn, **{"limit": 10, "everything": True, **filters})  # type: ignore[arg-type]  # options by name
            assert [entry.position for entry in entries] == found, filters
    assert entries[0].subject == {"type": "device", "id": device}
    assert entries[0].actor == {"kind": "user", "id": "u1", "name": "ada"}
    assert entries[0].summary == "discovered at 192.0.2.1 by hand"


async def test_text_that_postgresql_cannot_hold_stops_nobody(database: str) -> None:
    """The ledger refuses U+0000; should one ever come through, as by a repair by hand, read models show U+FFFD."""
    events = [_recorded(1, DeviceAdded(address="192.0.2.1", name="a\0b\\u0000", notes="😀"))]  # fmt: skip
    async with (
        await _filled(database, Inventory(), events) as conn,
        await _filled(database, Audit(), events) as other,
    ):
        (row,) = await inventory_queries.page(conn, limit=5)
        assert row.name == "a\ufffdb\\u0000"
        assert len(await timeline(other, limit=5, everything=True)) == 1
