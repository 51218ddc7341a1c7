"""Configurations of Cisco IOS and IOS XE (show running-config)."""

from domain.config_dialect import Block, Dialect, LineEdits, Volatile
from domain.config_dialects.cisco_secrets import CISCO_SECRETS

BANNER = Block(
    r"^ *(?:banner (?:motd|login|exec|incoming|prompt-timeout|slip-ppp)|default banner) (?P<d>\^C|\S)", "{d}"
)

CISCO_EDITS = LineEdits(
    single=(
        r"^hostname\b",
        r"^description\b",
        r"^(?:ip|ipv4) address\b(?!.*\bsecondary\b)",
        r"^(?:bandwidth|mtu|ip mtu|speed|duplex|delay|load-interval|encapsulation)\b",
        r"^switchport (?:mode|access vlan|voice vlan|trunk native vlan|trunk allowed vlan(?! add))\b",
        r"^(?:vrf forwarding|ip vrf forwarding|channel-group|spanning-tree (?:mode|cost|priority))\b",
        r"^username \S+",
        r"^enable (?:secret|password)\b",
        r"^(?:exec-timeout|session-timeout|transport input|transport output|transport preferred|login|access-class \S+ in|privilege level)\b",
        r"^snmp-server (?:contact|location|chassis-id)\b",
        r"^snmp-server community \S+",
        r"^logging (?:buffered|console|monitor|trap|facility|source-interface|history)\b",
        r"^(?:clock timezone|clock summer-time|ntp source|ip domain[- ]name|ip default-gateway|router-id|bgp router-id)\b",
        r"^banner \S+",
        r"^neighbor \S+ (?:remote-as|password|description|update-source|timers|ebgp-multihop|route-map \S+ (?:in|out)|prefix-list)\b",
        r"^(?:name|remote-as|maximum-paths|distance|cost|ip ospf (?:cost|priority|network))\b",
        r"^service timestamps (?:debug|log)\b",
        r"^(?:vtp (?:mode|domain)|boot system|ip ssh version|ip tftp source-interface|ip ftp source-interface)\b",
    ),
    ordered=(
        r"^ip access-list ",
        r"^ipv6 access-list ",
        r"^policy-map ",
        r"^object-group ",
    ),
    removable=(
        r"^interface (?:Loopback|Vlan|Tunnel|Port-channel|BDI|Dialer|Virtual-Template|NVE|nve|loopback|port-channel|vlan)",
        r"^interface \S+\.\d+",
        r"^(?:router|vlan|vrf|ip vrf|ip access-list|ipv6 access-list|route-map|class-map|policy-map|object-group|key chain|aaa group|"
        r"crypto map|crypto isakmp|crypto ipsec|ip dhcp pool|ip sla|track|archive|event manager|flow|monitor session|"
        r"template|l2vpn|bridge-domain|radius server|tacacs server|ip nat pool|ip explicit-path|parameter-map)\b",
        r"^(?:address-family|vrf|class|parameters|seq|rule)\b",
    ),
    modes=(
        r"^(?:interface|router|line) \S+",
        r"^vlan [\d,-]+$",
        r"^(?:vrf (?:definition|context)|ip vrf|class-map|policy-map|route-map|ip access-list|ipv6 access-list|object-group|key chain|ip dhcp pool)\b",
    ),
    keep=(
        r"^(?:version|boot-start-marker|boot-end-marker|end|license|redundancy|diagnostic|platform|memory|switch \d+ provision|module)\b",
        r"^ *(?:quit|certificate|self-signed)\b",
        r"^crypto pki\b",
        r"^interface (?:\S*Ethernet|\S*GigE|GigabitEthernet|Serial|Cellular|mgmt|Management|AppGigabit|MgmtEth)[\d/]+$",
        r"^line (?:con|aux|vty|tty|console)\b",
    ),
    add_first=(
        r"^ip(?:v6)? route\b",
        r"^username\b",
        r"^ip default-gateway\b",
        r"^(?:aaa|radius|tacacs)\b",
        r"^ip ssh\b",
    ),
)

CISCO_IOS = Dialect(
    platforms=("iosxe", "ios"),
    structure="indent",
    comment=r"^[ \t]*!",
    preamble=(
        r"^Building configuration\.\.\..*$",
        r"^Current configuration : \d+ bytes.*$",
        r"^Using \d+ out of \d+ bytes.*$",
        r"^Load for five secs: .*$",
        r"^Time source is .*$",
    ),
    volatile=(
        Volatile(
            r"^! (?:Last configuration change|NVRAM config last updated|No configuration change since) .*$"
        ),
        Volatile(r"^ntp clock-period \d+ *$"),
        Volatile(r"^!Time: .*$"),
        Volatile(r"^! *\d\d:\d\d:\d\d(?:\.\d+)? \w+ .*$"),
    ),
    secrets=CISCO_SECRETS,
    blocks=(BANNER,),
    begins=r"^(?:version|hostname|service|upgrade|boot-start-marker) ",
    ends=r"^end$",
    broken=(r"^% ?(?:Error|Unable|Authorization failed|Configuration (?:is )?(?:locked|buffer))",),
    announced_bytes=r"^Current configuration : (?P<n>\d+) bytes",
    author=(r"^! Last configuration change at (?P<at>.+?) by (?P<by>\S+)",),
    edits=CISCO_EDITS,
)
