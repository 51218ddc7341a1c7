"""The single-row menus under /system: identity, resource, routerboard, clock."""

from collections.abc import Callable, Mapping
from math import sin

from lab.routeros.release import Release
from lab.routeros.table import Row
from lab.routeros.trap import Trap


class Singleton:
    """A menu with one row and no ids; only the properties in `writable` may be set."""

    def __init__(self, row: Callable[[], Row], *, writable: dict[str, str] | None = None) -> None:
        self._row = row
        self.writable = writable if writable is not None else {}

    def rows(self) -> list[Row]:
        return [{**self._row(), **self.writable}]

    def set(self, values: Mapping[str, str]) -> None:
        for name in values:
            if name not in self.writable:
                raise Trap(f"unknown parameter {name}")
        self.writable.update(values)


def resource(release: Release, board: str, uptime_s: Callable[[], float], phase: float) -> Singleton:
    channel = "stable" if release.major > 6 else "long-term"

    def row() -> Row:
        seconds = uptime_s()
        swing = sin(seconds / 10 + phase)
        return {
            "uptime": release.uptime(int(seconds)),
            "version": f"{release} ({channel})",
            "build-time": "2024-10-16 13:40:13",
            "free-memory": str(650_000_000 + int(swing * 50_000_000)),
            "total-memory": "1073741824",
            "cpu": "ARM64",
            "cpu-count": "4",
            "cpu-frequency": "1400",
            "cpu-load": str(20 + int(swing * 15)),
            "free-hdd-space": "988000000",
            "total-hdd-space": "1073741824",
            "architecture-name": "arm64",
            "board-name": board,
            "platform": "MikroTik",
        }

    return Singleton(row)


def routerboard(release: Release, board: str, serial: str) -> Singleton:
    return Singleton(
        lambda: {
            "routerboard": "true",
            "board-name": board,
            "model": board,
            "serial-number": serial,
            "firmware-type": "al64",
            "current-firmware": str(release),
            "upgrade-firmware": str(release),
        }
    )
