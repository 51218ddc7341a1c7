"""MikroTik (MIKROTIK-MIB, SwOS manual)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Value

RULES = (
    Rule(
        os="routeros",
        os_name="RouterOS",
        vendor="MikroTik",
        type="router",
        oid=("14988.1",),
        model=(Descr(r"^RouterOS (?P<v>\S.*)"), Value("mtxrBoardName", "14988.1.1.7.9.0")),
        version=(Value("mtxrLicVersion", "14988.1.1.4.4.0"), Value("mtxrFirmwareVersion", "14988.1.1.7.4.0")),
        serial=(Value("mtxrSerialNumber", "14988.1.1.7.3.0"),),
        type_when=(
            (Descr(r"^RouterOS (?:CRS|CSS|FTC)"), "switch"),
            (
                Descr(r"^RouterOS .{0,40}(?:LHG|SXT|Disc|wAP|cAP|DynaDish|NetMetal|mANT|Groove|QRT)"),
                "wireless",
            ),
        ),
    ),
    Rule(
        os="swos",
        os_name="SwOS",
        vendor="MikroTik",
        type="switch",
        oid=("14988.2",),
        model=(Descr(r"^(?P<v>\S.{0,60}?)\s+SwOS\b"), Descr(r"^(?!SwOS)(?P<v>\S+)")),
        version=(
            Value("mtxrFirmwareVersion", "14988.1.1.7.4.0"),
            Descr(r"SwOS(?: Lite)? v?(?P<v>\d\S*)"),
        ),
        serial=(Value("mtxrSerialNumber", "14988.1.1.7.3.0"),),
    ),
)
