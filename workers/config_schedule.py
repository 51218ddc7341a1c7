"""Requests backups that are due: at the times of the settings, and of devices that say that they were configured."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import structlog
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from domain.aggregate import IdempotencyKey
from domain.config_notes import ConfigNotes
from domain.config_orders import BackupOrder, backup
from domain.config_settings import ConfigSettings
from domain.cron import days_of_week
from domain.event import Actor, Attribution
from domain.ports import CommandBus
from projections.config_queries import any_command_line_credential, scheduled
from projections.settings import in_force
from workers.config_backup import Connect
from workers.scheduler import Job

LOOK_S = 15.0
HEARD_LOOK_S = 3.0
QUIET_S = 10.0
"""A device that was configured is read when nothing more was heard of it for so long: the engineer is through ..."""
AT_MOST_S = 60.0
"""... or so long after it was heard of first."""
REASON = "scheduled"
HEARD = "the device said that it was configured"
_FINGERPRINT = sha256(b"config.backup").digest()
log = structlog.get_logger(__name__)


class ConfigSchedule:
    """For the leader of the scheduler; keys keep even two leaders from requesting a backup twice."""

    def __init__(
        self,
        bus: CommandBus,
        connect: Connect,
        notes: ConfigNotes,
        *,
        quiet_s: float = QUIET_S,
        look_s: float = LOOK_S,
        heard_look_s: float = HEARD_LOOK_S,
    ) -> None:
        self._bus = bus
        self._connect = connect
        self._notes = notes
        self._quiet_s = quiet_s
        self._since = datetime.now(UTC)
        self._refused = ""
        """A time in the settings that is none, and was told of."""
        self.jobs: tuple[Job, ...] = ((look_s, self.back_up_all), (heard_look_s, self.back_up_configured))

    async def back_up_all(self) -> None:
        """One after the other: where the last one is not through yet, this time is left out."""
        async with self._connect() as conn:
            settings = (await in_force(conn)).config
            last = await scheduled(conn)
            possible = await any_command_line_credential(conn)
        now = datetime.now(UTC)
        try:
            time = due(settings, last.last_at, since=self._since, now=now)
        except ValueError as error:  # set by a version that took it
            if settings.backup_cron != self._refused:
                log.warning(
                    "config/backup_cron cannot be followed", cron=settings.backup_cron, error=str(error)
                )
                self._refused = settings.backup_cron
            return
        if time is None or last.under_way or not possible:
            return
        key = IdempotencyKey("scheduler", f"config backup/{time.isoformat(timespec='seconds')}", _FINGERPRINT)
        await self._request(BackupOrder(all=True, cause="schedule"), REASON, key)

    async def back_up_configured(self) -> None:
        """Devices that were heard of, as one operation."""
        devices = await self._notes.due(quiet_s=self._quiet_s, at_most_s=AT_MOST_S)
        if not devices:
            return
        order = BackupOrder(
            device_ids=tuple(each.device_id for each in devices),
            cause="configured",
            authors={each.device_id: each.author for each in devices if each.author.by},
        )
        await self._request(order, HEARD, None)
        await self._notes.requested(devices)

    async def _request(self, order: BackupOrder, reason: str, key: IdempotencyKey | None) -> None:
        operation_id = uuid4()
        by = Attribution(actor=Actor("policy", "scheduler", "scheduler"), correlation_id=str(operation_id))
        outcome = await self._bus.execute(backup(operation_id, order, reason=reason), by=by, key=key)
        if not outcome.repeated:
            log.info("backup requested", operation=str(operation_id), why=reason)


def due(
    settings: ConfigSettings, last: datetime | None, *, since: datetime, now: datetime
) -> datetime | None:
    """The time for which a backup is due now, None while none is. What was missed is made up for once.

    `last` is when one was last requested, `since` when this scheduler began to look.
    """
    if settings.backup_cron:
        time = trigger_of(settings.backup_cron).get_next_fire_time(
            None, (last or since) + timedelta(seconds=1)
        )
    elif settings.backup_interval_s:
        interval = timedelta(seconds=settings.backup_interval_s)
        time = last + interval if last is not None else _slot(now, settings.backup_interval_s)
    else:
        return None
    if time is None:  # such as the 30th of February
        return None
    return time if time + _jitter(time, settings.backup_jitter_s, first=last is None) <= now else None


def trigger_of(cron: str) -> BaseTrigger:
    """As crontab(5) has it: where both the day of the month and that of the week are limited, either will do."""
    minute, hour, day, month, weekday = cron.split()
    names = days_of_week(weekday)
    weekdays = ",".join(names) or "*"
    either = names and not day.startswith("*")
    days = [(day, "*"), ("*", weekdays)] if either else [(day, weekdays)]
    return OrTrigger(
        [
            CronTrigger.from_crontab(f"{minute} {hour} {of_month} {month} {of_week}", timezone=UTC)
            for of_month, of_week in days
        ]
    )


def _slot(now: datetime, interval_s: int) -> datetime:
    return datetime.fromtimestamp(int(now.timestamp()) // interval_s * interval_s, UTC)


def _jitter(time: datetime, most_s: int, *, first: bool) -> timedelta:
    """The same for the same time, so that a new leader does not begin anew. The very first one does not wait."""
    if first:
        return timedelta()
    dice = int.from_bytes(sha256(time.isoformat().encode()).digest()[:4])
    return timedelta(seconds=dice % (most_s + 1))
