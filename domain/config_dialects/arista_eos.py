"""Configurations of Arista EOS (show running-config)."""

from msgspec.structs import replace

from domain.config_dialect import REST, Block, Dialect, Secret, Volatile
from domain.config_dialects.cisco_ios import CISCO_EDITS
from domain.config_dialects.cisco_secrets import CISCO_SECRETS

ARISTA_EOS = Dialect(
    platforms=("arista_eos",),
    structure="indent",
    comment=r"^[ \t]*!",
    preamble=(r"^Building configuration\.\.\..*$",),
    volatile=(
        Volatile(r"^! Command: .*$"),
        Volatile(r"^! Startup-config last modified at .*$"),
    ),
    secrets=(Secret(rf"^ *(?:no |default )?neighbor \S+ password (?:7 )?(?P<s>{REST})"), *CISCO_SECRETS),
    blocks=(
        Block(r"^ *banner (?:motd|login)[ \t]*$", r"^EOF"),
        Block(r"^ *code(?: unit \S+)?[ \t]*$", r"^ *EOF"),
    ),
    begins=r"^(?:! device: |hostname |no aaa root|switchport |transceiver |service |spanning-tree )",
    ends=r"^end$",
    broken=(r"^% ?(?:Error|Unable|Internal|Authorization).*",),
    author=(r"^! Startup-config last modified at (?P<at>.+?) by (?P<by>\S+)",),
    edits=replace(CISCO_EDITS, single=(*CISCO_EDITS.single, r"^(?:management api|prompt)\b")),
)
