"""Hypothesis strategies of commands for every aggregate, from pools small enough that sequences of them meet."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from domain.alert_commands import (
    AcknowledgeAlert,
    JudgeAlert,
    RaiseAlert,
    ReopenAlert,
    ResolveAlert,
    RuleAlert,
    SilenceAlert,
    SilencedBy,
    UnacknowledgeAlert,
    UnsilenceAlert,
)
from domain.alert_rule import ChangeAlertRule, CreateAlertRule, DeleteAlertRule, RestoreAlertRule
from domain.alerting.rule import (
    DeviceDown,
    Rule,
    Threshold,
)
from domain.alerting.scope import Matchers, Scope
from domain.api_key import CreateApiKey, RevokeApiKey
from domain.channel import ChangeChannel, CreateChannel, DeleteChannel, ReplaceChannelAddress
from domain.config_commands import (
    AcceptHostKey,
    RecordBackup,
    RecordRestore,
    RequestRestore,
    SeeHostKey,
    TagBackup,
)
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
    ConcludeIsolation,
    ConcludeRelease,
    EndDrift,
    LoseCustomer,
    ReportDrift,
    RequestIsolation,
    RequestRelease,
    SecretFacts,
    StartIsolation,
    StartRelease,
)
from domain.device_commands import (
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
from domain.device_facts import DeviceFacts
from domain.event import Command
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
from domain.router_secrets import PppSecret
from domain.settings import ChangeSettings
from domain.silence import (
    ChangeSilence,
    CreateSilence,
    EndSilence,
    ResumeSilence,
)
from domain.terminal import EndTerminal, NoteReplay, StartTerminal
from domain.user_commands import (
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
from domain.user_views import ForgetView, SaveView, View
from tests.property.domain import (
    alerting_commands,
    config_commands,
    customer_commands,
    device_commands,
    template_commands,
)
from tests.property.domain.texts import (
    IDS,
    JSON,
    OPTIONAL_DEVICE,
    SHORT,
    TEXT,
    maybe,
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
_LISTS, _VIEW_NAMES = st.sampled_from(["devices", "audit"]), st.sampled_from(["Down", "mine / ÆØ"])
_VIEWS = st.builds(
    View,
    search=st.dictionaries(st.sampled_from(["q", "sort"]), TEXT, max_size=2),
    columns=st.dictionaries(st.sampled_from(["mac", "site"]), st.booleans(), max_size=2),
)
USER = st.one_of(
    st.builds(CreateUser, username=st.just("ada"), role=_ROLES, password_id=IDS, email=TEXT),
    maybe(role=_ROLES, email=TEXT, disabled=st.booleans(), theme=st.sampled_from(["system", "dark"]), notifications=JSON).map(
        lambda fields: ChangeUser(**fields)
    ),
    st.builds(ReplacePassword, password_id=IDS),
    st.builds(EnableTotp, totp_id=IDS),
    st.builds(DisableTotp),
    st.builds(DeleteUser),
    st.builds(SaveView, table=_LISTS, name=_VIEW_NAMES, view=_VIEWS),
    st.builds(ForgetView, table=_LISTS, name=_VIEW_NAMES),
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
    maybe(name=SHORT, port=st.integers(0, 65535)).map(lambda fields: ChangeCredential(**fields)),
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
        RuleAlert(rule_id=_ONE, rule_version=2, severity="critical", group="site/north"),
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
        SaveView(table="devices", name="Down", view=View(search={"status": "down"})),
        ForgetView(table="devices", name="Down"),
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
    "device": device_commands.DEVICE,
    "alert": alerting_commands.ALERT,
    "alert_rule": alerting_commands.ALERT_RULE,
    "silence": alerting_commands.SILENCE,
    "channel": alerting_commands.CHANNEL,
    "operation": OPERATION,
    "user": USER,
    "api_key": API_KEY,
    "credential": CREDENTIAL,
    "settings": SETTINGS,
    "customer": customer_commands.CUSTOMER,
    "config": config_commands.CONFIG,
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
