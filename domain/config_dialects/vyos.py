"""Configurations of VyOS and EdgeOS as commands (show configuration commands)."""

from domain.config_dialect import Dialect, Secret
from domain.config_dialects.cisco_secrets import PRIVATE_KEYS

_VALUE = r"(?:'[^'\n]*'|\"[^\"\n]*\"|\S+)"

VYOS = Dialect(
    platforms=("vyos", "edgeos"),
    structure="commands",
    comment=r"^[ \t]*(?:#|//)",
    secrets=(
        Secret(
            r"^(?:set|delete) .*\b(?:encrypted-password|plaintext-password|plaintext-key|encrypted-key|password|secret|pre-shared-secret|"
            r"pre-shared-key|shared-secret|passphrase|private-key|preshared-key|auth-key|authentication-key|md5-key|psk|"
            rf"wpa passphrase|private key|shared-secret-key|key-string|simple) (?P<s>{_VALUE})"
        ),
        Secret(rf"^(?:set|delete) service snmp community (?P<s>{_VALUE})"),
        Secret(rf"^(?:set|delete) .*\bkey (?P<s>{_VALUE})$"),
        *PRIVATE_KEYS,
    ),
    begins=r"^set ",
    broken=(r"^(?:Invalid command|Permission denied|Cannot|\s*Configuration system temporarily locked).*",),
)
