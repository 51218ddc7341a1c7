"""Alert rules that ship with Netledger: those that are active from the first start, and others to start from."""

from uuid import UUID, uuid5

import msgspec

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
from domain.alerting.scope import Scope

_TEMPLATES = UUID("0f0c1f7e-4a57-5a43-8d7e-5b6a0b1f2c44")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A rule to start from. `active`: it is a rule from the first start on."""

    id: str
    rule: Rule
    active: bool = True

    @property
    def rule_id(self) -> UUID:
        """The id of the rule that the first start makes of it, so that no second start makes another."""
        return uuid5(_TEMPLATES, self.id)


TEMPLATES: tuple[Template, ...] = (
    Template(
        id="device-down",
        rule=Rule(
            name="Device down",
            condition=DeviceDown(for_s=30.0),
            severity="critical",
            description="The device answers neither ICMP nor its management protocol.",
        ),
    ),
    Template(
        id="interface-down",
        rule=Rule(
            name="Interface down",
            condition=InterfaceDown(for_s=60.0, clear_for_s=30.0),
            severity="medium",
            scope=Scope(not_interfaces=("lo*", "<*", "Null*", "docker*", "veth*")),
            description="An interface that was up went down. Ports that were never up, and a customer's session, do not count.",
            group_by="device",
        ),
    ),
    Template(
        id="packet-loss",
        rule=Rule(
            name="Packet loss",
            condition=Threshold(metric="icmp_loss_percent", op=">", value=20.0, clear=5.0, for_s=300.0, clear_for_s=120.0),
            severity="medium",
        ),
    ),
    Template(
        id="latency",
        rule=Rule(
            name="High latency",
            condition=Threshold(metric="icmp_rtt_ms", op=">", value=250.0, clear=200.0, for_s=600.0, clear_for_s=120.0),
            severity="low",
        ),
    ),
    Template(
        id="cpu",
        rule=Rule(
            name="CPU busy",
            condition=Threshold(metric="cpu_percent", op=">", value=90.0, clear=75.0, for_s=600.0, clear_for_s=120.0),
            severity="medium",
        ),
    ),
    Template(
        id="memory",
        rule=Rule(
            name="Memory nearly used up",
            condition=Threshold(metric="memory_percent", op=">", value=95.0, clear=90.0, for_s=600.0, clear_for_s=120.0),
            severity="medium",
        ),
    ),
    Template(
        id="storage",
        rule=Rule(
            name="Storage nearly full",
            condition=Threshold(metric="storage_percent", op=">", value=90.0, clear=85.0, for_s=300.0),
            severity="high",
            group_by="device",
        ),
    ),
    Template(
        id="temperature",
        rule=Rule(
            name="Too hot",
            condition=Threshold(metric="temperature_celsius", op=">", value=75.0, clear=68.0, for_s=300.0, clear_for_s=120.0),
            severity="high",
            group_by="device",
        ),
    ),
    Template(
        id="interface-errors",
        rule=Rule(
            name="Interface errors",
            condition=Threshold(metric="if_in_errors_per_s", op=">", value=1.0, clear=0.1, for_s=600.0, clear_for_s=600.0),
            severity="low",
            group_by="device",
            description="Frames that arrive broken: a cable, a connector, an optic or a duplex mismatch.",
        ),
    ),
    Template(
        id="optical-power",
        rule=Rule(
            name="Optical power out of range",
            condition=Threshold(
                metric="optical_rx_dbm", op="outside", value=-24.0, upper=1.0, clear=-22.0, clear_upper=0.0, for_s=300.0
            ),
            severity="medium",
            group_by="device",
        ),
    ),
    Template(
        id="rebooted",
        rule=Rule(
            name="Rebooted",
            condition=Threshold(metric="uptime_s", op="<", value=600.0),
            severity="info",
        ),
    ),
    Template(
        id="no-data",
        rule=Rule(
            name="No telemetry",
            condition=Absence(metric="uptime_s", for_s=1_800.0),
            severity="medium",
            description="A device that was polled gives nothing any more, although it is not known to be down.",
        ),
    ),
    Template(
        id="anomaly",
        rule=Rule(
            name="Unusual behaviour",
            condition=Anomaly(score=0.0),
            severity="low",
            group_by="device",
            description="What detectors find: `detection/threshold` in the settings says from which score on.",
        ),
    ),
    Template(
        id="compliance",
        rule=Rule(
            name="Configuration breaks a policy",
            condition=Compliance(min_severity="info"),
            severity="info",
            group_by="device",
            description="What compliance checks find: `compliance/alert_from` in the settings says from which severity on.",
        ),
    ),
    Template(
        id="config-drift",
        rule=Rule(description="The configuration was changed, and not by Netledger. Over when a backup is tagged stable or restored.", name="Configuration drift", condition=ConfigDrift(), severity="medium"),
    ),
    Template(
        id="customer-drift",
        rule=Rule(
            name="Customer differs from the ledger",
            condition=CustomerDrift(),
            severity="medium",
            group_by="device",
        ),
    ),
    Template(
        id="authentication-failure",
        active=False,
        rule=Rule(
            name="SNMP authentication failure",
            condition=LogMatch(source="trap", trap_oid="1.3.6.1.6.3.1.1.5.5"),
            severity="low",
            description="Somebody asks the agent with a wrong community or user (SNMPv2-MIB authenticationFailure).",
        ),
    ),
    Template(
        id="bgp-neighbour",
        active=False,
        rule=Rule(
            name="BGP neighbour lost",
            condition=LogMatch(source="syslog", contains=("BGP", "Down"), clear_contains=("BGP", "Up")),
            severity="high",
        ),
    ),
    Template(
        id="ospf-neighbour",
        active=False,
        rule=Rule(
            name="OSPF neighbour lost",
            condition=LogMatch(source="syslog", contains=("OSPF", "FULL to DOWN"), clear_contains=("OSPF", "to FULL")),
            severity="high",
        ),
    ),
    Template(
        id="grave-syslog",
        active=False,
        rule=Rule(
            name="Grave syslog message",
            condition=LogMatch(source="syslog", contains=(" ",), max_level=2),
            severity="high",
            description="Emergency, alert and critical messages (RFC 5424, severity 0 to 2).",
        ),
    ),
    Template(
        id="uplink-saturated",
        active=False,
        rule=Rule(
            name="Uplink saturated",
            condition=Threshold(metric="if_in_bps", op=">", value=900e6, clear=800e6, for_s=600.0, clear_for_s=300.0),
            severity="medium",
            scope=Scope(labels=("uplink",)),
            description="900 of 1,000 Mbit/s for ten minutes. Set value and scope to your links.",
        ),
    ),
)  # fmt: skip
