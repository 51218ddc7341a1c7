"""Configurations of HP and Aruba switches with ProVision or ArubaOS-Switch (show running-config)."""

from domain.config_dialect import WORD, Block, Dialect, LineEdits, Secret, Volatile
from domain.config_dialects.cisco_secrets import CISCO_SECRETS

HP_PROCURVE = Dialect(
    platforms=("procurve",),
    structure="indent",
    comment=r"^[ \t]*;",
    preamble=(r"^[ \t]*Running configuration:[ \t]*$", r"^[ \t]*Startup configuration:.*$"),
    volatile=(Volatile(r"^; Created on .*$"),),
    secrets=(
        Secret(
            rf"^ *(?:no |default )?password (?:manager|operator|all) (?:user-name {WORD} )?(?:(?:plaintext|sha1|sha256) )?(?P<s>{WORD})"
        ),
        Secret(rf"^ *(?:no |default )?snmp-server community (?P<s>{WORD})"),
        Secret(rf"^ *(?:no |default )?snmp-server host \S+ (?:community )?(?P<s>{WORD})"),
        Secret(rf"^ *(?:no |default )?snmpv3 user .*?\bauth (?:md5 |sha )?(?P<s>{WORD})"),
        Secret(rf"^ *(?:no |default )?snmpv3 user .*?\bpriv (?:des |aes )?(?P<s>{WORD})"),
        Secret(
            rf"^ *(?:no |default )?(?:radius-server|tacacs-server)\b.*?\b(?:key|encrypted-key) (?P<s>{WORD})"
        ),
        *CISCO_SECRETS,
    ),
    blocks=(Block(r'^ *banner (?:motd|exec) (?P<d>")', "{d}"),),
    begins=r"^(?:; \S+ Configuration Editor|hostname )",
    broken=(r"^(?:Invalid input|Error|Unable|Another user).*",),
    edits=LineEdits(
        single=(
            r"^(?:hostname|name|time timezone|snmp-server contact|snmp-server location|ip default-gateway|console idle-timeout)\b",
            r"^speed-duplex\b",
            r"^ip address\b",
        ),
        removable=(r"^(?:vlan|trunk|ip access-list|policy|class)\b",),
        modes=(r"^(?:vlan|interface) \S+$", r"^ip access-list ", r"^oobm$"),
        keep=(r"^(?:module|interface|oobm|exit|include-credentials|hostname)\b", r"^password\b"),
        add_first=(r"^ip route\b", r"^ip default-gateway\b", r"^(?:tagged|untagged)\b"),
        shorten=(r"^(?:name|speed-duplex|time timezone)\b",),
    ),
)
