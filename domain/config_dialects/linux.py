"""Configurations of Linux: chosen files, each under a heading of its own with its length, so that a missing byte is seen."""

from domain.config_dialect import REST, Dialect, Secret
from domain.config_dialects.cisco_secrets import PRIVATE_KEYS

FILE_HEADING = r"^### file (?P<path>/\S+) (?P<mode>[0-7]{3,4}) (?P<bytes>\d{1,12})$"
"""Stands before each file, with its permissions and its length; the file follows, and one line end."""
END = "### end of files"

LINUX = Dialect(
    platforms=("linux",),
    structure="files",
    comment=r"^[ \t]*#(?!## file)",
    secrets=(
        Secret(
            r"(?i)(?<![\w.-])[\w.-]*(?:password|passwd|passphrase|secret|psk|private_?key|presharedkey|api_?key|auth_?key|token|community)"
            rf"[\"']?[ \t]*[:= \t][ \t]*(?P<s>{REST})"
        ),
        Secret(
            rf"(?i)^[ \t]*(?:rocommunity6?|rwcommunity6?|com2sec6?|trapsink|trap2sink|createUser|authtrapenable) (?P<s>{REST})"
        ),
        Secret(r"^[a-z_][\w.-]*:(?P<s>[$!*][^:\n]*)(?=:)"),
        *PRIVATE_KEYS,
    ),
    begins=r"^### file /",
    ends=rf"^{END}$",
    broken=(r"^(?:cat|stat|wc|sh|bash): .*",),
)
