"""ComplianceAnalysis of configurations against policies: stored ones, running ones, or one that is posted."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody

from api.caller import engineer
from api.commands import Commands
from api.provided import Bus, Connect, Do, KeptConfigs, ReadConfigs, Regexes, WaysToDevices
from domain.compliance import Finding, Scope, Verdict, evaluate
from domain.compliance_record import ComplianceRecord
from domain.config_access import WaysIn
from domain.config_dialects import PLATFORMS
from domain.config_guess import guessed_platform
from domain.config_ports import ConfigTarget, RunningConfig
from domain.errors import DomainError, Invalid, NotFound
from domain.patterns import Patterns
from projections import compliance_queries, findings, inventory_queries, policies
from projections.config_queries import ways_in
from projections.settings import in_force

LARGEST = 8 * 2**20
"""Characters of a posted configuration."""
MOST_RUNNING = 100
"""Devices whose running configuration is read while the caller waits."""


class AnalysisRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of device_id, device_ids and config. Without policy_ids: all policies that are switched on."""

    device_id: UUID | None = None
    device_ids: Annotated[list[UUID], msgspec.Meta(max_length=1_000)] = []
    config: Annotated[str, msgspec.Meta(max_length=LARGEST)] | None = None
    platform: str = ""
    """Of the posted configuration; empty: by what it looks like."""
    labels: Annotated[list[str], msgspec.Meta(max_length=50)] = []
    """For which the posted configuration is judged."""
    policy_ids: Annotated[list[UUID], msgspec.Meta(max_length=500)] | None = None
    source: Literal["stored", "running"] = "stored"
    """The last stored configuration of the devices, or the one that they run now, read over SSH."""
    record: bool = True
    """Whether what is found of devices goes into the findings."""
    reason: str = ""


class FoundBreach(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is broken. `line` and `text` are of the first place; `evidence` has more, `count` says how many."""

    device_id: str | None
    policy_id: str
    policy: str
    rule: str
    title: str
    severity: str
    message: str
    remediation: str
    line: int | None
    text: str
    section: str
    count: int
    evidence: list[dict[str, Any]]


class DeviceVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis of one configuration came to; `error` says why there was none."""

    device_id: str | None
    device_name: str
    platform: str
    source: Literal["stored", "running", "posted"]
    backup_id: str | None = None
    at: str | None = None
    """When the stored configuration was first seen."""
    compliant: bool | None = None
    rules: int = 0
    """How many applied."""
    findings: int = 0
    error: dict[str, str] | None = None


class ComplianceAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """`compliant` where nothing was found and every device could be analysed."""

    compliant: bool
    findings: list[FoundBreach]
    devices: list[DeviceVerdict]


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration to be judged, or the reason why there is none."""

    device_id: str = ""
    name: str = ""
    labels: list[str] = []
    platform: str = ""
    source: Literal["stored", "running", "posted"]
    text: str = ""
    backup_id: str | None = None
    at: str | None = None
    error: DomainError | None = None


@post("/analyze/compliance", guards=[engineer], status_code=200)
async def analyze(
    data: JSONBody[AnalysisRequest],
    commands: Do,
    bus: Bus,
    connect: Connect,
    regexes: Regexes,
    kept: KeptConfigs,
    config_devices: ReadConfigs,
    config_access: WaysToDevices,
) -> Response[ComplianceAnalysis]:
    """Findings by rule, with severity, line and remediation; secrets are masked."""
    wanted = [
        str(each) for each in dict.fromkeys([*([data.device_id] if data.device_id else []), *data.device_ids])
    ]
    if bool(wanted) == (data.config is not None):
        raise Invalid("name device_id, device_ids, or post a config", field="device_id")
    scopes = await _scopes(connect, data.policy_ids)
    if data.config is not None:
        cases = [_posted(data)]
    else:
        await _check_devices(connect, wanted)
        if data.source == "stored":
            cases = await _stored(connect, kept, wanted)
        else:
            cases = await _running(connect, commands, config_devices, config_access, wanted)
    if len(cases) == 1 and cases[0].error is not None:
        raise cases[0].error
    verdicts = await asyncio.to_thread(_judged, cases, scopes, regexes)
    if data.record and data.config is None:
        await _recorded(cases, verdicts, data.policy_ids, commands, bus, connect)
    return await commands.answer(_analysis(cases, verdicts))


def _posted(data: AnalysisRequest) -> _Case:
    text = data.config or ""
    platform = data.platform or guessed_platform(text)
    if platform not in PLATFORMS:
        raise Invalid(f"say what it was written for: one of {', '.join(PLATFORMS)}", field="platform")
    return _Case(platform=platform, labels=data.labels, source="posted", text=text)


async def _scopes(connect: Connect, policy_ids: Sequence[UUID] | None) -> list[Scope]:
    ids = None if policy_ids is None else [str(each) for each in policy_ids]
    async with connect() as conn:
        scopes = await policies.scopes(conn, ids)
    missing = set(ids or ()) - {scope.policy_id for scope in scopes}
    if missing:
        raise NotFound(f"no policy {min(missing)}", code="POLICY_NOT_FOUND", field="policy_ids")
    return scopes


async def _check_devices(connect: Connect, device_ids: Sequence[str]) -> None:
    async with connect() as conn:
        known = await inventory_queries.named(conn, device_ids)
    for device_id in device_ids:
        if device_id not in known:
            raise NotFound(f"no device {device_id}", code="DEVICE_NOT_FOUND")


async def _stored(connect: Connect, kept: KeptConfigs, device_ids: Sequence[str]) -> list[_Case]:
    async with connect() as conn:
        subjects = {each.device_id: each for each in await compliance_queries.stored(conn, device_ids)}
        names = await inventory_queries.named(conn, device_ids)
    cases: list[_Case] = []
    for device_id in device_ids:
        subject = subjects.get(device_id)
        if subject is None:
            error = NotFound(
                "no configuration of the device is stored; back it up first", code="BACKUP_NOT_FOUND"
            )
            cases.append(
                _Case(device_id=device_id, name=names.get(device_id, ""), source="stored", error=error)
            )
            continue
        case = _Case(
            device_id=device_id,
            name=subject.name,
            labels=subject.labels,
            platform=subject.platform,
            source="stored",
            backup_id=subject.backup_id,
            at=subject.at,
        )
        try:
            text = await kept.read(device_id, subject.content)
            cases.append(msgspec.structs.replace(case, text=text))
        except DomainError as refused:
            cases.append(msgspec.structs.replace(case, error=refused))
    return cases


async def _running(
    connect: Connect,
    commands: Commands,
    reader: ReadConfigs,
    access: WaysToDevices,
    device_ids: Sequence[str],
) -> list[_Case]:
    if len(device_ids) > MOST_RUNNING:
        raise Invalid(f"at most {MOST_RUNNING} devices are read while you wait", field="device_ids")
    async with connect() as conn:
        timeout_s = (await in_force(conn)).config.read_timeout_s
        ways = await ways_in(conn, device_ids)

    async def read(target: ConfigTarget) -> RunningConfig:
        return await reader.read(target, deadline_s=timeout_s)

    async def one(each: WaysIn) -> _Case:
        case = _Case(
            device_id=each.device_id,
            name=each.name,
            labels=list(each.labels),
            platform=each.platform,
            source="running",
        )
        try:
            running, _ = await access.use(each, read, purpose="compliance analysis", by=commands.by)
        except DomainError as refused:
            return msgspec.structs.replace(case, error=refused)
        return msgspec.structs.replace(case, text=running.text, platform=running.platform)

    return await asyncio.gather(*(one(each) for each in ways))


def _judged(cases: Sequence[_Case], scopes: Sequence[Scope], patterns: Patterns) -> list[Verdict | None]:
    return [
        evaluate(scopes, case.platform, case.text, case.labels, patterns) if case.error is None else None
        for case in cases
    ]


async def _recorded(
    cases: Sequence[_Case],
    verdicts: Sequence[Verdict | None],
    policy_ids: Sequence[UUID] | None,
    commands: Commands,
    bus: Bus,
    connect: Connect,
) -> None:
    record = ComplianceRecord(bus)
    only = None if policy_ids is None else [str(each) for each in policy_ids]
    for case, verdict in zip(cases, verdicts, strict=True):
        if verdict is None:
            continue
        async with connect() as conn:
            known = await findings.known(conn, case.device_id)
            least = (await in_force(conn)).compliance.alert_from
        intents = await record.intents(case.device_id, case.name, verdict, known, policies=only, least=least)
        if intents:
            await commands.ensure(*intents)
    await commands.settle(seen_by="findings")


def _analysis(cases: Sequence[_Case], verdicts: Sequence[Verdict | None]) -> ComplianceAnalysis:
    pairs = list(zip(cases, verdicts, strict=True))
    return ComplianceAnalysis(
        compliant=all(verdict is not None and verdict.compliant for _, verdict in pairs),
        findings=[
            _breach(case, finding) for case, verdict in pairs if verdict for finding in verdict.findings
        ],
        devices=[
            DeviceVerdict(
                device_id=case.device_id or None,
                device_name=case.name,
                platform=case.platform,
                source=case.source,
                backup_id=case.backup_id,
                at=case.at,
                compliant=verdict.compliant if verdict else None,
                rules=len(verdict.checked) if verdict else 0,
                findings=len(verdict.findings) if verdict else 0,
                error={"code": case.error.code, "message": case.error.message} if case.error else None,
            )
            for case, verdict in pairs
        ],
    )


def _breach(case: _Case, finding: Finding) -> FoundBreach:
    first = finding.evidence[0] if finding.evidence else None
    return FoundBreach(
        device_id=case.device_id or None,
        policy_id=finding.policy_id,
        policy=finding.policy,
        rule=finding.rule_id,
        title=finding.title,
        severity=finding.severity,
        message=finding.message,
        remediation=finding.remediation,
        line=first.line if first and first.line else None,
        text=first.text if first else "",
        section=first.section if first else "",
        count=finding.count,
        evidence=[msgspec.to_builtins(each) for each in finding.evidence],
    )


ROUTER = Router("/", route_handlers=[analyze], tags=["compliance"])
