"""Detectors: how much they have learned, what people think of their alerts, learning anew, trying other settings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromQuery, JSONBody

from api.caller import engineer, viewer
from api.commands import Accepted
from api.provided import Connect, Do, Learned, States
from domain.detection.alarm_rules import JOINT, AlarmRules, alert_key
from domain.detection.backtest import BACKTEST, BacktestModels, TriedSettings
from domain.detection.device import WARM_UP as DEVICE_WARM_UP
from domain.detection.episode import Episode
from domain.detection.explanation import expected_range
from domain.detection.moment import moment
from domain.detection.packed import Latest, PackedDevice, SeriesName
from domain.detection.ports import SavedPartition
from domain.detection.retrain import RETRAIN, RetrainModels
from domain.detection.seasons import expected_now
from domain.detection.series import WARM_UP
from domain.detection.state import LAST_AT, LEVEL, SCALE, SEEN, SeriesState
from domain.errors import Invalid, NotFound
from domain.event import Command
from domain.operation import OPERATION, RequestOperation
from projections import anomalies
from projections.anomalies import Judged

_LONGEST_S = 92 * 86_400.0


class DetectorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of detector: `series` watches every metric by itself, `device` a device's metrics together.

    `precision`: of the alerts that people judged, the share that was useful; null where they judged none.
    """

    detector: Literal["series", "device"]
    series: int
    warm: int
    samples_seen: int
    drift_events: int
    raised: int
    acknowledged: int
    useful: int
    not_useful: int
    precision: float | None
    lowered_series: int


class PartitionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the telemetry stream; `late_polls` and `left_out` count since its worker took it."""

    partition: int
    owner: str
    sequence: int
    """Up to where in the stream the saved states go."""
    snapshot_at: str | None
    snapshot_age_s: float | None
    noted_at: str | None
    devices: int
    series: int
    late_polls: int
    """Duplicates, and polls older than one that came before."""
    left_out: int
    """Samples of series beyond `detection/most_series`."""


class ModelsStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far the detectors are."""

    detectors: Sequence[DetectorStatus]
    devices: int
    firing: int
    snapshot_age_s: float | None
    """Of the oldest snapshot."""
    partitions: Sequence[PartitionStatus]


class SeriesModel(msgspec.Struct, frozen=True, kw_only=True):
    """One series as of the last snapshot. Nothing is said before it is warm."""

    metric: str
    interface: str
    samples_seen: int
    warm: bool
    last_at: datetime
    last: float
    score: float
    strength: float
    level: float
    usual_deviation: float
    expected_low: float | None
    expected_high: float | None
    threshold: float
    """The score from which it alarms, after what feedback has taught."""
    least_change: float
    """What is off by less, in the unit of the metric, is no alert."""
    lowered: int
    """How often feedback has lowered its sensitivity."""
    firing: bool
    quiet_until: datetime | None
    """No other alarm before."""


class JointModel(msgspec.Struct, frozen=True, kw_only=True):
    """A device's metrics together."""

    polls_seen: int
    warm: bool
    drift_events: int
    last_drift_at: datetime | None
    threshold: float
    lowered: int
    firing: bool


class DeviceModels(msgspec.Struct, frozen=True, kw_only=True):
    """What the detectors know of one device."""

    device_id: UUID
    snapshot_at: str
    drift_events: int
    """Times that the errors of its series became larger for good."""
    last_drift_at: datetime | None
    series: Sequence[SeriesModel]
    joint: JointModel | None


class NewBacktest(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """Left out of `settings` is what stays as it is. `device_id` left out: the first 500 devices that are watched."""

    detector: Literal["series", "device"] = "series"
    settings: TriedSettings = TriedSettings()
    since: datetime
    until: datetime
    device_id: UUID | None = None
    metric: Annotated[str, msgspec.Meta(max_length=100)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


@get("/models/status", guards=[viewer], opt={"reads": ("anomalies",)})
async def models_status(states: States, connect: Connect) -> ModelsStatus:
    """How much is watched, how much of it is warm, how old the snapshots are, and how good the alerts were."""
    saved = await states.partitions()
    async with connect() as conn:
        judged = {each.detector: each for each in await anomalies.judged(conn)}
    now = datetime.now(UTC)
    partitions = [_partition(each, now) for each in saved]
    tallies = [each.tally for each in saved]
    detectors = [
        _detector(
            "series",
            judged.get("series"),
            series=sum(tally.series for tally in tallies),
            warm=sum(tally.warm_series for tally in tallies),
            samples_seen=sum(tally.samples for tally in tallies),
            drift_events=sum(tally.series_drifts for tally in tallies),
        ),
        _detector(
            "device",
            judged.get("device"),
            series=sum(tally.joints for tally in tallies),
            warm=sum(tally.warm_joints for tally in tallies),
            samples_seen=sum(tally.joint_polls for tally in tallies),
            drift_events=sum(tally.joint_drifts for tally in tallies),
        ),
    ]
    return ModelsStatus(
        detectors=detectors,
        devices=sum(tally.devices for tally in tallies),
        firing=sum(tally.firing for tally in tallies),
        snapshot_age_s=max(
            (each.snapshot_age_s for each in partitions if each.snapshot_age_s is not None), default=None
        ),
        partitions=partitions,
    )


def _detector(detector: Literal["series", "device"], judged: Judged | None, **counts: int) -> DetectorStatus:
    known = judged or Judged(
        detector=detector, raised=0, acknowledged=0, useful=0, not_useful=0, lowered_series=0
    )
    opinions = known.useful + known.not_useful
    return DetectorStatus(
        detector=detector,
        **counts,
        raised=known.raised,
        acknowledged=known.acknowledged,
        useful=known.useful,
        not_useful=known.not_useful,
        precision=round(known.useful / opinions, 4) if opinions else None,
        lowered_series=known.lowered_series,
    )


def _partition(saved: SavedPartition, now: datetime) -> PartitionStatus:
    age_s = None
    if saved.saved_at is not None:
        age_s = max(0.0, round((now - datetime.fromisoformat(saved.saved_at)).total_seconds(), 1))
    return PartitionStatus(
        partition=saved.partition,
        owner=saved.owner,
        sequence=saved.sequence,
        snapshot_at=saved.saved_at,
        snapshot_age_s=age_s,
        noted_at=saved.noted_at,
        devices=saved.tally.devices,
        series=saved.tally.series,
        late_polls=saved.tally.late_polls,
        left_out=saved.tally.left_out,
    )


@get("/models/series", guards=[viewer], opt={"reads": ("anomalies",)})
async def models_of_device(device_id: FromQuery[UUID], states: States, series: Learned) -> DeviceModels:
    """What is known of each series of a device."""
    saved = await states.device(str(device_id))
    if saved is None:
        raise NotFound(
            "nothing was learned of this device yet; the first snapshot comes within minutes of its first poll",
            code="MODEL_NOT_FOUND",
        )
    rules = await series.rules()
    packed = saved.packed
    drift, episodes = packed.drift, dict(packed.episodes)
    return DeviceModels(
        device_id=device_id,
        snapshot_at=saved.saved_at,
        drift_events=drift.events if drift else 0,
        last_drift_at=moment(drift.last_at) if drift and drift.events else None,
        series=[
            _series_model(str(device_id), name, state, latest, episodes.get(name), rules)
            for (name, state), latest in zip(packed.series(), packed.latest(), strict=True)
        ],
        joint=_joint_model(str(device_id), packed, rules),
    )


def _series_model(
    device_id: str,
    name: SeriesName,
    state: SeriesState,
    latest: Latest,
    episode: Episode | None,
    rules: AlarmRules,
) -> SeriesModel:
    metric, interface = name
    key = alert_key(device_id, metric, interface)
    bar = rules.bar(metric, key)
    seen, last_at = int(state.scalars[SEEN]), state.scalars[LAST_AT]
    low, high = expected_range(*expected_now(state, last_at)) if seen > WARM_UP else (None, None)
    return SeriesModel(
        metric=metric,
        interface=interface,
        samples_seen=seen,
        warm=seen > WARM_UP,
        last_at=moment(last_at),
        last=latest.value,
        score=latest.score,
        strength=latest.strength,
        level=state.scalars[LEVEL],
        usual_deviation=state.scalars[SCALE],
        expected_low=low,
        expected_high=high,
        threshold=bar.score,
        least_change=bar.least,
        lowered=rules.levels.get(key, 0),
        firing=episode is not None and episode.firing,
        quiet_until=moment(episode.quiet_until)
        if episode is not None and not episode.firing and episode.quiet_until > last_at
        else None,
    )


def _joint_model(device_id: str, packed: PackedDevice, rules: AlarmRules) -> JointModel | None:
    state = packed.joint_state()
    if state is None:
        return None
    key = alert_key(device_id, JOINT, "")
    drift = packed.model_drift
    return JointModel(
        polls_seen=state.seen,
        warm=state.seen > DEVICE_WARM_UP,
        drift_events=drift.events if drift else 0,
        last_drift_at=moment(drift.last_at) if drift and drift.events else None,
        threshold=rules.needed(JOINT, key),
        lowered=rules.levels.get(key, 0),
        firing=(JOINT, "") in packed.firing(),
    )


@post("/models/retrain", guards=[engineer], status_code=202)
async def retrain_models(commands: Do, data: JSONBody[RetrainModels | None] = None) -> Response[Accepted]:
    """Learns series anew from stored telemetry; a state that errs less takes its place. The operation's result reports."""
    return await _accepted(RETRAIN, data or RetrainModels(), commands)


@post("/models/backtest", guards=[engineer], status_code=202)
async def backtest_models(data: JSONBody[NewBacktest], commands: Do) -> Response[Accepted]:
    """Which alerts other settings would have raised over stored telemetry: the operation's result lists them beside those that
    people judged or acknowledged."""
    if data.since.tzinfo is None or data.until.tzinfo is None:
        raise Invalid("from and to need a time zone: append Z for UTC", field="from")
    since, until = data.since.timestamp(), data.until.timestamp()
    if not 0.0 < until - since <= _LONGEST_S:
        raise Invalid("from must be before to, by at most 92 days", field="from")
    request = BacktestModels(
        detector=data.detector,
        settings=data.settings,
        since=since,
        until=until,
        device_id=str(data.device_id) if data.device_id else "",
        metric=data.metric,
        reason=data.reason,
    )
    return await _accepted(BACKTEST, request, commands, device_id=request.device_id)


async def _accepted(kind: str, request: Command, commands: Do, device_id: str = "") -> Response[Accepted]:
    command = RequestOperation(
        kind=kind, params=msgspec.to_builtins(request), device_id=device_id, reason=request.reason
    )
    return await commands.accepted(OPERATION.to(uuid4(), command, new=True))


ROUTER = Router(
    "/", route_handlers=[models_status, models_of_device, retrain_models, backtest_models], tags=["models"]
)
