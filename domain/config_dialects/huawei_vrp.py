"""Configurations of Huawei VRP (display current-configuration)."""

from domain.config_dialect import REST, WORD, Block, Dialect, LineEdits, Secret, Volatile
from domain.config_dialects.cisco_secrets import PRIVATE_KEYS

HUAWEI_VRP = Dialect(
    platforms=("vrp",),
    structure="indent",
    comment=r"^[ \t]*(?:#|!)",
    volatile=(
        Volatile(r"^!Last configuration was (?:updated|saved) at .*$"),
        Volatile(r"^!(?:Current|Started) .*$"),
    ),
    secrets=(
        # Reversible cipher text is encrypted anew with a random salt whenever it is shown.
        Secret(
            r"(?P<s>%\^%#[^\n]*?%\^%#|%@%@[^\n]*?%@%@|%\$%\$[^\n]*?%\$%\$|%\+%#[^\n]*?%\+%#)", unstable=True
        ),
        Secret(rf"\b(?:cipher|irreversible-cipher|simple|plain) (?P<s>{REST})"),
        Secret(rf"\bsnmp-agent community (?:read|write) (?:cipher )?(?P<s>{WORD})"),
        Secret(rf"\bsecurityname (?:cipher )?(?P<s>{WORD})"),
        Secret(
            rf"\b(?:authentication-mode|privacy-mode) (?:md5|sha\S*|aes\d*|des56|3des) (?:\d+ )?(?:cipher |plain |simple )?(?P<s>{WORD})"
        ),
        Secret(
            rf"\b(?:password|pre-shared-key|shared-key|secret|key-string|hmac-\S+)(?: \d+)? (?:(?:cipher|simple|irreversible-cipher) )?(?P<s>{WORD})"
        ),
        *PRIVATE_KEYS,
    ),
    blocks=(
        Block(r"^ *header (?:login|shell) information (?P<d>[\"%^#])", "{d}"),
        Block(r"^ *public-key-code begin", r"^ *public-key-code end"),
    ),
    begins=r"^[ \t]*(?:sysname |#$|!Software)",
    ends=r"^return$",
    broken=(r"^[ \t]*Error: .*", r"^Info: .*(?:busy|locked).*"),
    author=(r"^!Last configuration was (?:updated|saved) at (?P<at>.+?) by (?P<by>\S+)",),
    edits=LineEdits(
        negate="undo",
        leave="quit",
        single=(
            r"^(?:sysname|description|mtu|speed|duplex|bandwidth|port link-type|port default vlan|port trunk pvid|stelnet server)\b",
            r"^ip address\b(?!.*\bsub\b)",
            r"^local-user \S+ (?:password|privilege|service-type|level)\b",
            r"^(?:idle-timeout|authentication-mode|user privilege level|protocol inbound|super password)\b",
            r"^snmp-agent sys-info (?:contact|location|version)\b",
            r"^(?:header \S+|clock timezone|router id|router-id|cost|preference|info-center source)\b",
        ),
        ordered=(r"^acl ", r"^traffic policy ", r"^route-policy "),
        removable=(
            r"^interface (?:LoopBack|Vlanif|Tunnel|Eth-Trunk|Dialer|Virtual-Template)",
            r"^interface \S+\.\d+",
            r"^(?:vlan|acl|bgp|ospf|isis|rip|ip pool|ip vpn-instance|traffic|route-policy|domain|radius-server template|"
            r"hwtacacs-server template|ip ip-prefix|bfd|nqa|stp region-configuration)\b",
            r"^(?:area|ipv4-family|ipv6-family|domain|authentication-scheme|authorization-scheme)\b",
        ),
        modes=(
            r"^(?:interface|vlan|acl|bgp|ospf|isis|ip pool|ip vpn-instance|user-interface|aaa|domain|area) ?\S*$",
        ),
        keep=(
            r"^(?:return|aaa|!.*)$",
            r"^interface (?:\S*Ethernet|XGigabitEthernet|\d+GE|MEth|NULL|Console)[\d/]*",
            r"^user-interface\b",
        ),
        add_first=(r"^ip route-static\b", r"^local-user\b"),
        shorten=(
            r"^(?:description|sysname|mtu|header \S+)\b",
            r"^snmp-agent sys-info (?:contact|location)",
            r"^local-user \S+",
        ),
    ),
)
