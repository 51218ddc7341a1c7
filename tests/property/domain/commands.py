"""Hypothesis strategies of commands for every aggregate, from pools small enough that sequences of them meet."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from domain.alert import (
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
from domain.api_key import CreateApiKey, RevokeApiKey
from domain.channel import ChangeChannel, CreateChannel, DeleteChannel, ReplaceChannelAddress
from domain.config_commands import (
    AcceptHostKey,
    RecordBackup,
    RecordFailedRestore,
    RecordRestore,
    RequestRestore,
    SeeHostKey,
    TagBackup,
)
from domain.config_ports import RejectedLine
from domain.config_text import ConfigAuthor
from domain.credential import (
    ChangeCredential,
    CreateCredential,
    DeleteCredential,
    ReadSecret,
    ReplaceSecret,
)
from domain.customer_commands import (
    AbandonChange,
    AddCustomer,
    AdoptDrift,
    ConcludeIsolation,
    ConcludeRelease,
    EndDrift,
    LoseCustomer,
    RecordSecret,
    RemoveCustomer,
    ReportDrift,
    ReportEscape,
    RequestIsolation,
    RequestRelease,
    SecretFacts,
    StartIsolation,
    StartRelease,
)
from domain.device_commands import (
    AddDevice,
    BeginMaintenance,
    ChangeDevice,
    EndMaintenance,
    JoinDevice,
    KeepApart,
    LoseAddress,
    MarkDown,
    MarkUp,
    MergeDevice,
    ObserveDevice,
    RemoveDevice,
    RestoreDevice,
    SeparateDevice,
    SplitDevice,
)
from domain.device_facts import Chassis, DeviceFacts
from domain.event import Command
from domain.observation import Interface, Neighbour
from domain.operation import (
    CancelOperation,
    DropOperation,
    FailOperation,
    LoseOutcome,
    ReleaseOperation,
    RequestOperation,
    StartOperation,
    StopOperation,
    SucceedOperation,
)
from domain.router_isolation import IsolationMemento, IsolationPlan, SessionObservation
from domain.router_secrets import FieldDifference, PppSecret
from domain.settings import ChangeSettings
from domain.silence import (
    ChangeSilence,
    CreateSilence,
    EndSilence,
    ResumeSilence,
)
from domain.terminal import EndTerminal, NoteReplay, StartTerminal
from domain.user import (
    ChangeUser,
    CreateUser,
    DeleteUser,
    DisableTotp,
    EnableTotp,
    LockLogin,
    LogIn,
    ReplacePassword,
    RevokeSessions,
)
from tests.property.domain import template_commands

TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            "core-1",
            "n/a",
            "a\nb\r\nc",
            "'; DROP TABLE x; --",
            "\u202eabc",
            "日本 \\u0000",
            "x" * 400,
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
SHORT = TEXT.map(lambda text: text[:100] or "x")
DEVICE_IDS = st.sampled_from([f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)])
OPTIONAL_DEVICE = st.one_of(st.just(""), DEVICE_IDS)
IDS = st.sampled_from(["6b1f7a52-9f53-4a3e-8a3d-111111111111", "6b1f7a52-9f53-4a3e-8a3d-222222222222"])
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "198.51.100.7"])
IDENTITIES = st.lists(
    st.sampled_from(["serial:acme:a1", "serial:acme:b2", "engine:800000090102", "mac:00:1b:21:00:00:01"]),
    max_size=3,
    unique=True,
).map(tuple)
JSON = st.dictionaries(TEXT, st.one_of(st.none(), st.booleans(), st.integers(-9, 2**53), TEXT, st.lists(TEXT, max_size=2)), max_size=3)  # fmt: skip
EVIDENCE = st.dictionaries(SHORT, TEXT, max_size=2)
WILD_NUMBER = st.one_of(st.none(), st.integers(0, 9), st.sampled_from([-1, 2**31, 2**63, 2**64 - 1]))

FACTS = st.builds(
    DeviceFacts,
    vendor=st.sampled_from(["", "MikroTik", "Cisco"]),
    model=TEXT,
    os_version=st.sampled_from(["", "7.14", "7.15"]),
    serial=st.sampled_from(["", "A1", "B2"]),
    sys_name=TEXT,
    sys_descr=TEXT,
    location=TEXT,
)
INTERFACES = st.lists(
    st.builds(
        Interface,
        if_index=st.one_of(st.integers(0, 3), st.sampled_from([-5, 2**31, 2**64])),
        name=TEXT,
        alias=st.sampled_from(["", "uplink"]),
        type=WILD_NUMBER,
        mtu=WILD_NUMBER,
        speed_bps=WILD_NUMBER,
        addresses=st.lists(st.sampled_from(["192.0.2.1/24", "2001:db8::1/64"]), max_size=2).map(tuple),
        oper_status=st.sampled_from(["up", "down", "unknown"]),
    ),
    max_size=4,
).map(tuple)
NEIGHBOURS = st.lists(
    st.builds(
        Neighbour,
        protocol=st.sampled_from(["lldp", "cdp"]),
        local_if_index=st.one_of(st.none(), st.integers(0, 3)),
        local_interface=st.sampled_from(["", "ge-0/0/1"]),
        chassis_id=TEXT,
        port_id=st.sampled_from(["", "ge-0/0/1", "p" * 300]),
        system_name=TEXT,
    ),
    max_size=3,
).map(tuple)
CHASSIS = st.lists(st.builds(Chassis, model=TEXT, serial=TEXT), max_size=2).map(tuple)
LABELS = st.lists(SHORT, max_size=2).map(tuple)

OBSERVE = st.builds(
    ObserveDevice,
    address=ADDRESSES,
    site=st.sampled_from(["", "north"]),
    sources=st.lists(st.sampled_from(["icmp", "snmp"]), max_size=2).map(tuple),
    facts=st.none() | FACTS,
    identities=IDENTITIES,
    evidence=EVIDENCE,
    access_id=st.one_of(st.just(""), IDS),
    interfaces=st.none() | INTERFACES,
    neighbours=st.none() | NEIGHBOURS,
    chassis=st.none() | CHASSIS,
)


def _maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


DEVICE = st.one_of(
    OBSERVE,
    st.builds(AddDevice, address=ADDRESSES, name=SHORT, labels=LABELS, owner=SHORT, notes=TEXT),
    _maybe(
        name=SHORT, site=SHORT, labels=LABELS, owner=SHORT, notes=TEXT, credential_ids=st.lists(IDS, max_size=2).map(tuple)
    ).map(lambda fields: ChangeDevice(**fields)),
    st.builds(LoseAddress, address=ADDRESSES, evidence=EVIDENCE),
    st.builds(
        MergeDevice,
        other_id=DEVICE_IDS,
        other_name=TEXT,
        addresses=st.lists(ADDRESSES, max_size=2, unique=True).map(tuple),
        identities=IDENTITIES,
        evidence=EVIDENCE,
    ),
    st.builds(JoinDevice, into_id=DEVICE_IDS),
    st.builds(SplitDevice, other_id=DEVICE_IDS),
    st.builds(KeepApart, other_id=DEVICE_IDS),
    st.builds(SeparateDevice, from_id=DEVICE_IDS),
    st.builds(MarkDown, cause=TEXT),
    st.builds(MarkUp),
    st.builds(BeginMaintenance, silence_id=IDS, why=TEXT),
    st.builds(EndMaintenance, silence_id=IDS),
    st.builds(RemoveDevice, reason=TEXT),
    st.builds(RestoreDevice),
)  # fmt: skip
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
    _maybe(name=SHORT, condition=CONDITIONS, severity=_SEVERITIES, scope=_SCOPES, enabled=st.booleans()).map(
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
    _maybe(name=SHORT, enabled=st.booleans(), min_severity=_SEVERITIES, tell_resolved=st.booleans()).map(
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
    _maybe(
        matchers=_MATCHERS, starts_at=_MOMENTS, ends_at=_MOMENTS, why=SHORT, maintenance=st.booleans()
    ).map(lambda fields: ChangeSilence(**fields)),
    st.builds(EndSilence),
    st.builds(ResumeSilence),
)
_ATTEMPT = st.integers(1, 3)
OPERATION = st.one_of(
    st.builds(RequestOperation, kind=st.sampled_from(["discovery", "poll"]), params=JSON, device_id=OPTIONAL_DEVICE),
    st.builds(StartOperation, attempt=_ATTEMPT, worker=SHORT),
    st.builds(SucceedOperation, attempt=_ATTEMPT, result=JSON),
    st.builds(FailOperation, attempt=_ATTEMPT, code=st.just("TIMEOUT"), message=TEXT, result=JSON),
    st.builds(CancelOperation),
    st.builds(DropOperation),
    st.builds(StopOperation, attempt=_ATTEMPT, result=JSON),
    st.builds(LoseOutcome, attempt=_ATTEMPT, message=TEXT),
)  # fmt: skip
_ROLES = st.sampled_from(["viewer", "engineer", "admin"])
USER = st.one_of(
    st.builds(CreateUser, username=st.just("ada"), role=_ROLES, password_id=IDS, email=TEXT),
    _maybe(role=_ROLES, email=TEXT, disabled=st.booleans(), theme=st.sampled_from(["system", "dark"]), notifications=JSON).map(
        lambda fields: ChangeUser(**fields)
    ),
    st.builds(ReplacePassword, password_id=IDS),
    st.builds(EnableTotp, totp_id=IDS),
    st.builds(DisableTotp),
    st.builds(DeleteUser),
    st.builds(LogIn, client=TEXT),
    st.builds(LockLogin, failures=st.integers(1, 9), seconds=st.integers(1, 900), client=TEXT),
    st.builds(RevokeSessions),
)  # fmt: skip
API_KEY = st.one_of(
    st.builds(
        CreateApiKey,
        name=SHORT,
        role=_ROLES,
        digest=IDS,
        expires_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    ),
    st.builds(RevokeApiKey),
)
CREDENTIAL = st.one_of(
    st.builds(
        CreateCredential,
        name=SHORT,
        kind=st.sampled_from(["snmp_v2c", "ssh"]),
        secret_id=IDS,
        port=st.integers(0, 65535),
        shown=JSON,
    ),
    _maybe(name=SHORT, port=st.integers(0, 65535)).map(lambda fields: ChangeCredential(**fields)),
    st.builds(ReplaceSecret, secret_id=IDS, shown=JSON),
    st.builds(DeleteCredential),
    st.builds(ReadSecret, purpose=TEXT, operation_id=OPTIONAL_DEVICE),
)
SETTINGS = st.dictionaries(
    st.sampled_from(
        ["discovery/ranges", "discovery/rate_per_s", "discovery/timeout_s", "auth/lock_s", "retention_days", "no/such"]
    ),
    st.one_of(st.integers(-1, 70), st.floats(0.5, 90), st.just(["192.0.2.0/24"]), st.just({"telemetry": 30}), TEXT),
    max_size=3,
).map(lambda changes: ChangeSettings(changes=changes))  # fmt: skip

_OPERATIONS = st.sampled_from(["op-1", "op-2", "op-3"])
_METHODS = st.sampled_from(["disable", "profile", "address-list"])
_FACTS = st.builds(
    SecretFacts,
    profile=st.sampled_from(["home", "family", "isolated"]),
    disabled=st.booleans(),
    remote_address=st.sampled_from(["", "10.0.0.7"]),
)
_MEMENTOS = st.builds(
    IsolationMemento,
    plan=st.builds(
        IsolationPlan, method=_METHODS, profile=st.just("isolated"), address_list=st.just("isolated")
    ),
    before=st.builds(PppSecret, secret_id=st.just("*1"), name=SHORT, profile=st.just("home"), comment=TEXT),
)
_SEEN = st.builds(SessionObservation, state=st.sampled_from(["none", "gone", "kept"]), address=ADDRESSES)
CUSTOMER = st.one_of(
    st.builds(AddCustomer, router_id=DEVICE_IDS, username=SHORT, facts=_FACTS, comment=TEXT, password_id=IDS, source=st.sampled_from(["import", "engineer"])),
    st.builds(RequestIsolation, operation_id=_OPERATIONS, method=_METHODS, ended=st.just("") | _OPERATIONS, again=st.booleans()),
    st.builds(ReportEscape, session=st.builds(SessionObservation, state=st.just("returned_unrestricted"))),
    st.builds(RequestRelease, operation_id=_OPERATIONS, ended=st.just("") | _OPERATIONS),
    st.builds(StartIsolation, operation_id=_OPERATIONS, memento=_MEMENTOS),
    st.builds(StartRelease, operation_id=_OPERATIONS),
    st.builds(ConcludeIsolation, operation_id=_OPERATIONS, effective=st.booleans(), changed=st.booleans(), session=_SEEN, notes=st.lists(TEXT, max_size=2).map(tuple)),
    st.builds(ConcludeRelease, operation_id=_OPERATIONS, changed=st.booleans(), session=st.none() | _SEEN, differences=st.lists(st.builds(FieldDifference, field=st.sampled_from(["profile", "comment"]), expected=TEXT, found=TEXT), max_size=2).map(tuple)),
    st.builds(AbandonChange, operation_id=_OPERATIONS, code=st.just("ROUTER_TRAP"), message=TEXT, restored=st.booleans()),
    st.builds(LoseCustomer, operation_id=_OPERATIONS, message=TEXT),
    st.builds(RecordSecret, facts=_FACTS, comment=TEXT, password_id=st.just("") | IDS),
    st.builds(RemoveCustomer),
    st.builds(ReportDrift, differences=st.lists(st.builds(FieldDifference, field=st.just("profile"), expected=TEXT, found=TEXT), max_size=1).map(tuple), comment_differs=st.booleans(), missing=st.booleans()),
    st.builds(EndDrift),
    st.builds(AdoptDrift, facts=st.none() | _FACTS, comment=TEXT),
)  # fmt: skip

_KEYS = st.sampled_from([f"ssh-ed25519 SHA256:{letter * 43}" for letter in "ABC"])
_BACKUPS = st.sampled_from([f"b0000000-0000-4000-8000-00000000000{n}" for n in range(3)])
_REJECTED = st.none() | st.builds(RejectedLine, number=st.integers(0, 9), line=TEXT, answer=TEXT)
CONFIG = st.one_of(
    st.builds(SeeHostKey, device_id=DEVICE_IDS, host_key=_KEYS),
    st.builds(AcceptHostKey, device_id=DEVICE_IDS, host_key=_KEYS),
    st.builds(RecordBackup, device_id=DEVICE_IDS, backup_id=_BACKUPS, content=st.sampled_from(["c1", "c2"]), platform=st.just("ios"), size_bytes=st.integers(0, 2**40), lines=st.integers(0, 9), author=st.builds(ConfigAuthor, by=TEXT, at=TEXT, action=TEXT), operation_id=OPTIONAL_DEVICE),
    st.builds(TagBackup, backup_id=_BACKUPS, tag=st.sampled_from([None, "stable", "experimental"]), note=TEXT),
    st.builds(RequestRestore, backup_id=_BACKUPS, operation_id=_OPERATIONS, confirm_within_s=st.none() | st.integers(30, 600)),
    st.builds(RecordRestore, backup_id=_BACKUPS, operation_id=_OPERATIONS, before_id=_BACKUPS, after_id=_BACKUPS, lines=st.integers(0, 9), confirmed_by=TEXT, missing=st.lists(TEXT, max_size=2).map(tuple), observed=st.booleans()),
    st.builds(RecordFailedRestore, backup_id=_BACKUPS, operation_id=_OPERATIONS, before_id=_BACKUPS, state=st.sampled_from(["rolled_back", "reverting", "differs"]), message=TEXT, rejected=_REJECTED),
)  # fmt: skip

_ONE, _TWO = "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000001"
TERMINAL: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        StartTerminal,
        device_id=st.sampled_from([_ONE, "", "no id"]),
        user_id=st.just("u"),
        address=st.sampled_from(["192.0.2.1", "a\nb"]),
        host_key=st.just(""),
        credential_id=st.just("c"),
    ),
    st.builds(
        EndTerminal,
        recording_id=st.just(_ONE),
        cause=st.sampled_from(
            ["closed", "device_closed", "idle", "login_ended", "connection_lost", "stopped", "server_lost"]
        ),
        duration_s=st.floats(0, 1e6),
        bytes_typed=st.integers(0, 9),
        bytes_shown=st.integers(0, 9),
        recorded_whole=st.booleans(),
    ),
    st.builds(NoteReplay, recording_id=st.just(_ONE)),
)
PLAIN: dict[str, list[Command]] = {
    "device": [
        ObserveDevice(address="192.0.2.1", facts=DeviceFacts(vendor="Cisco", serial="A1"), identities=("serial:acme:a1",)),
        ObserveDevice(address="192.0.2.2"),
        ChangeDevice(name="core-1", labels=("core",)),
        ChangeDevice(name="", labels=()),
        LoseAddress(address="192.0.2.1"),
        MergeDevice(other_id=_ONE, addresses=("192.0.2.2", "198.51.100.7"), identities=("serial:acme:b2",)),
        SplitDevice(other_id=_ONE),
        KeepApart(other_id=_TWO),
        JoinDevice(into_id=_TWO),
        SeparateDevice(from_id=_TWO),
        MarkDown(cause="no answer"),
        MarkUp(),
        BeginMaintenance(silence_id=_ONE, why="new fans"),
        EndMaintenance(silence_id=_ONE),
        RemoveDevice(),
        RestoreDevice(),
    ],
    "alert": [
        RaiseAlert(key="k", severity="high", title="down", device_id=_ONE),
        AcknowledgeAlert(),
        UnacknowledgeAlert(),
        ResolveAlert(),
        ReopenAlert(),
        ReopenAlert(state="acknowledged"),
        SilenceAlert(by=SilencedBy(kind="parent", id=_ONE, why="core-1 is down")),
        UnsilenceAlert(),
        JudgeAlert(useful=False),
    ],
    "alert_rule": [
        CreateAlertRule(rule=Rule(name="busy", condition=Threshold(metric="cpu_percent", op=">", value=90.0, clear=80.0, for_s=300.0))),
        ChangeAlertRule(severity="high", enabled=False),
        ChangeAlertRule(condition=DeviceDown(for_s=60.0), scope=Scope(sites=("north",))),
        RestoreAlertRule(version=1),
        DeleteAlertRule(),
    ],
    "channel": [
        CreateChannel(name="pager", kind="webhook", target="https://hooks.example.net", secret_id="s1"),
        ChangeChannel(min_severity="high", matchers=Matchers(scope=Scope(sites=("north",)))),
        ReplaceChannelAddress(target="https://hooks.example.org", secret_id="s2"),
        ChangeChannel(enabled=False),
        DeleteChannel(),
    ],
    "silence": [
        CreateSilence(matchers=Matchers(rule_ids=(_ONE,)), starts_at=datetime(2026, 1, 1, tzinfo=UTC), ends_at=datetime(2026, 1, 2, tzinfo=UTC), why="new roof"),
        ChangeSilence(ends_at=datetime(2026, 1, 3, tzinfo=UTC), maintenance=True),
        ChangeSilence(matchers=Matchers(scope=Scope(device_ids=(_ONE,)))),
        EndSilence(),
        ResumeSilence(),
    ],
    "operation": [
        RequestOperation(kind="discovery", device_id=_ONE),
        StartOperation(attempt=1, worker="w1"),
        StartOperation(attempt=2, worker="w2"),
        ReleaseOperation(),
        LoseOutcome(attempt=1, message="gone"),
        CancelOperation(),
        StopOperation(attempt=2),
        SucceedOperation(attempt=1),
        FailOperation(attempt=2, code="TIMEOUT", message="late"),
    ],
    "customer": [
        AddCustomer(router_id=_ONE, username="ada", facts=SecretFacts(profile="home"), comment="first floor"),
        RequestIsolation(operation_id="op-1", method="profile"),
        StartIsolation(
            operation_id="op-1",
            memento=IsolationMemento(
                plan=IsolationPlan(method="profile", profile="isolated"), before=PppSecret(secret_id="*1", name="ada", profile="home")
            ),
        ),
        ConcludeIsolation(operation_id="op-1", effective=True, changed=True, session=SessionObservation(state="gone")),
        LoseCustomer(operation_id="op-1", message="gone"),
        RequestRelease(operation_id="op-2"),
        StartRelease(operation_id="op-2"),
        ConcludeRelease(operation_id="op-2", changed=True),
        AbandonChange(operation_id="op-1", code="ROUTER_TRAP", message="refused"),
        ReportDrift(missing=True),
        EndDrift(),
    ],
    "user": [
        CreateUser(username="ada", role="admin", password_id="p1", email="ada@example.net"),
        ChangeUser(disabled=True),
        ChangeUser(disabled=False, role="viewer", theme="dark"),
        EnableTotp(totp_id="t1"),
        DisableTotp(),
        DeleteUser(),
        LogIn(client="192.0.2.9"),
    ],
    "api_key": [CreateApiKey(name="ci", role="viewer", digest="d"), RevokeApiKey()],
    "credential": [
        CreateCredential(name="ro", kind="snmp_v2c", secret_id="s1"),
        ChangeCredential(name="rw", port=1161),
        ReplaceSecret(secret_id="s2"),
        DeleteCredential(),
    ],
    "config": [
        SeeHostKey(device_id=_ONE, host_key="ssh-ed25519 SHA256:" + "A" * 43),
        RecordBackup(device_id=_ONE, backup_id="b0000000-0000-4000-8000-000000000000", content="c1", platform="ios", size_bytes=9, lines=2),
        SeeHostKey(device_id=_ONE, host_key="ssh-ed25519 SHA256:" + "B" * 43),
        AcceptHostKey(device_id=_ONE, host_key="ssh-ed25519 SHA256:" + "B" * 43),
        TagBackup(backup_id="b0000000-0000-4000-8000-000000000000", tag="stable", note="before the move"),
        RecordBackup(device_id=_ONE, backup_id="b0000000-0000-4000-8000-000000000001", content="c2", platform="ios", size_bytes=9, lines=2),
        RequestRestore(backup_id="b0000000-0000-4000-8000-000000000000", operation_id="op-1"),
        RecordRestore(
            backup_id="b0000000-0000-4000-8000-000000000000",
            operation_id="op-1",
            before_id="b0000000-0000-4000-8000-000000000001",
            after_id="b0000000-0000-4000-8000-000000000000",
        ),
    ],
    "settings": [ChangeSettings(changes={"discovery/rate_per_s": 100, "retention_days": {"telemetry": 30}})],
    "template": template_commands.PLAIN_TEMPLATE,
    "policy": template_commands.PLAIN_POLICY,
    "application": template_commands.PLAIN_APPLICATION,
    "finding": template_commands.PLAIN_FINDING,
    "terminal": [
        StartTerminal(device_id=_ONE, user_id="u", address="192.0.2.1", host_key="ssh-ed25519 SHA256:" + "A" * 43, credential_id="c"),
        NoteReplay(recording_id=_ONE),
        EndTerminal(recording_id=_ONE, cause="idle", duration_s=600.5, bytes_typed=12, bytes_shown=3456),
        NoteReplay(recording_id=_ONE),
    ],
}  # fmt: skip
"""Commands that lead through the states; half of every sequence, since quite arbitrary ones are mostly refused."""

_ANY: dict[str, st.SearchStrategy[Command]] = {
    "device": DEVICE,
    "alert": ALERT,
    "alert_rule": ALERT_RULE,
    "silence": SILENCE,
    "channel": CHANNEL,
    "operation": OPERATION,
    "user": USER,
    "api_key": API_KEY,
    "credential": CREDENTIAL,
    "settings": SETTINGS,
    "customer": CUSTOMER,
    "config": CONFIG,
    "template": template_commands.TEMPLATE,
    "policy": template_commands.POLICY,
    "application": template_commands.APPLICATION,
    "finding": template_commands.FINDING,
    "terminal": TERMINAL,
}

COMMANDS: dict[str, st.SearchStrategy[Command]] = {
    name: st.sampled_from(PLAIN[name]) | st.sampled_from(PLAIN[name]) | anything
    for name, anything in _ANY.items()
}
"""Aggregate name -> any command that it knows."""


def sequences(aggregate: str, max_size: int = 14) -> st.SearchStrategy[list[Command]]:
    """Commands to one aggregate in any order, mostly after one that creates it."""
    create = st.sampled_from([PLAIN[aggregate][:1], PLAIN[aggregate][:1], []])
    rest = st.lists(COMMANDS[aggregate], min_size=2, max_size=max_size)
    return st.tuples(create, rest).map(lambda parts: [*parts[0], *parts[1]])
