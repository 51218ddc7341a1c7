"""What an alert rule says: a condition on what is observed, where it holds, and how grave it is."""

import math
from typing import Annotated, Literal

import msgspec

from domain.alert_commands import Severity
from domain.alerting.scope import Scope
from domain.detection.alarm_rules import JOINT
from domain.errors import Invalid
from domain.metrics import check_name

Seconds = Annotated[float, msgspec.Meta(ge=0, le=2_592_000)]
Metric = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Operator = Literal[">", "<", ">=", "<=", "outside"]


class Threshold(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="threshold"
):
    """A metric beyond a value: gauges, rates, percentages, and states such as `if_oper_up`.

    With `outside` the metric must stay from `value` to `upper`. `clear` (and `clear_upper`) are where it must return
    to before the alert is over; left out, that is `value` (and `upper`) itself.
    """

    metric: Metric
    op: Operator
    value: float
    upper: float | None = None
    clear: float | None = None
    clear_upper: float | None = None
    for_s: Seconds = 0.0
    clear_for_s: Seconds = 0.0


class Absence(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="absence"
):
    """No value of a metric for so long, of a series that had one."""

    metric: Metric
    for_s: Annotated[float, msgspec.Meta(ge=10, le=2_592_000)] = 900.0


class DeviceDown(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="device_down"
):
    """The device does not answer, as the ledger says."""

    for_s: Seconds = 30.0


class InterfaceDown(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="interface_down",
):
    """An interface that was up is not any more (IF-MIB ifOperStatus): ports that were never up raise nothing."""

    for_s: Seconds = 30.0
    clear_for_s: Seconds = 0.0


class Anomaly(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="anomaly"
):
    """A detector's score above a threshold, for one metric or (empty) for all."""

    score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.8
    metric: Annotated[str, msgspec.Meta(max_length=100)] = ""
    hold_s: Annotated[float, msgspec.Meta(ge=60, le=2_592_000)] = 1_800.0
    """Means nothing any more: detectors say themselves when it is over."""


class Compliance(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="compliance"
):
    """A configuration that breaks a policy; `min_severity` leaves lesser findings out."""

    min_severity: Severity = "low"


class ConfigDrift(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="config_drift",
):
    """A configuration that was changed, and not by Netledger; over when a backup is tagged stable or restored."""


class CustomerDrift(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="customer_drift",
):
    """A customer's secret on the router differs from the ledger."""


class LogMatch(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="log"
):
    """A trap or syslog message with all of these words, in any case. Words and not patterns: a device chooses the text,
    and no text may make matching slow."""

    source: Literal["trap", "syslog", "any"] = "any"
    contains: tuple[Words, ...] = ()
    trap_oid: Annotated[str, msgspec.Meta(pattern=r"^(\d+(\.\d+)*)?$", max_length=200)] = ""
    """The trap's own OID (snmpTrapOID.0) or a prefix of it."""
    max_level: Annotated[int, msgspec.Meta(ge=0, le=7)] = 7
    """Syslog severity (RFC 5424, 6.2.1): 0 is the gravest; messages above it do not match."""
    clear_contains: tuple[Words, ...] = ()
    """A message with all of these words ends the alert."""
    hold_s: Annotated[float, msgspec.Meta(ge=60, le=2_592_000)] = 3_600.0
    """Without another match the alert is over after so long."""


Condition = (
    Threshold
    | Absence
    | DeviceDown
    | InterfaceDown
    | Anomaly
    | Compliance
    | ConfigDrift
    | CustomerDrift
    | LogMatch
)
KINDS: dict[type[Condition], str] = {
    Threshold: "threshold",
    Absence: "absence",
    DeviceDown: "device_down",
    InterfaceDown: "interface_down",
    Anomaly: "anomaly",
    Compliance: "compliance",
    ConfigDrift: "config_drift",
    CustomerDrift: "customer_drift",
    LogMatch: "log",
}


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an alert rule."""

    name: Name
    condition: Condition
    severity: Severity = "medium"
    scope: Scope = Scope()
    enabled: bool = True
    description: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    group_by: Literal["rule", "site", "device"] = "site"
    """Which alerts of this rule are told in one message: all, those of a site, those of a device."""

    @property
    def kind(self) -> str:
        return KINDS[type(self.condition)]


class RuleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in force, with its id and the version of its text."""

    id: str
    version: int
    rule: Rule


def check(rule: Rule) -> None:
    """Refuses what can never hold or never end; raises Invalid with the field."""
    condition = rule.condition
    if isinstance(condition, Threshold | Absence) or (
        isinstance(condition, Anomaly) and condition.metric not in ("", JOINT)
    ):
        check_name(condition.metric, "condition.metric")
    if isinstance(condition, Threshold):
        _check_threshold(condition)
    if isinstance(condition, LogMatch) and not (condition.contains or condition.trap_oid):
        raise Invalid("say which words or which trap the message has", field="condition.contains")


def _check_threshold(condition: Threshold) -> None:
    given = {
        "value": condition.value,
        "upper": condition.upper,
        "clear": condition.clear,
        "clear_upper": condition.clear_upper,
    }
    for field, number in given.items():
        if number is not None and not math.isfinite(number):
            raise Invalid(f"{field} must be a finite number", field=f"condition.{field}")
    value, upper, clear, clear_upper = given.values()
    assert value is not None  # it has no default
    if condition.op == "outside":
        if upper is None or upper < value:
            raise Invalid("outside needs an upper that is not below value", field="condition.upper")
        low = value if clear is None else clear
        high = upper if clear_upper is None else clear_upper
        if low < value or high > upper or low > high:
            raise Invalid("the clear range must lie within value and upper", field="condition.clear")
        return
    for field in ("upper", "clear_upper"):
        if given[field] is not None:
            raise Invalid(f"{field} belongs to the operator outside alone", field=f"condition.{field}")
    if clear is not None and (clear > value if condition.op in (">", ">=") else clear < value):
        raise Invalid(
            "clear must not lie beyond value, or the alert would end while it holds", field="condition.clear"
        )
