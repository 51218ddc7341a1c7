"""Hypothesis strategies of commands on alerts, alert rules, channels and silences."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from domain.alert_commands import (
    AcknowledgeAlert,
    JudgeAlert,
    RaiseAlert,
    ReopenAlert,
    ResolveAlert,
    SilenceAlert,
    SilencedBy,
    UnacknowledgeAlert,
    UnsilenceAlert,
)
from domain.alert_rule import ChangeAlertRule, CreateAlertRule, DeleteAlertRule, RestoreAlertRule
from domain.alerting.rule import (
    Absence,
    Anomaly,
    Compliance,
    ConfigDrift,
    CustomerDrift,
    DeviceDown,
    InterfaceDown,
    LogMatch,
    Rule,
    Threshold,
)
from domain.alerting.scope import Matchers, Scope
from domain.channel import ChangeChannel, CreateChannel, DeleteChannel, ReplaceChannelAddress
from domain.silence import (
    ChangeSilence,
    CreateSilence,
    EndSilence,
    ResumeSilence,
)
from tests.property.domain.texts import (
    DEVICE_IDS,
    IDS,
    JSON,
    LABELS,
    OPTIONAL_DEVICE,
    SHORT,
    TEXT,
    maybe,
)

ALERT = st.one_of(
    st.builds(
        RaiseAlert,
        key=SHORT,
        severity=st.sampled_from(["critical", "high", "medium", "low", "info"]),
        title=SHORT,
        device_id=OPTIONAL_DEVICE,
        source=TEXT,
        detail=JSON,
    ),
    st.builds(AcknowledgeAlert, reason=TEXT),
    st.builds(UnacknowledgeAlert),
    st.builds(ResolveAlert, reason=TEXT, signal=st.integers(0, 4)),
    st.builds(ReopenAlert, state=st.sampled_from(["firing", "acknowledged"])),
    st.builds(
        SilenceAlert,
        by=st.builds(
            SilencedBy, kind=st.sampled_from(["silence", "device", "parent"]), id=DEVICE_IDS, why=TEXT
        ),
    ),
    st.builds(UnsilenceAlert),
    st.builds(JudgeAlert, useful=st.sampled_from([True, False, None])),
)
_SCOPES = st.builds(
    Scope,
    device_ids=st.lists(DEVICE_IDS, max_size=2).map(tuple),
    labels=LABELS,
    interfaces=st.lists(st.sampled_from(["ether*", "ge-?/0/1", "["]), max_size=2).map(tuple),
)
CONDITIONS = st.one_of(
    st.builds(
        Threshold,
        metric=st.sampled_from(["cpu_percent", "if_oper_up"]),
        op=st.sampled_from([">", "<", ">=", "<=", "outside"]),
        value=st.floats(-10, 10),
        upper=st.none() | st.floats(-10, 20),
        clear=st.none() | st.floats(-10, 10),
        for_s=st.integers(0, 900).map(float),
    ),
    st.builds(Absence, metric=st.just("cpu_percent"), for_s=st.integers(10, 900).map(float)),
    st.builds(DeviceDown),
    st.builds(InterfaceDown),
    st.builds(Anomaly, score=st.floats(0, 1)),
    st.builds(Compliance),
    st.builds(ConfigDrift),
    st.builds(CustomerDrift),
    st.builds(LogMatch, contains=st.lists(SHORT, max_size=2).map(tuple)),
)
_SEVERITIES = st.sampled_from(["critical", "high", "medium", "low", "info"])
ALERT_RULE = st.one_of(
    st.builds(
        CreateAlertRule,
        rule=st.builds(Rule, name=SHORT, condition=CONDITIONS, severity=_SEVERITIES, scope=_SCOPES),
        template=st.sampled_from(["", "cpu"]),
    ),
    maybe(name=SHORT, condition=CONDITIONS, severity=_SEVERITIES, scope=_SCOPES, enabled=st.booleans()).map(
        lambda fields: ChangeAlertRule(**fields)
    ),
    st.builds(RestoreAlertRule, version=st.integers(1, 4)),
    st.builds(DeleteAlertRule),
)
CHANNEL = st.one_of(
    st.builds(
        CreateChannel,
        name=SHORT,
        kind=st.sampled_from(["webhook", "apprise"]),
        target=SHORT,
        secret_id=IDS,
        min_severity=_SEVERITIES,
    ),
    maybe(name=SHORT, enabled=st.booleans(), min_severity=_SEVERITIES, tell_resolved=st.booleans()).map(
        lambda fields: ChangeChannel(**fields)
    ),
    st.builds(ReplaceChannelAddress, target=SHORT, secret_id=IDS),
    st.builds(DeleteChannel),
)
_MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2026, 2, 1),  # noqa: DTZ001  # the same
    timezones=st.just(UTC),
)
_MATCHERS = st.builds(Matchers, scope=_SCOPES, severities=st.lists(_SEVERITIES, max_size=2).map(tuple))
SILENCE = st.one_of(
    st.builds(
        CreateSilence,
        matchers=_MATCHERS,
        starts_at=_MOMENTS,
        ends_at=_MOMENTS,
        why=SHORT,
        maintenance=st.booleans(),
    ),
    maybe(matchers=_MATCHERS, starts_at=_MOMENTS, ends_at=_MOMENTS, why=SHORT, maintenance=st.booleans()).map(
        lambda fields: ChangeSilence(**fields)
    ),
    st.builds(EndSilence),
    st.builds(ResumeSilence),
)
