"""Configurations of MikroTik RouterOS (/export); long lines are broken with a backslash, in the middle of a value if need be."""

from domain.config_dialect import Dialect, Secret, Volatile
from domain.config_dialects.cisco_secrets import PRIVATE_KEYS

_VALUE = r'(?:"(?:\\.|[^"\\\n])*"|[^\s;]+)'

MIKROTIK_ROUTEROS = Dialect(
    platforms=("routeros",),
    structure="paths",
    comment=r"^[ \t]*#",
    continuation=True,
    volatile=(
        # `# 2024-05-01 10:11:12 by RouterOS 7.14.3`, before 7.10 `# may/01/2024 10:11:12 by RouterOS 6.49.10`
        Volatile(r"^# (?:\d{4}-\d\d-\d\d|\w{3}/\d\d/\d{4}) \d\d:\d\d:\d\d by ", "# by "),
        Volatile(r"^# \w{3}/\d\d/\d{4} \d\d:\d\d:\d\d$"),
    ),
    secrets=(
        Secret(
            r"(?<![\w.-])(?:[\w.-]*(?:password|passphrase|secrets?|psk|shared-key|private-key)|authentication-key|tcp-md5-key|auth-key|"
            rf"md5-key|key|static-key-\d|dh-key|api-key|token|pin|community)=(?P<s>{_VALUE})"
        ),
        Secret(rf"(?<![\w-])name=(?P<s>{_VALUE})", within=r"^/snmp community\b[^\n]*\n?(?:(?!/)[^\n]*\n?)*"),
        *PRIVATE_KEYS,
    ),
    begins=r"^# .*by RouterOS",
    broken=(
        r"^[ \t]*#\s*error exporting.*",
        r"^#\s*interrupted.*",
        r"^(?:bad command name|expected end of command|syntax error).*",
    ),
)
