"""What our own processes say: the end of their log files, where they write to the data directory as under `netledger up`."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from api.as_of import point_in_time
from api.caller import admin
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Config

Level = Literal["debug", "info", "warning", "error", "critical"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error", "critical")
_FILES = ("serve*.log", "worker*.log")
_TAIL = 4 * 2**20
"""Bytes of each file that are looked at: the latest tens of thousands of lines."""
_OWN = frozenset({"timestamp", "level", "event"})


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `logger` is the process, `detail` what was said with the message."""

    id: str
    at: datetime
    level: Level
    logger: str
    message: str
    detail: dict[str, Any]


@get("/logs", guards=[admin])
async def list_logs(
    config: Config,
    level: Annotated[Level | None, QueryParameter(description="this one and what is more serious")] = None,
    logger: Annotated[
        str | None, QueryParameter(max_length=100, description="a process: serve or worker")
    ] = None,
    since: Annotated[str | None, QueryParameter(description="RFC 3339, inclusive")] = None,
    q: Annotated[str | None, QueryParameter(max_length=255, description="text in the line")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[LogLine]:
    """Newest first; empty where the processes log elsewhere, as in containers."""
    after = decode_cursor(cursor, tuple[datetime, str])
    wanted = _Wanted(
        LEVELS[LEVELS.index(level) :] if level else LEVELS, logger, point_in_time(since, "since"), q
    )
    lines = await asyncio.to_thread(_read, config.data_dir, wanted)
    lines.sort(key=lambda line: (line.at, line.id), reverse=True)
    if after is not None:
        lines = [line for line in lines if (line.at, line.id) < after]
    return page_of(lines[: limit + 1], limit, lambda line: (line.at, line.id))


class _Wanted(msgspec.Struct, frozen=True):
    levels: tuple[Level, ...]
    logger: str | None
    since: datetime | None
    q: str | None

    def __contains__(self, line: LogLine) -> bool:
        return line.level in self.levels and (self.since is None or line.at >= self.since)


def _read(folder: Path, wanted: _Wanted) -> list[LogLine]:
    paths = sorted({path for pattern in _FILES for path in folder.glob(pattern)})
    return [
        line
        for path in paths
        if wanted.logger in (None, path.stem)
        for line in _lines(path, (wanted.q or "").lower().encode())
        if line in wanted
    ]


def _lines(path: Path, text: bytes) -> Iterator[LogLine]:
    """What cannot be read as a line of ours, such as the first one of a tail, is left out."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, 2) - _TAIL)
            file.seek(start)
            raw = file.read(_TAIL)
    except OSError:
        return
    at = start
    for each in raw.split(b"\n"):
        offset, at = at, at + len(each) + 1
        if text and text not in each.lower():
            continue
        line = _line(path.stem, offset, each)
        if line is not None:
            yield line


def _line(logger: str, offset: int, raw: bytes) -> LogLine | None:
    try:
        told = msgspec.json.decode(raw, type=dict[str, Any])
        return msgspec.convert(
            {
                "id": f"{logger}:{offset}",
                "at": told["timestamp"],
                "level": told["level"],
                "logger": logger,
                "message": str(told["event"]),
                "detail": {name: value for name, value in told.items() if name not in _OWN},
            },
            LogLine,
        )
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError):
        return None


ROUTER = Router("/", route_handlers=[list_logs], tags=["health"])
