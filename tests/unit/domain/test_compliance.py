"""Rules against configurations: sections, conditions, platforms, labels, places, and secrets."""

from typing import Any

import msgspec
import pytest

from adapters.re2_patterns import Re2Patterns
from adapters.starter_policies import starter_policies
from domain.compliance import Finding, PolicyRule, Scope, Verdict, evaluate
from domain.config_dialects import PLATFORMS
from domain.config_guess import guessed_platform
from domain.errors import Invalid, Refused
from domain.policy import Policy, check, check_patterns, content

PATTERNS = Re2Patterns()
IOS = """version 15.2
service password-encryption
hostname edge-1
enable secret 5 $1$abcd$0123456789abcdefghijkl
ntp server 192.0.2.1
interface GigabitEthernet0/1
 description uplink
interface GigabitEthernet0/2
interface GigabitEthernet0/3
 shutdown
snmp-server community public RO
line con 0
line vty 0 4
 transport input ssh
line vty 5 15
 transport input telnet ssh
end
"""
JUNOS = """system {
    host-name edge-2;
    services {
        ssh {
            root-login deny;
        }
        telnet;
    }
}
snmp {
    community public {
        authorization read-only;
    }
}
"""
ROUTEROS = """# 2024-05-01 10:11:12 by RouterOS 7.14.3
/ip service
set telnet disabled=yes
set ftp address=192.0.2.0/24
/snmp
set enabled=yes
/snmp community
set [ find default=yes ] name=hunter2
"""


def judged(
    rule: dict[str, Any], text: str = IOS, platform: str = "ios", labels: tuple[str, ...] = ()
) -> Verdict:
    made = PolicyRule(**{"id": "r", "title": "t", **rule})
    return evaluate(
        [Scope(policy_id="p", name="policy", severity="medium", rules=[made])],
        platform,
        text,
        labels,
        PATTERNS,
    )


def found(rule: dict[str, Any], text: str = IOS, platform: str = "ios") -> Finding | None:
    verdict = judged(rule, text, platform)
    assert verdict.checked == (("p", "r"),)
    return verdict.findings[0] if verdict.findings else None


@pytest.mark.parametrize(
    ("check_", "value", "broken"),
    [
        ("must_contain", "ntp server", False),
        ("must_contain", "logging host", True),
        ("must_not_contain", "telnet", True),
        ("must_not_contain", "ntp server 192.0.2.2", False),
        ("must_match", r"^ntp server \S+$", False),
        ("must_match", r"^server", True),
        ("must_not_match", r"^snmp-server community (public|private)\b", True),
        ("must_not_match", r"^transport", True),
        ("must_not_match", r"^no ", False),
    ],
)
def test_rules_look_at_each_line(check_: str, value: str, broken: bool) -> None:
    assert (found({"check": check_, "value": value}) is not None) == broken


def test_every_section_is_judged_by_itself() -> None:
    finding = found({"check": "must_contain", "value": "description", "section": "^interface "})
    assert finding is not None and finding.count == 2
    assert [(each.line, each.section) for each in finding.evidence] == [
        (8, "interface GigabitEthernet0/2"),
        (9, "interface GigabitEthernet0/3"),
    ]


def test_the_line_at_fault_is_named_with_its_section() -> None:
    finding = found({"check": "must_not_match", "value": "telnet", "section": "^line vty"})
    assert finding is not None
    (place,) = finding.evidence
    assert (place.line, place.text, place.section) == (16, "transport input telnet ssh", "line vty 5 15")


@pytest.mark.parametrize(("no_section", "broken"), [("fail", True), ("pass", False)])
def test_a_section_that_is_missing_counts_as_the_rule_says(no_section: str, broken: bool) -> None:
    rule = {"check": "must_match", "value": "x", "section": "^router bgp", "no_section": no_section}
    assert (found(rule) is not None) == broken
    assert found({**rule, "check": "must_not_match"}) is None


def test_sections_of_junos_and_routeros() -> None:
    telnet = {"check": "must_not_match", "value": r"^telnet\b", "section": "^system / services$"}
    finding = found(telnet, JUNOS, "junos")
    assert finding is not None and finding.evidence[0].line == 7
    login = {"check": "must_match", "value": "^root-login deny", "section": "^system / services / ssh$"}
    assert found(login, JUNOS, "junos") is None
    service = {"check": "must_match", "value": "^set telnet .*disabled=yes", "section": "^/ip service$"}
    assert found(service, ROUTEROS, "routeros") is None
    ftp = found({**service, "value": "^set ftp .*disabled=yes"}, ROUTEROS, "routeros")
    assert ftp is not None and ftp.evidence[0].section == "/ip service"


def test_a_condition_names_the_menu() -> None:
    rule = {"check": "must_contain", "value": "nothing", "only_if": "^/snmp / set .*enabled=yes"}
    assert judged(rule, ROUTEROS, "routeros").findings
    assert judged(rule, ROUTEROS.replace("enabled=yes", "enabled=no"), "routeros").checked == ()


def test_platforms_and_labels_of_policy_and_rule_must_both_fit() -> None:
    def checked(policy: dict[str, Any], rule: dict[str, Any], labels: tuple[str, ...]) -> bool:
        made = PolicyRule(id="r", title="t", check="must_contain", value="x", **rule)
        scope = Scope(policy_id="p", name="n", severity="low", rules=[made], **policy)
        return bool(evaluate([scope], "ios", IOS, labels, PATTERNS).checked)

    assert checked({}, {}, ())
    assert checked(
        {"platforms": ["ios", "junos"], "labels": ["core", "edge"]}, {"labels": ["edge"]}, ("edge",)
    )
    assert not checked({"platforms": ["junos"]}, {}, ())
    assert not checked({"platforms": ["ios"]}, {"platforms": ["junos"]}, ())
    assert not checked({"labels": ["core"]}, {}, ("edge",))
    assert not checked({"labels": ["edge"]}, {"labels": ["core"]}, ("edge",))


def test_secrets_are_looked_at_and_never_shown() -> None:
    finding = found({"check": "must_not_match", "value": "^snmp-server community public"})
    assert finding is not None and finding.evidence[0].text == "snmp-server community <secret> RO"
    finding = found({"check": "must_not_contain", "value": "$1$abcd"})
    assert finding is not None and "0123456789" not in finding.evidence[0].text
    finding = found(
        {"check": "must_not_match", "value": "name=", "section": "^/snmp community$"}, ROUTEROS, "routeros"
    )
    assert finding is not None and "hunter2" not in finding.evidence[0].text


def test_severity_and_remediation_come_along() -> None:
    verdict = judged({"check": "must_contain", "value": "x", "severity": "critical", "remediation": "do x"})
    assert (verdict.findings[0].severity, verdict.findings[0].remediation) == ("critical", "do x")
    assert judged({"check": "must_contain", "value": "x"}).findings[0].severity == "medium"


def test_an_unknown_platform_is_refused() -> None:
    with pytest.raises(Refused):
        judged({"check": "must_contain", "value": "x"}, platform="zx81")


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "(x{1000}){1000}", "[", "x" * 501])
def test_patterns_that_are_none_or_could_take_for_ever_are_refused(pattern: str) -> None:
    rule = PolicyRule(id="r", title="t", check="must_match", value="x", section=pattern)
    with pytest.raises(Invalid) as refused:
        check_patterns([rule], PATTERNS)
    assert refused.value.code == "PATTERN_INVALID"
    assert refused.value.details["field"] == "rules[0].section"


def test_a_catastrophic_pattern_takes_no_time() -> None:
    """A back-tracking engine would need longer than the universe is old."""
    text = "a" * 50_000 + "!\n"
    assert found({"check": "must_not_match", "value": "^(a+)+$"}, text) is None
    assert found({"check": "must_not_match", "value": "^(a|aa)+$"}, text) is None


STARTERS = starter_policies()


@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_the_starter_set_is_made_of_good_policies(starter: Any) -> None:
    check(policy_of(starter))
    check_patterns(starter.rules, PATTERNS)
    assert starter.platforms
    assert all(rule.remediation for rule in starter.rules)


def policy_of(starter: Any) -> Policy:
    return msgspec.convert(content(starter), Policy)


def test_the_starter_set_covers_every_platform() -> None:
    assert {platform for starter in STARTERS for platform in starter.platforms} == set(PLATFORMS)


def starters_on(platform: str, text: str) -> set[str]:
    scopes = [policy_of(starter).scope(starter.name) for starter in STARTERS]
    return {finding.rule_id for finding in evaluate(scopes, platform, text, (), PATTERNS).findings}


def test_the_starter_set_finds_what_it_is_for() -> None:
    assert {"no-telnet", "no-snmp-public", "ssh-v2", "logging", "no-weak-hash"} <= starters_on("ios", IOS)
    assert not {"ntp", "password-encryption", "enable-secret"} & starters_on("ios", IOS)
    assert {"no-telnet", "no-snmp-public", "ntp", "logging"} <= starters_on("junos", JUNOS)
    assert "no-root-login" not in starters_on("junos", JUNOS)
    routeros = starters_on("routeros", ROUTEROS)
    assert {"no-ftp", "no-www", "api", "bandwidth-server", "mac-server", "ntp"} <= routeros
    assert not {"no-telnet", "no-snmp-public", "no-snmp-public-name"} & routeros


@pytest.mark.parametrize(
    ("text", "platform"), [(IOS, "ios"), (JUNOS, "junos"), (ROUTEROS, "routeros"), ("hello\n", "")]
)
def test_a_platform_is_guessed_by_what_a_text_looks_like(text: str, platform: str) -> None:
    assert guessed_platform(text) == platform


def test_a_configuration_without_end_is_refused() -> None:
    with pytest.raises(Refused, match="at most"):
        judged({"check": "must_contain", "value": "x"}, "a\n" * 400_001)


def test_an_expression_that_matches_across_lines_finds_none_of_them() -> None:
    assert found({"check": "must_not_match", "value": r"0/2\s*interface"}) is None
    assert found({"check": "must_not_match", "value": r"0/2\s*"}) is not None
