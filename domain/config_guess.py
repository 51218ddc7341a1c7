"""Which platform a configuration was written for, by what it looks like; for texts that came without a device."""

from domain.config_dialect import compiled

_LOOKS: tuple[tuple[str, str], ...] = (
    ("routeros", r"^# .*by RouterOS|^/(?:ip|system|interface|tool|routing|ppp|queue|snmp)(?: |$)"),
    ("vyos", r"^set (?:system|interfaces|service|protocols|firewall) "),
    ("junos", r"^(?:system|interfaces|protocols|security|snmp|routing-options) \{$"),
    ("iosxr", r"^!! IOS XR Configuration|^ssh server v2$|^interface (?:MgmtEth|GigabitEthernet)0/[A-Z0-9]+/"),
    ("nxos", r"^feature \w|^vrf context "),
    ("arista_eos", r"^! device: .*EOS|^management api |^transceiver qsfp"),
    ("vrp", r"^(?:sysname |user-interface |undo |return$)"),
    ("procurve", r"^; .*(?:Configuration Editor|Release)"),
    (
        "ios",
        r"^(?:version \d+\.\d+|hostname \S+|service timestamps|interface (?:\S*Ethernet|Vlan|Loopback)|line vty )",
    ),
)
_HEAD = 200_000
"""Characters that are looked at."""


def guessed_platform(text: str) -> str:
    """Empty where nothing fits."""
    head = text[:_HEAD]
    return next((platform for platform, look in _LOOKS if compiled(look).search(head)), "")
