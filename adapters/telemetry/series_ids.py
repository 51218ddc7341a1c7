"""Short numbers for series: a device's metric of an interface has one number for ever."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from psycopg import AsyncConnection

from domain.telemetry import Poll

PER_DEVICE = 20_000
"""Series of one device; what comes beyond is not recorded."""
REMEMBERED = 2_000_000
"""Samples whose numbers are kept in memory."""
_NAME_LENGTH = 255
Name = tuple[str, str]
Numbered = tuple[int, float]
"""A series' number and interval."""
log = structlog.get_logger(__name__)


class Layout:
    """Which series the samples of a device's poll belong to, as it came last."""

    __slots__ = ("device", "interfaces", "interval_s", "kept", "metrics", "numbers", "packed")

    def __init__(
        self,
        device: UUID,
        metrics: list[str],
        interfaces: list[str],
        interval_s: float,
        known: dict[Name, int],
    ) -> None:
        self.device = device.bytes
        self.metrics, self.interfaces, self.interval_s = metrics, interfaces, interval_s
        numbers = [known.get(name) for name in zip(metrics, interfaces, strict=True)]
        self.kept = [place for place, number in enumerate(numbers) if number is not None]
        """Places in the poll of those that are recorded."""
        self.numbers = [number for number in numbers if number is not None]
        self.packed = array("i", self.numbers).tobytes()

    @property
    def whole(self) -> bool:
        return len(self.kept) == len(self.metrics)

    def fits(self, poll: Poll) -> bool:
        return (
            self.interval_s == poll.interval_s
            and self.metrics == [sample.metric for sample in poll.samples]
            and self.interfaces == [sample.interface for sample in poll.samples]
        )


class SeriesIds:
    """Remembers the layout of each device's polls, so that a poll like the one before needs no look-up."""

    def __init__(self, *, per_device: int = PER_DEVICE, remembered: int = REMEMBERED) -> None:
        self._per_device = per_device
        self._remembered = remembered
        self._layouts: dict[tuple[str, str], Layout] = {}
        self._size = 0

    def recall(self, poll: Poll) -> Layout | None:
        """None where the poll is not like the one before: then ask `learn`."""
        layout = self._layouts.get((poll.device_id, poll.group))
        return layout if layout is not None and layout.fits(poll) else None

    async def learn(self, conn: AsyncConnection[Any], polls: Sequence[Poll]) -> list[Layout | None]:
        """The layout of each; gives numbers to what is new. None for a device id that is none. `conn` is in autocommit."""
        devices = [_uuid(poll.device_id) for poll in polls]
        known = await self._known(conn, [device for device in devices if device is not None])
        added: dict[UUID, dict[Name, float]] = {}
        for device, poll in zip(devices, polls, strict=True):
            if device is not None and (new := self._new(poll, known.get(device, {}))):
                added.setdefault(device, {}).update(new)
        if added:
            await self._add(conn, added)
            known |= await self._known(conn, list(added))
        return [
            self._layout(device, poll, known.get(device, {})) if device is not None else None
            for device, poll in zip(devices, polls, strict=True)
        ]

    def _new(self, poll: Poll, known: Mapping[Name, Numbered]) -> dict[Name, float]:
        """Series to be added, and those whose interval has changed."""
        names = {(each.metric, each.interface) for each in poll.samples}
        missing = sorted(name for name in names - known.keys() if _sound(name))
        room = max(self._per_device - len(known), 0)
        if len(missing) > room:
            log.warning("device has too many series", device_id=poll.device_id, limit=self._per_device)
        changed = (name for name in names & known.keys() if known[name][1] != poll.interval_s)
        return dict.fromkeys([*missing[:room], *changed], poll.interval_s)

    def _layout(self, device: UUID, poll: Poll, known: Mapping[Name, Numbered]) -> Layout:
        metrics = [sample.metric for sample in poll.samples]
        interfaces = [sample.interface for sample in poll.samples]
        numbers = {name: number for name, (number, _) in known.items()}
        layout = Layout(device, metrics, interfaces, poll.interval_s, numbers)
        self._remember((poll.device_id, poll.group), layout)
        return layout

    def _remember(self, key: tuple[str, str], layout: Layout) -> None:
        replaced = self._layouts.pop(key, None)
        self._size += len(layout.metrics) - (len(replaced.metrics) if replaced else 0)
        self._layouts[key] = layout
        while self._size > self._remembered and len(self._layouts) > 1:
            oldest = next(iter(self._layouts))
            self._size -= len(self._layouts.pop(oldest).metrics)

    async def _known(
        self, conn: AsyncConnection[Any], devices: Sequence[UUID]
    ) -> dict[UUID, dict[Name, Numbered]]:
        cursor = await conn.execute(
            "SELECT device_id, metric, interface, id, interval_s FROM telemetry.series WHERE device_id = ANY(%s)",
            (devices,),
        )
        found: dict[UUID, dict[Name, Numbered]] = {}
        for device, metric, interface, number, interval_s in await cursor.fetchall():
            found.setdefault(device, {})[metric, interface] = (number, interval_s)
        return found

    async def _add(self, conn: AsyncConnection[Any], added: Mapping[UUID, Mapping[Name, float]]) -> None:
        rows = [(device, *name, every) for device, names in added.items() for name, every in names.items()]
        await conn.execute(
            "INSERT INTO telemetry.series (device_id, metric, interface, interval_s, last_day)"
            " SELECT *, extract(epoch FROM now())::int / 86400"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::double precision[])"
            " ON CONFLICT (device_id, metric, interface) DO UPDATE SET interval_s = excluded.interval_s"
            " WHERE series.interval_s <> excluded.interval_s",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _uuid(device_id: str) -> UUID | None:
    try:
        return UUID(device_id)
    except ValueError:
        return None


def _sound(name: Name) -> bool:
    metric, interface = name
    return (
        0 < len(metric) <= _NAME_LENGTH
        and len(interface) <= _NAME_LENGTH
        and "\0" not in metric
        and "\0" not in interface
    )
