"""What holds for every rule and every configuration."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.re2_patterns import Re2Patterns
from domain.compliance import EVIDENCE, Check, Evidence, PolicyRule, Scope, Verdict, evaluate
from domain.config_dialects import PLATFORMS
from domain.config_mask import secrets
from domain.config_text import clean
from domain.event import one_line

PATTERNS = Re2Patterns()
WORDS = st.sampled_from(
    ["interface", "line vty 0 4", " transport input telnet", " description x", "ntp server 192.0.2.1", "!", "}",
     "system {", "    services {", "telnet;", "/ip service", "set telnet disabled=yes", "set system host-name x",
     "snmp-server community hunter2secret RO", "enable secret 5 $1$hunter2secret", "### file /etc/hosts 0644", ""]
)  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=20)), max_size=30).map("\n".join)
VALUES = st.sampled_from(["telnet", "description", "ntp server", " ", "hunter2", "no such line"])
SECTIONS = st.sampled_from(["", "^interface", "^line vty", "services", "^/ip service$", "."])
few = settings(max_examples=80, deadline=None)


def judged(check: Check, value: str, section: str, platform: str, text: str) -> Verdict:
    rule = PolicyRule(id="r", title="t", check=check, value=value, section=section, no_section="fail")
    scope = Scope(policy_id="p", name="n", severity="low", rules=[rule])
    return evaluate([scope], platform, text, (), PATTERNS)


@few
@given(platform=st.sampled_from(PLATFORMS), text=TEXTS, value=VALUES)
def test_must_and_must_not_never_agree(platform: str, text: str, value: str) -> None:
    must = judged("must_contain", value, "", platform, text)
    must_not = judged("must_not_contain", value, "", platform, text)
    assert must.compliant != must_not.compliant


@few
@given(platform=st.sampled_from(PLATFORMS), text=TEXTS, value=VALUES, section=SECTIONS)
def test_text_and_expression_agree_on_plain_words(platform: str, text: str, value: str, section: str) -> None:
    plain = judged("must_not_contain", value, section, platform, text)
    expression = judged("must_not_match", value, section, platform, text)
    assert [each.evidence for each in plain.findings] == [each.evidence for each in expression.findings]


@few
@given(platform=st.sampled_from(PLATFORMS), text=TEXTS, value=VALUES, section=SECTIONS)
def test_what_holds_anywhere_holds_wherever_it_is_looked_for(
    platform: str, text: str, value: str, section: str
) -> None:
    anywhere = judged("must_not_contain", value, "", platform, text)
    inside = judged("must_not_contain", value, section, platform, text)
    assert inside.compliant or not anywhere.compliant
    assert sum(each.count for each in inside.findings) <= sum(each.count for each in anywhere.findings)


@few
@given(platform=st.sampled_from(PLATFORMS), text=TEXTS, value=VALUES, section=SECTIONS)
def test_places_are_lines_of_the_configuration_without_their_secrets(
    platform: str, text: str, value: str, section: str
) -> None:
    lines = clean(platform, text).splitlines()
    for check in ("must_contain", "must_not_contain"):
        for finding in judged(check, value, section, platform, text).findings:  # type: ignore[arg-type]  # both are checks
            assert finding.count >= len(finding.evidence)
            assert finding.evidence or check == "must_contain"
            assert len(finding.evidence) <= EVIDENCE
            for place in finding.evidence:
                _assert_a_place(place, lines)
                for secret in secrets(platform, clean(platform, text)):
                    assert "hunter2secret" not in place.text or secret not in place.text


def _assert_a_place(place: Evidence, lines: list[str]) -> None:
    assert 0 <= place.line <= len(lines)
    if place.line and "<secret" not in place.text:
        assert place.text.rstrip("…") in one_line(lines[place.line - 1], 10_000)


@few
@given(platform=st.sampled_from(PLATFORMS), text=TEXTS, value=VALUES, section=SECTIONS)
def test_an_evaluation_is_the_same_each_time(platform: str, text: str, value: str, section: str) -> None:
    first = judged("must_not_match", value, section, platform, text)
    assert first == judged("must_not_match", value, section, platform, text)
