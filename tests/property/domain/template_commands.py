"""Hypothesis strategies of commands on templates, policies and findings."""

from hypothesis import strategies as st

from domain.alert_commands import Severity
from domain.application import RecordApplication, RecordFailedApplication, RevertApplication
from domain.compliance import Evidence, Finding, PolicyRule
from domain.config_dialects import PLATFORMS
from domain.event import Command
from domain.finding import AcceptFinding, CloseFinding, OpenFinding, WithdrawAcceptance
from domain.policy import ChangePolicy, CreatePolicy, DeletePolicy, UndeletePolicy
from domain.template import ChangeTemplate, CreateTemplate, DeleteTemplate, UndeleteTemplate
from domain.template_variables import Variable

_NAMES = st.sampled_from(["ntp", "vlan", " ", "a\nb", "日本"])
_VARIABLES = st.lists(
    st.builds(
        Variable,
        name=st.sampled_from(["vlan", "server", "device", "1st", "x" * 64]),
        type=st.sampled_from(["string", "int", "secret", "list"]),
        default=st.sampled_from([None, 7, "x", ["a"]]),
    ),
    max_size=2,
)
_PLATFORMS = st.lists(st.sampled_from([*PLATFORMS[:3], "zx81"]), max_size=2)
_BODIES = st.sampled_from(["vlan {{ vlan }}\n", "ntp server {{ server }}", "x"])

TEMPLATE: st.SearchStrategy[Command] = st.one_of(
    st.builds(CreateTemplate, name=_NAMES, body=_BODIES, platforms=_PLATFORMS, variables=_VARIABLES),
    st.builds(ChangeTemplate, name=_NAMES, body=_BODIES, platforms=_PLATFORMS, variables=_VARIABLES),
    st.builds(ChangeTemplate, body=_BODIES, restored_from=st.sampled_from([None, 1])),
    st.builds(DeleteTemplate),
    st.builds(UndeleteTemplate),
)
PLAIN_TEMPLATE: list[Command] = [
    CreateTemplate(name="vlan", body="vlan {{ vlan }}\n", variables=[Variable(name="vlan", type="int")]),
    ChangeTemplate(body="vlan {{ vlan }}\n name x\n", description="two lines"),
    ChangeTemplate(platforms=["ios"], variables=[Variable(name="vlan", type="int", default=7)]),
    DeleteTemplate(),
    UndeleteTemplate(),
]

_RULES = st.lists(
    st.builds(
        PolicyRule,
        id=st.sampled_from(["no-telnet", "ntp"]),
        title=st.sampled_from(["Telnet is off", "a\nb"]),
        check=st.sampled_from(["must_contain", "must_not_match"]),
        value=st.sampled_from(["ntp server", "^telnet", "two\nlines"]),
        platforms=_PLATFORMS,
    ),
    min_size=1,
    max_size=2,
)
_SEVERITIES = st.sampled_from(["critical", "medium", "info"])
POLICY: st.SearchStrategy[Command] = st.one_of(
    st.builds(CreatePolicy, name=_NAMES, rules=_RULES, platforms=_PLATFORMS, severity=_SEVERITIES),
    st.builds(ChangePolicy, name=_NAMES, rules=_RULES, enabled=st.booleans()),
    st.builds(ChangePolicy, labels=st.sampled_from([[], ["core"]]), severity=_SEVERITIES),
    st.builds(DeletePolicy),
    st.builds(UndeletePolicy),
)
_NO_TELNET = PolicyRule(id="no-telnet", title="Telnet is off", check="must_not_contain", value="telnet")
_NTP = PolicyRule(id="ntp", title="There is a time server", check="must_match", value="^ntp server ")
PLAIN_POLICY: list[Command] = [
    CreatePolicy(name="baseline", rules=[_NO_TELNET], platforms=["ios"]),
    ChangePolicy(rules=[_NO_TELNET, _NTP], severity="high"),
    ChangePolicy(enabled=False, labels=["core"]),
    DeletePolicy(),
    UndeletePolicy(),
]


def _finding(count: int = 1, line: int = 7, severity: Severity = "high") -> Finding:
    return Finding(
        policy_id="6b1f7a52-9f53-4a3e-8a3d-111111111111",
        policy="baseline",
        rule_id="no-telnet",
        title="Telnet is off",
        severity=severity,
        message="found `telnet`",
        count=count,
        evidence=(Evidence(line=line, text="transport input telnet", section="line vty 0 4"),),
    )


_DEVICE = "00000000-0000-4000-8000-000000000000"
FINDING: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        OpenFinding,
        device_id=st.sampled_from([_DEVICE, "", "no id"]),
        finding=st.builds(_finding, st.integers(1, 2), st.integers(0, 9), _SEVERITIES),
    ),
    st.builds(CloseFinding, why=st.sampled_from(["fixed", "not_applicable"])),
    st.builds(AcceptFinding),
    st.builds(WithdrawAcceptance),
)
PLAIN_FINDING: list[Command] = [
    OpenFinding(device_id=_DEVICE, finding=_finding()),
    OpenFinding(device_id=_DEVICE, finding=_finding(count=2)),
    AcceptFinding(),
    WithdrawAcceptance(),
    CloseFinding(),
]

_WHICH = {
    "template_id": "6b1f7a52-9f53-4a3e-8a3d-111111111111",
    "template": "vlan",
    "version": 2,
    "device_id": _DEVICE,
    "operation_id": "op-1",
}
APPLICATION: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        RecordApplication,
        **{name: st.just(value) for name, value in _WHICH.items()},
        before_id=st.sampled_from(["b1", "b2"]),
        after_id=st.sampled_from(["b1", "b2"]),
        lines=st.integers(0, 3),
    ),
    st.builds(
        RecordFailedApplication,
        **{name: st.just(value) for name, value in _WHICH.items()},
        state=st.sampled_from(["unchanged", "rolled_back", "differs", "unknown"]),
        code=st.just("CONFIG_LINE_REJECTED"),
        message=st.sampled_from(["no", "a\nb"]),
    ),
    st.builds(RevertApplication, operation_id=st.sampled_from(["", "op-2"])),
)
PLAIN_APPLICATION: list[Command] = [
    RecordApplication(**_WHICH, before_id="b1", after_id="b2", lines=3),
    RevertApplication(operation_id="op-2"),
    RecordFailedApplication(**_WHICH, state="rolled_back", code="CONFIG_LINE_REJECTED", message="no"),
]
