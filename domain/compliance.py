"""Whether a configuration keeps rules: pure, for one text at a time, in time that grows with text and rules alone."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from domain.alert_commands import Severity
from domain.config_dialects import dialect_of
from domain.config_mask import HIDDEN, mask
from domain.config_sections import Entry, entries
from domain.config_text import clean
from domain.errors import Refused
from domain.event import one_line
from domain.patterns import LONGEST_PATTERN, Lines, Patterns

Check = Literal["must_contain", "must_not_contain", "must_match", "must_not_match"]
"""`contain` looks for text as it stands, `match` for a regular expression (RE2), in each line by itself."""
EVIDENCE = 20
"""Places of one finding that are told; `count` has them all."""
_HEADED = ("indent", "braces")
"""Structures in which a line may be the header of a section that holds nothing."""
MOST_LINES = 400_000
"""Of one configuration; no device has as many."""
_PATH = " / "
Expression = Annotated[str, msgspec.Meta(max_length=LONGEST_PATTERN)]


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that configurations must or must not say."""

    id: Annotated[str, msgspec.Meta(min_length=1, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    check: Check
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PATTERN)]
    section: Expression = ""
    """Only within sections whose headers, joined by ` / `, match this; in each of them by itself. Empty: anywhere."""
    no_section: Literal["fail", "pass"] = "fail"
    """What a `must` rule says of a configuration without such a section."""
    only_if: Expression = ""
    """Only for configurations with a line that matches this; the headers of its sections stand before it, joined by ` / `."""
    platforms: Annotated[list[str], msgspec.Meta(max_length=50)] = []
    """None: those of the policy."""
    labels: Annotated[list[str], msgspec.Meta(max_length=50)] = []
    """Only for devices with one of these labels, beside those that the policy asks for."""
    severity: Severity | None = None
    """None: that of the policy."""
    remediation: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    """What to do about it; for machines, the lines to send."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as far as an evaluation needs it."""

    policy_id: str
    name: str
    severity: Severity
    platforms: list[str] = []
    labels: list[str] = []
    rules: list[PolicyRule] = []


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A place that breaks a rule: the line, or the section that lacks one. Secrets are masked; 0: no line to name."""

    line: int = 0
    text: str = ""
    section: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a configuration breaks."""

    policy_id: str
    policy: str
    rule_id: str
    title: str
    severity: Severity
    message: str
    remediation: str = ""
    count: int = 1
    evidence: tuple[Evidence, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation came to. `checked` are the rules that applied, as (policy, rule)."""

    checked: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def compliant(self) -> bool:
        return not self.findings


def applies(scope: Scope, rule: PolicyRule, platform: str, labels: Iterable[str]) -> bool:
    """Whether the rule is about devices of this platform with these labels."""
    have = set(labels)
    return all(not wanted or platform in wanted for wanted in (scope.platforms, rule.platforms)) and all(
        not wanted or have.intersection(wanted) for wanted in (scope.labels, rule.labels)
    )


def evaluate(
    scopes: Sequence[Scope], platform: str, text: str, labels: Iterable[str], patterns: Patterns
) -> Verdict:
    """The configuration's breaches, in the order of policies and rules. Raises Refused for an unknown platform, Invalid
    for a pattern that is none."""
    have = tuple(labels)
    subject = _Subject(platform, text, patterns)
    checked: list[tuple[str, str]] = []
    findings: list[Finding] = []
    for scope in scopes:
        for rule in scope.rules:
            if not applies(scope, rule, platform, have) or not subject.concerns(rule):
                continue
            checked.append((scope.policy_id, rule.id))
            if places := subject.breaches(rule):
                findings.append(_finding(scope, rule, subject, places))
    return Verdict(checked=tuple(checked), findings=tuple(findings))


def _finding(scope: Scope, rule: PolicyRule, subject: "_Subject", places: list["_Place"]) -> Finding:
    what = f"`{rule.value}`" + (f" in `{rule.section}`" if rule.section else "")
    verb = {
        "must_contain": "missing",
        "must_match": "nothing matches",
        "must_not_contain": "found",
        "must_not_match": "found what matches",
    }[rule.check]
    return Finding(
        policy_id=scope.policy_id,
        policy=scope.name,
        rule_id=rule.id,
        title=rule.title,
        severity=rule.severity or scope.severity,
        message=one_line(f"{verb} {what}"),
        remediation=rule.remediation,
        count=len(places),
        evidence=tuple(
            subject.shown(place) for place in places[:EVIDENCE] if place.section or place.entry is not None
        ),
    )


class _Place(msgspec.Struct, frozen=True):
    section: tuple[str, ...]
    entry: Entry | None


class _Section(msgspec.Struct):
    """Lines that belong together, and what they look like as one text."""

    path: tuple[str, ...]
    header: Entry | None
    lines: list[Entry]
    searched: Lines | None = None

    def texts(self) -> Lines:
        if self.searched is None:
            self.searched = Lines([entry.line for entry in self.lines])
        return self.searched


class _Subject:
    """One configuration, cut into sections once for each expression that names some."""

    def __init__(self, platform: str, text: str, patterns: Patterns) -> None:
        self._platform = platform
        self._patterns = patterns
        if text.count("\n") > MOST_LINES:
            raise Refused(f"a configuration has at most {MOST_LINES} lines", code="CONFIG_TOO_LARGE")
        self._text = clean(platform, text)
        self._headed = dialect_of(platform).structure in _HEADED
        self._whole = _Section((), None, entries(platform, self._text))
        self._sections: dict[str, list[_Section]] = {}
        self._conditions: dict[str, bool] = {}
        self._with_headers: Lines | None = None
        self._paths: tuple[list[tuple[str, ...]], Lines] | None = None
        self._masked: list[str] | None = None

    def concerns(self, rule: PolicyRule) -> bool:
        """Whether the condition of the rule holds."""
        if not rule.only_if:
            return True
        if rule.only_if not in self._conditions:
            pattern = self._patterns.compile(rule.only_if)
            self._conditions[rule.only_if] = next(pattern.among(self._conditional()), None) is not None
        return self._conditions[rule.only_if]

    def breaches(self, rule: PolicyRule) -> list[_Place]:
        sections = self._sections_of(rule.section) if rule.section else [self._whole]
        must = rule.check in ("must_contain", "must_match")
        if must and not sections and rule.no_section == "fail":
            return [_Place((), None)]
        places: list[_Place] = []
        for section in sections:
            found = self._found(rule, section)
            if not must:
                places += (_Place(entry.path, entry) for entry in found)
            elif next(found, None) is None:
                places.append(_Place(section.path, section.header))
        return places

    def shown(self, place: _Place) -> Evidence:
        """Secrets are masked where they stand in the whole text, since a line by itself may not show that it holds one."""
        section = one_line(_PATH.join(mask(self._platform, header) for header in place.section))
        entry = place.entry
        if entry is None:
            return Evidence(section=section)
        first = entry.line.split("\n", 1)[0]
        return Evidence(
            line=entry.number, text=one_line(self._masked_line(entry.number, first)), section=section
        )

    def _masked_line(self, number: int, line: str) -> str:
        if self._masked is None:
            self._masked = mask(self._platform, self._text).splitlines()
        if len(self._masked) == len(self._text.splitlines()) and number <= len(self._masked):
            return self._masked[number - 1].strip()
        alone = mask(self._platform, line)
        return alone if alone != line or line in (each.strip() for each in self._masked) else HIDDEN

    def _found(self, rule: PolicyRule, section: _Section) -> Iterator[Entry]:
        if rule.check in ("must_match", "must_not_match"):
            return self._matching(rule.value, section)
        return (entry for entry in section.lines if rule.value in entry.line)

    def _matching(self, expression: str, section: _Section) -> Iterator[Entry]:
        pattern = self._patterns.compile(expression)
        return (section.lines[number] for number in pattern.among(section.texts()))

    def _conditional(self) -> Lines:
        """Every line behind the headers of its sections."""
        if self._with_headers is None:
            self._with_headers = Lines([_PATH.join((*entry.path, entry.line)) for entry in self._whole.lines])
        return self._with_headers

    def _headers(self) -> tuple[list[tuple[str, ...]], Lines]:
        """Every path of headers, from the outermost on, and how it reads."""
        if self._paths is None:
            paths: dict[tuple[str, ...], None] = {}
            for entry in self._whole.lines:
                whole = (*entry.path, entry.line) if self._headed else entry.path
                for depth in range(len(whole), 0, -1):
                    if whole[:depth] in paths:
                        break
                    paths[whole[:depth]] = None
            ordered = list(paths)
            self._paths = ordered, Lines([_PATH.join(path) for path in ordered])
        return self._paths

    def _sections_of(self, expression: str) -> list[_Section]:
        known = self._sections.get(expression)
        if known is None:
            paths, texts = self._headers()
            named = {paths[number] for number in self._patterns.compile(expression).among(texts)}
            known = self._sections[expression] = list(_cut(self._whole.lines, named, headed=self._headed))
        return known


def _cut(lines: Sequence[Entry], named: set[tuple[str, ...]], *, headed: bool) -> Iterable[_Section]:
    """The outermost sections of these paths, each with all that stands in it, however deep."""
    found: dict[tuple[str, ...], _Section] = {}
    if not named:
        return ()
    for entry in lines:
        whole = (*entry.path, entry.line) if headed else entry.path
        path = next((whole[:depth] for depth in range(1, len(whole) + 1) if whole[:depth] in named), None)
        if path is None:
            continue
        is_header = headed and path == whole
        section = found.get(path)
        if section is None:
            section = found[path] = _Section(path, entry if is_header else None, [])
        if not is_header:
            section.lines.append(entry)
    return found.values()
