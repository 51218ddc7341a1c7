"""Tells channels of alerts: each alert once a channel, what belongs together in one message, tried again with patience."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

import msgspec
import structlog

from domain.alert_events import AlertRaised, AlertReopened, AlertResolved, AlertUnsilenced
from domain.alerting.muting import Subject, World, matches
from domain.alerting.spec import RANKS
from domain.channel import CHANNEL
from domain.errors import NotFound
from domain.event import Recorded
from domain.notification import (
    Address,
    DeliveryFailed,
    DeliveryStore,
    Due,
    News,
    Notification,
    Notifications,
    Wanted,
)
from domain.ports import CommandBus, EventLog, Leadership, PositionWatch, Vault
from projections import alerts
from projections.alerts import AlertRow
from projections.channels import ChannelRow, all_channels
from workers.alert_surroundings import Connect, Surroundings

GROUP_WAIT_S = 5.0
"""So long an alert waits for others of its group, and for what silences or ends it."""
GROUP_INTERVAL_S = 60.0
"""So long lie between two messages of one group to one channel."""
ATTEMPTS = 8
_FIRST_RETRY_S, _LONGEST_RETRY_S = 15.0, 3_600.0
_EVENTS, _DUE = 1_000, 5_000
_SHOWN = 50
_READ_MODEL_S = 30.0
_WAIT_S = 1.0
_TOPICS = ("alert.raised.", "alert.resolved.", "alert.reopened.", "alert.unsilenced.")
log = structlog.get_logger(__name__)


class Notifier:
    """One leader tells. A crash between telling and noting it tells twice, with the same id."""

    def __init__(
        self,
        *,
        connect: Connect,
        bus: CommandBus,
        events: EventLog,
        watch: PositionWatch,
        leadership: Leadership,
        vault: Vault,
        store: DeliveryStore,
        notifications: Notifications,
        surroundings: Surroundings,
        group_wait_s: float = GROUP_WAIT_S,
        group_interval_s: float = GROUP_INTERVAL_S,
        first_retry_s: float = _FIRST_RETRY_S,
    ) -> None:
        self._connect = connect
        self._bus = bus
        self._events = events
        self._watch = watch
        self._leadership = leadership
        self._vault = vault
        self._store = store
        self._notifications = notifications
        self._surroundings = surroundings
        self._group_wait_s = group_wait_s
        self._group_interval_s = group_interval_s
        self._first_retry_s = first_retry_s

    async def run(self) -> None:
        async with self._leadership.lead("notifier"):
            position = await self._store.position()
            if position is None:  # what happened before anybody could be told is not told
                position = await self._events.head()
                await self._store.want([], position, wait_s=0, interval_s=0)
            while True:
                position, more = await self._look(position)
                await self._tell()
                if not more:
                    await self._watch.wait_for_ledger(position + 1, _WAIT_S)

    async def _look(self, position: int) -> tuple[int, bool]:
        """What is to be told of the next events; how far that went, and whether there is more."""
        head = self._watch.ledger_position()
        events = await self._events.read(position, limit=_EVENTS, topics=_TOPICS)
        full = len(events) == _EVENTS
        reached = events[-1].position if full else max(position, head, events[-1].position if events else 0)
        if not events:
            return reached, False
        await self._watch.wait_for_projection("alerts", events[-1].position, _READ_MODEL_S)
        await self._surroundings.look()
        async with self._connect() as conn:
            channels = [channel for channel in await all_channels(conn) if channel.enabled]
            rows = {row.id: row for row in await alerts.many(conn, {str(e.originator_id) for e in events})}
        told = await self._store.told(list(rows))
        world = World(traits=self._surroundings.traits)
        wanted: dict[tuple[str, str, int, News], Wanted] = {}
        for recorded in events:
            row = rows.get(str(recorded.originator_id))
            for channel in channels if row is not None else ():
                assert row is not None  # the loop has no channels otherwise
                each = _wanted(channel, row, recorded, world)
                if each is None:
                    continue
                key = (channel.id, row.id, each.occurrence)
                if each.kind == "resolved" and key not in told and (*key, "raised") not in wanted:
                    continue
                wanted[(*key, each.kind)] = each
        await self._store.want(
            list(wanted.values()), reached, wait_s=self._group_wait_s, interval_s=self._group_interval_s
        )
        return reached, full

    async def _tell(self) -> None:
        """All that is due, by channel; a slow channel holds up nobody but itself until it times out."""
        due = await self._store.due(limit=_DUE)
        if not due:
            return
        async with self._connect() as conn:
            channels = {channel.id: channel for channel in await all_channels(conn)}
            rows = {row.id: row for row in await alerts.many(conn, {each.alert_id for each in due})}
        by_channel: dict[str, list[Due]] = {}
        for each in due:
            by_channel.setdefault(each.channel_id, []).append(each)
        await asyncio.gather(
            *(self._tell_channel(channels.get(key), mine, rows) for key, mine in by_channel.items())
        )

    async def _tell_channel(
        self, channel: ChannelRow | None, due: Sequence[Due], rows: dict[str, AlertRow]
    ) -> None:
        if channel is None or not channel.enabled:
            await self._store.suppressed([each.id for each in due], "the channel was deleted or disabled")
            return
        groups: dict[tuple[str, str], list[Due]] = {}
        heard = await self._store.told([each.alert_id for each in due if each.kind == "resolved"])
        for each in sorted(due, key=lambda each: each.kind):  # what was raised comes before what is over
            why = _out_of_date(each, rows.get(each.alert_id))
            if each.kind == "resolved" and (each.channel_id, each.alert_id, each.occurrence) not in heard:
                why = why or "nobody was told that it was raised"
            elif each.kind == "raised" and why:
                heard.discard((each.channel_id, each.alert_id, each.occurrence))
            if why:
                await self._store.suppressed([each.id], why)
            else:
                groups.setdefault((each.kind, each.group or each.alert_id), []).append(each)
        for (kind, _), several in groups.items():
            told = [rows[each.alert_id] for each in several]
            await self._send(
                channel, several, _notification("raised" if kind == "raised" else "resolved", several, told)
            )

    async def _send(self, channel: ChannelRow, due: Sequence[Due], notification: Notification) -> None:
        ids = [each.id for each in due]
        try:
            state = await self._bus.state(CHANNEL, UUID(channel.id))
            address = msgspec.json.decode(await self._vault.read(state.secret_id), type=Address)
            await self._notifications.send(channel.kind, address, notification)
        except (DeliveryFailed, NotFound) as error:
            attempt = max(each.attempts for each in due) + 1
            permanent = not isinstance(error, DeliveryFailed) or error.permanent
            pause_s = min(_LONGEST_RETRY_S, self._first_retry_s * 4 ** (attempt - 1))
            give_up = permanent or attempt >= ATTEMPTS
            await self._store.failed(ids, str(error), again_in_s=None if give_up else pause_s)
            log.warning(
                "channel not told", channel=channel.name, alerts=len(due), error=str(error), given_up=give_up
            )
        else:
            await self._store.delivered(ids)


def _wanted(channel: ChannelRow, row: AlertRow, recorded: Recorded, world: World) -> Wanted | None:
    """The news that this event is for this channel."""
    event = recorded.event
    if not isinstance(event, AlertRaised | AlertReopened | AlertResolved | AlertUnsilenced):
        return None
    kind: News = "resolved" if isinstance(event, AlertResolved) else "raised"
    if kind == "resolved" and not channel.tell_resolved:
        return None
    subject = Subject(
        device_id=row.device_id or "",
        severity=row.severity,
        rule_id=row.rule_id or "",
        interface=row.interface,
    )
    if RANKS[row.severity] > RANKS[channel.min_severity] or not matches(channel.matchers, subject, world):
        return None
    return Wanted(
        channel_id=channel.id,
        alert_id=row.id,
        occurrence=event.occurrence if isinstance(event, AlertRaised) else row.occurrence,
        kind=kind,
        severity=row.severity,
        group=row.group,
        position=recorded.position,
    )


def _out_of_date(due: Due, row: AlertRow | None) -> str:
    """Why it need not be told any more; empty where it must."""
    if row is None:
        return "there is no such alert"
    if due.kind == "resolved":
        return "" if row.state == "resolved" or row.occurrence > due.occurrence else "it was reopened"
    if row.occurrence > due.occurrence:
        return "it was over, and raised anew, before it could be told"
    if row.state == "silenced" and row.silenced_by is not None:
        return row.silenced_by.why or "it is silenced"
    if row.state == "resolved":
        return "it was over before it could be told"
    return "somebody had acknowledged it" if row.state == "acknowledged" else ""


def _notification(kind: News, due: Sequence[Due], rows: Sequence[AlertRow]) -> Notification:
    """One message; its id follows from what it is about."""
    gravest = min(rows, key=lambda row: RANKS[row.severity])
    about = " ".join(sorted(f"{each.alert_id}/{each.occurrence}" for each in due))
    word = "resolved" if kind == "resolved" else gravest.severity.upper()
    title = f"[{word}] {gravest.title}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
    lines = [f"{row.severity}: {row.title}" for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        lines.append(f"and {len(rows) - _SHOWN} more")
    return Notification(
        id=sha256(f"{kind} {due[0].channel_id} {about}".encode()).hexdigest()[:32],
        kind=kind,
        title=title[:300],
        text="\n".join(lines),
        severity=gravest.severity,
        alerts=[msgspec.to_builtins(row) for row in rows[:_SHOWN]],
        total=len(rows),
    )
