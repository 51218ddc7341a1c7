"""Short numbers for series: a device's metric of an interface has one number for ever."""

from array import array
from collections.abc import Sequence
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

    def fits(self, poll: Poll, metrics: list[str], interfaces: list[str]) -> bool:
        return (
            self.metrics == metrics and self.interfaces == interfaces and self.interval_s == poll.interval_s
        )


class SeriesIds:
    """Remembers the layout of each device's polls, so that a poll like the one before needs no look-up."""

    def __init__(self, *, per_device: int = PER_DEVICE, remembered: int = REMEMBERED) -> None:
        self._per_device = per_device
        self._remembered = remembered
        self._layouts: dict[tuple[str, str], Layout] = {}
        self._size = 0

    def recall(self, poll: Poll, metrics: list[str], interfaces: list[str]) -> Layout | None:
        """None where the poll is not like the one before: then ask `learn`."""
        layout = self._layouts.get((poll.device_id, poll.group))
        return layout if layout is not None and layout.fits(poll, metrics, interfaces) else None

    async def learn(self, conn: AsyncConnection[Any], poll: Poll) -> Layout | None:
        """Gives numbers to what is new; None for a device id that is none. `conn` is in autocommit."""
        try:
            device = UUID(poll.device_id)
        except ValueError:
            return None
        metrics = [sample.metric for sample in poll.samples]
        interfaces = [sample.interface for sample in poll.samples]
        wanted = {name for name in zip(metrics, interfaces, strict=True) if _sound(name)}
        known = await self._known(conn, device)
        missing = sorted(wanted - set(known))[: max(self._per_device - len(known), 0)]
        if missing or any(known[name][1] != poll.interval_s for name in wanted & set(known)):
            await self._add(conn, device, sorted(wanted & (set(known) | set(missing))), poll.interval_s)
            known = await self._known(conn, device)
        if len(wanted) > len(wanted & set(known)):
            log.warning("device has too many series", device_id=poll.device_id, limit=self._per_device)
        layout = Layout(
            device,
            metrics,
            interfaces,
            poll.interval_s,
            {name: known[name][0] for name in wanted & set(known)},
        )
        self._remember((poll.device_id, poll.group), layout)
        return layout

    def _remember(self, key: tuple[str, str], layout: Layout) -> None:
        replaced = self._layouts.pop(key, None)
        self._size += len(layout.metrics) - (len(replaced.metrics) if replaced else 0)
        self._layouts[key] = layout
        while self._size > self._remembered and len(self._layouts) > 1:
            oldest = next(iter(self._layouts))
            self._size -= len(self._layouts.pop(oldest).metrics)

    async def _known(self, conn: AsyncConnection[Any], device: UUID) -> dict[Name, tuple[int, float]]:
        cursor = await conn.execute(
            "SELECT metric, interface, id, interval_s FROM telemetry.series WHERE device_id = %s", (device,)
        )
        return {(metric, interface): (number, every) async for metric, interface, number, every in cursor}

    async def _add(
        self, conn: AsyncConnection[Any], device: UUID, names: Sequence[Name], interval_s: float
    ) -> None:
        await conn.execute(
            "INSERT INTO telemetry.series (device_id, metric, interface, interval_s, last_day)"
            " SELECT %s, metric, interface, %s, extract(epoch FROM now())::int / 86400 FROM unnest(%s::text[], %s::text[]) AS name (metric, interface)"
            " ON CONFLICT (device_id, metric, interface) DO UPDATE SET interval_s = excluded.interval_s"
            " WHERE series.interval_s <> excluded.interval_s",
            (device, interval_s, [name[0] for name in names], [name[1] for name in names]),
        )


def _sound(name: Name) -> bool:
    metric, interface = name
    return (
        0 < len(metric) <= _NAME_LENGTH
        and len(interface) <= _NAME_LENGTH
        and "\0" not in metric
        and "\0" not in interface
    )
