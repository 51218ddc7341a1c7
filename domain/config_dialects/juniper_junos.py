"""Configurations of Juniper Junos (show configuration), in braces."""

from domain.config_dialect import Dialect, Secret, Volatile
from domain.config_dialects.cisco_secrets import PRIVATE_KEYS

_VALUE = r'(?:"(?:\\.|[^"\\\n])*"|[^\s;"{]+)'

JUNIPER_JUNOS = Dialect(
    platforms=("junos",),
    structure="braces",
    comment=r"^[ \t]*(?:##|/\*)",
    preamble=(
        r"^\{(?:master|backup|linecard|primary|secondary|local)(?::\S+)?\}(?:\[edit\])?[ \t]*$",
        r"^\[edit\][ \t]*$",
    ),
    volatile=(Volatile(r"^## Last (?:commit|changed): .*$"),),
    secrets=(
        Secret(
            r"\b(?:encrypted-password|plain-text-password-value|secret|authentication-key|privacy-key|authentication-password|"
            r"privacy-password|simple-password|key|ascii-text|hexadecimal|password|shared-secret|passphrase|wpa-psk|psk) "
            rf"(?P<s>{_VALUE})(?=;|[ \t]*$|[ \t]*##)"
        ),
        Secret(r'(?P<s>"\$\w{1,2}\$[^"\n]*"|\$[89]\$[^\s;"]+)'),
        Secret(rf"(?<=[ \t])(?P<s>{_VALUE});[ \t]*## SECRET-DATA"),
        Secret(rf"^[ \t]*community (?P<s>{_VALUE}) \{{", within=r"^snmp \{\n(?:[ \t][^\n]*\n)*"),
        Secret(rf"^(?:set|delete) snmp community (?P<s>{_VALUE})"),
        *PRIVATE_KEYS,
    ),
    begins=r"^(?:## Last|version |system \{|groups \{)",
    broken=(r"^error: .*", r"^(?:warning|error): .*(?:timeout|timed out|busy).*"),
    author=(r"^## Last (?:commit|changed): (?P<at>.+?)(?: by (?P<by>\S+))?$",),
)
