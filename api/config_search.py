"""Search through the configurations of all devices, as they are or were: a scan, bounded a request, that goes on by cursor.

Configurations are encrypted at rest, so that nothing indexes their words: each is opened, unpacked and looked through. That
costs about a second for 50 MB of text, which is some 2,000 devices.
"""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.params import FromQuery, QueryParameter

from api.as_of import AsOfParam, moment
from api.caller import viewer
from api.pages import Cursor, Limit, decode_cursor, encode_cursor
from api.provided import Connect, KeptConfigs, Regexes
from domain.errors import Invalid
from domain.patterns import LONGEST_PATTERN
from projections import config_queries
from projections.config_queries import BackupRow

BUDGET_BYTES = 64 * 2**20
BUDGET_S = 5.0
_BATCH = 64
LINES_TOLD = 20
LONGEST_LINE = 500

Find = Callable[[str, int], int]
"""Where the next match at or after a place begins, -1 without one."""
Words = Annotated[
    str | None, QueryParameter(min_length=1, max_length=LONGEST_PATTERN, description="these very words")
]


class FoundLine(msgspec.Struct, frozen=True):
    """A line in which something was found, counted from 1."""

    number: int
    line: str


class FoundConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose configuration has it, and the first lines that do."""

    device_id: str
    device_name: str
    backup_id: str
    at: str
    """Since when the device runs, or ran, this configuration."""
    platform: str
    lines: list[FoundLine]
    more: bool
    """Whether there are more lines than these."""


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """With `next_cursor` there are devices left to be looked at: the limit, or the cost of one request, was reached."""

    items: list[FoundConfig]
    next_cursor: str | None
    scanned: int
    """Devices that this request looked at, and the bytes of their texts."""
    scanned_bytes: int
    seconds: float


@get("/config/search", guards=[viewer], opt={"reads": ("configs",)})
async def search_configs(
    connect: Connect,
    kept: KeptConfigs,
    regexes: Regexes,
    q: Words = None,
    regex: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=LONGEST_PATTERN, description="an expression of RE2's syntax"),
    ] = None,
    case_sensitive: FromQuery[bool] = False,
    as_of: AsOfParam = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SearchPage:
    """Which devices have it in their configuration. Either `q` or `regex`, in which `^` and `$` are the ends of a line.
    Secrets are tokens here, and so cannot be searched for."""
    if (q is None) == (regex is None):
        raise Invalid("give either q or regex", field="q")
    if q is not None:
        find = _words(q, case_sensitive=case_sensitive)
    else:
        compiled = regexes.compile(f"{'' if case_sensitive else '(?i)'}{regex}")

        def find(text: str, start: int) -> int:
            match = compiled.search(text, start)
            return match.start if match else -1

    after = decode_cursor(cursor, tuple[UUID])
    scan = _Scan(kept, find, limit)
    last = str(after[0]) if after else None
    then = moment(as_of)
    while True:
        async with connect() as conn:
            rows = await config_queries.ran(conn, limit=_BATCH, after=last, as_of=then)
        stopped_at = await scan.look(rows)
        if stopped_at is not None:
            return scan.page(encode_cursor((stopped_at,)))
        if len(rows) < _BATCH:
            return scan.page(None)
        last = rows[-1].device_id


class _Scan:
    """One request's way through the devices."""

    def __init__(self, kept: KeptConfigs, find: Find, limit: int) -> None:
        self._kept = kept
        self._find = find
        self._limit = limit
        self._began = time.monotonic()
        self._items: list[FoundConfig] = []
        self._scanned = 0
        self._bytes = 0

    async def look(self, rows: list[BackupRow]) -> str | None:
        """The last device that was looked at, where the request may cost no more."""
        by_device = {row.device_id: row for row in rows}
        async for device_id, _, text in self._kept.each_masked(
            [(row.device_id, row.content) for row in rows]
        ):
            row = by_device[device_id]
            found, more = await asyncio.to_thread(_lines, text, self._find)
            self._scanned += 1
            self._bytes += row.size_bytes
            if found:
                self._items.append(_found(row, found, more=more))
            if self._is_spent():
                return device_id
        return None

    def _is_spent(self) -> bool:
        return (
            len(self._items) >= self._limit
            or self._bytes >= BUDGET_BYTES
            or time.monotonic() - self._began >= BUDGET_S
        )

    def page(self, next_cursor: str | None) -> SearchPage:
        return SearchPage(
            items=self._items,
            next_cursor=next_cursor,
            scanned=self._scanned,
            scanned_bytes=self._bytes,
            seconds=round(time.monotonic() - self._began, 3),
        )


def _found(row: BackupRow, found: list[FoundLine], *, more: bool) -> FoundConfig:
    return FoundConfig(
        device_id=row.device_id,
        device_name=row.device_name,
        backup_id=row.id,
        at=row.at,
        platform=row.platform,
        lines=found,
        more=more,
    )


def _words(q: str, *, case_sensitive: bool) -> Find:
    compiled = re.compile(re.escape(q), 0 if case_sensitive else re.IGNORECASE)  # words alone never backtrack

    def find(text: str, start: int) -> int:
        match = compiled.search(text, start)
        return match.start() if match else -1

    return find


def _lines(text: str, find: Find) -> tuple[list[FoundLine], bool]:
    """The first lines in which something is found, each once, and whether there are more."""
    found: list[FoundLine] = []
    number, counted_to, start = 1, 0, 0
    while (at := find(text, start)) >= 0:
        if len(found) == LINES_TOLD:
            return found, True
        number += text.count("\n", counted_to, at)
        begin = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        found.append(FoundLine(number, text[begin:end][:LONGEST_LINE]))
        counted_to, start = at, end + 1
        if start >= len(text):
            break
    return found, False


ROUTER = Router("/", route_handlers=[search_configs], tags=["configurations"])
