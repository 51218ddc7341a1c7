"""What follows from an evaluation of a device: findings opened, changed and closed, and an alert for each policy broken."""

from collections.abc import Iterable, Sequence
from typing import get_args
from uuid import UUID

import msgspec

from domain.aggregate import Intent
from domain.alert import ALERT, alert_id
from domain.alert_commands import RaiseAlert, ResolveAlert, Severity
from domain.compliance import Finding, Verdict
from domain.finding import FINDING, CloseFinding, OpenFinding, facts, finding_id
from domain.ports import CommandBus

SOURCE = "compliance"
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class KnownFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the device that is open or accepted."""

    id: str
    state: str
    finding: Finding


def alert_key(device_id: str, policy_id: str) -> str:
    return f"compliance/{device_id}/{policy_id}"


def alerting(findings: Iterable[Finding], least: Severity) -> list[Finding]:
    """Those of at least this severity, the worst first."""
    ranks = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
    return sorted(
        (each for each in findings if ranks[each.severity] <= ranks[least]),
        key=lambda each: (ranks[each.severity], each.rule_id),
    )


class ComplianceRecord:
    """Says what an evaluation changes; the commands of one device are appended together."""

    def __init__(self, bus: CommandBus) -> None:
        self._bus = bus

    async def intents(
        self,
        device_id: str,
        device_name: str,
        verdict: Verdict,
        known: Sequence[KnownFinding],
        *,
        policies: Iterable[str] | None,
        least: Severity,
    ) -> list[Intent]:
        """`policies` are the ids of those that were evaluated, None for all that there are: what is known of others stays.
        `least` is the severity from which on there are alerts."""
        only = None if policies is None else set(policies)
        mine = [each for each in known if only is None or each.finding.policy_id in only]
        return [
            *changes_of(device_id, verdict, mine),
            *await self._alerts(device_id, device_name, verdict, mine, least),
        ]

    async def _alerts(
        self,
        device_id: str,
        device_name: str,
        verdict: Verdict,
        known: Sequence[KnownFinding],
        least: Severity,
    ) -> list[Intent]:
        accepted = {each.id for each in known if each.state == "accepted"}
        active: dict[str, list[Finding]] = {each.finding.policy_id: [] for each in known}
        for finding in verdict.findings:
            of_policy = active.setdefault(finding.policy_id, [])
            if str(finding_id(device_id, finding.policy_id, finding.rule_id)) not in accepted:
                of_policy.append(finding)
        intents: list[Intent] = []
        for policy_id, findings in active.items():
            intents += await self.alert(device_id, device_name, policy_id, alerting(findings, least))
        return intents

    async def alert(
        self, device_id: str, device_name: str, policy_id: str, findings: Sequence[Finding]
    ) -> list[Intent]:
        """The alert of a policy on a device, raised or resolved as these findings ask for; none where it is so already."""
        key = alert_key(device_id, policy_id)
        state = (await self._bus.state(ALERT, alert_id(key))).state
        fires = state in ("firing", "silenced", "acknowledged")
        if not findings:
            return [ALERT.to(alert_id(key), ResolveAlert(reason="no such finding any more"))] if fires else []
        if fires:
            return []
        raised = RaiseAlert(
            key=key,
            severity=findings[0].severity,
            title=f"{device_name or device_id} breaks the policy {findings[0].policy}"[:300],
            device_id=device_id,
            source=SOURCE,
            detail={
                "policy_id": policy_id,
                "findings": [
                    {"rule_id": each.rule_id, "severity": each.severity, "title": each.title}
                    for each in findings[:50]
                ],
            },
        )
        return [ALERT.to(alert_id(key), raised)]


def changes_of(device_id: str, verdict: Verdict, known: Sequence[KnownFinding]) -> list[Intent]:
    """The commands that bring what is known to what was found; none for what is known already."""
    before = {each.id: each for each in known}
    intents: list[Intent] = []
    for finding in verdict.findings:
        key = finding_id(device_id, finding.policy_id, finding.rule_id)
        present = before.pop(str(key), None)
        if present is None or facts(present.finding) != facts(finding):
            intents.append(FINDING.to(key, OpenFinding(device_id=device_id, finding=finding)))
    for gone in before.values():
        checked = (gone.finding.policy_id, gone.finding.rule_id) in verdict.checked
        intents.append(FINDING.to(UUID(gone.id), CloseFinding(why="fixed" if checked else "not_applicable")))
    return intents
