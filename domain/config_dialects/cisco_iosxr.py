"""Configurations of Cisco IOS XR (show running-config)."""

from msgspec.structs import replace

from domain.config_dialect import Block, Dialect, Volatile
from domain.config_dialects.cisco_ios import BANNER, CISCO_EDITS
from domain.config_dialects.cisco_secrets import CISCO_SECRETS

CISCO_IOSXR = Dialect(
    platforms=("iosxr",),
    structure="indent",
    comment=r"^[ \t]*!",
    preamble=(
        r"^Building configuration\.\.\..*$",
        r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? .*$",
    ),
    volatile=(Volatile(r"^!! Last configuration change at .*$"),),
    secrets=CISCO_SECRETS,
    blocks=(
        BANNER,
        Block(r"^route-policy ", r"^ *end-policy"),
        Block(
            r"^(?:prefix-set|as-path-set|community-set|extcommunity-set|rd-set|ospf-area-set|tag-set) ",
            r"^ *end-set",
        ),
    ),
    begins=r"^(?:!! IOS XR|hostname |interface )",
    ends=r"^end$",
    broken=(r"^% ?(?:Error|Unable|Permission).*", r"^ERROR: .*", r"^!!?% .*"),
    author=(r"^!! Last configuration change at (?P<at>.+?) by (?P<by>\S+)",),
    edits=replace(
        CISCO_EDITS,
        removable=(
            *CISCO_EDITS.removable,
            r"^(?:route-policy|prefix-set|as-path-set|community-set|neighbor|area|neighbor-group|session-group)\b",
        ),
        add_first=(*CISCO_EDITS.add_first, r"^(?:route-policy|prefix-set)\b"),
    ),
)
