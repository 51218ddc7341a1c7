"""Configurations of Cisco NX-OS (show running-config), which have no last line by which one could tell that they are whole."""

from domain.config_dialect import WORD, Block, Dialect, Secret, Volatile
from domain.config_dialects.cisco_ios import CISCO_EDITS
from domain.config_dialects.cisco_secrets import CISCO_SECRETS

CISCO_NXOS = Dialect(
    platforms=("nxos",),
    structure="indent",
    comment=r"^[ \t]*!",
    preamble=(r"^Building configuration\.\.\..*$",),
    volatile=(
        Volatile(r"^!Command: .*$"),
        Volatile(r"^!Time: .*$"),
        Volatile(r"^!(?:Running|NVRAM) config\w* last .*$"),
        Volatile(r"^!No configuration change since .*$"),
    ),
    secrets=(
        Secret(rf"^ *(?:no |default )?snmp-server user .*?\blocalizedkey(?:V2key)?.*?(?P<s>{WORD})$"),
        Secret(rf"^ *(?:no |default )?username \S+ password \d (?P<s>{WORD})"),
        *CISCO_SECRETS,
    ),
    blocks=(Block(r"^banner (?:motd|exec) (?P<d>\S)", "{d}"),),
    begins=r"^version ",
    broken=(r"^(?:ERROR|% ?(?:Error|Permission|Invalid)).*",),
    author=(r"^!Running configuration last done at: (?P<at>.+?)(?: by (?P<by>\S+))?$",),
    edits=CISCO_EDITS,
)
