"""What a detector has to say: an anomaly that begins or ends, as the commands to its alert."""

from typing import Any, Literal

import msgspec

from domain.alert_commands import RaiseAlert, ResolveAlert, Severity
from domain.detection.alarm_rules import JOINT
from domain.detection.device import DeviceVerdict
from domain.detection.explanation import explain
from domain.detection.moment import written
from domain.detection.series import Verdict
from domain.event import one_line

SOURCE = "detector"
_MOST_VIEWS = 4


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is the sample's time in s since the epoch."""

    kind: Literal["raised", "resolved", "drifted"]
    device_id: str
    metric: str
    interface: str
    key: str
    at: float
    title: str = ""
    severity: Severity = "medium"
    detail: dict[str, Any] = {}

    def command(self) -> RaiseAlert | ResolveAlert:
        if self.kind == "raised":
            return RaiseAlert(
                key=self.key,
                severity=self.severity,
                title=self.title,
                device_id=self.device_id,
                source=SOURCE,
                interface=self.interface,
                metric=self.metric,
                group=f"anomaly/{self.device_id}",
                detail=self.detail,
            )
        return ResolveAlert(reason=self.title)


def series_detail(
    metric: str, interface: str, at: float, value: float, verdict: Verdict, needed: float, seen: int
) -> tuple[str, dict[str, Any]]:
    """Title and detail of an alert on one series."""
    explanation = explain(verdict, value)
    assert explanation is not None  # only a warm series alarms
    where = f" on {interface}" if interface else ""
    lead = explanation.parts[0].name if explanation.parts else "unusual"
    return one_line(f"{metric}{where}: {value:.6g}, {lead}"), {
        "detector": "series",
        "metric": metric,
        "interface": interface,
        "at": written(at),
        "value": value,
        "score": round(verdict.score, 4),
        "needed": round(needed, 4),
        "expected": verdict.expected,
        "expected_low": explanation.expected_low,
        "expected_high": explanation.expected_high,
        "parts": [{"name": part.name, "surprise": round(part.surprise, 2)} for part in explanation.parts],
        "text": explanation.text,
        "samples_seen": seen,
    }


def joint_detail(at: float, verdict: DeviceVerdict, needed: float, seen: int) -> tuple[str, dict[str, Any]]:
    """Title and detail of an alert on a device's metrics together."""
    views = verdict.views[:_MOST_VIEWS]
    text = "; ".join(
        f"{view.metric} is {view.value:.6g} where the others let expect {view.expected:.6g}" for view in views
    )
    names = ", ".join(view.metric for view in views[:2])
    return one_line(f"unusual together: {names}"), {
        "detector": "device",
        "metric": JOINT,
        "interface": "",
        "at": written(at),
        "score": round(verdict.score, 4),
        "needed": round(needed, 4),
        "views": [
            {
                "metric": view.metric,
                "value": view.value,
                "expected": view.expected,
                "deviations": round(view.deviations, 2),
            }
            for view in views
        ],
        "text": text,
        "samples_seen": seen,
    }
