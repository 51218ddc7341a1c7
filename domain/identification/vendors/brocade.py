"""Brocade, Foundry and Ruckus (FOUNDRY-SN-AGENT-MIB, SW-MIB, RUCKUS-ZD-SYSTEM-MIB, RUCKUS-HWINFO-MIB, RUCKUS-SZ-SYSTEM-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Entity, Value

FOUNDRY_SERIAL = (
    Value("snChasSerNum", "1991.1.1.1.1.2.0"),
    Value("snChasUnitSerNum.1", "1991.1.1.1.4.1.1.2.1"),
)

RULES = (
    Rule(
        os="ironware",
        os_name="IronWare",
        vendor="Brocade",
        type="switch",
        oid=("1991.1",),
        model=(
            Descr(r"(?P<v>NetIron \w+(?: \w*\d\w*)?)"),
            Descr(
                r"(?:Inc\.|Systems,? Inc\.|Wireless,? Inc\.) ?(?:Stacking System )?(?P<v>[A-Z]\w*\d[\w-]*)"
            ),
        ),
        version=(Descr(r"IronWare Version V?(?P<v>\S+)"), Value("snAgImgVer", "1991.1.1.2.1.11.0")),
        serial=FOUNDRY_SERIAL,
    ),
    Rule(
        os="foundryos",
        os_name="Foundry Networks",
        vendor="Foundry",
        type="switch",
        oid=("1991.1",),
        descr=r"^Foundry Networks",
        model=(Descr(r"Inc\.,? (?P<v>[^,]+)"),),
        version=(Descr(r"Version (?P<v>\S+)"),),
        serial=FOUNDRY_SERIAL,
    ),
    Rule(
        os="serveriron",
        os_name="ServerIron",
        vendor="Brocade",
        type="other",
        descr=r"ServerIron",
        model=(Descr(r"(?P<v>ServerIron ?\S*)"),),
        version=(Descr(r"Version (?P<v>\S+)"),),
        serial=FOUNDRY_SERIAL,
    ),
    Rule(
        os="fabos",
        os_name="Fabric OS",
        vendor="Brocade",
        type="switch",
        oid=("1588.2.1.1",),
        model=(Entity("descr", r"\d"),),
        version=(Value("swFirmwareVersion", "1588.2.1.1.1.1.6.0"),),
        serial=(Value("swSsn", "1588.2.1.1.1.1.10.0", r"^\w{6,16}$"),),
    ),
    Rule(
        os="nos",
        os_name="Network OS",
        vendor="Brocade",
        type="switch",
        oid=("1588.2.2", "1588.3.3"),
        model=(
            Descr(r"(?P<v>VDX\s?\w+)"),
            Value("entPhysicalDescr.1", "1.3.6.1.2.1.47.1.1.1.1.2.1"),
            Entity("model", class_=3),
        ),
        version=(
            Value("swFirmwareVersion", "1588.2.1.1.1.1.6.0"),
            Descr(r"(?:Version|NOS) (?P<v>[\w.]+)"),
        ),
        serial=(Value("entPhysicalSerialNum.1", "1.3.6.1.2.1.47.1.1.1.1.11.1"),),
    ),
    Rule(
        os="ruckuswireless",
        os_name="ZoneDirector",
        vendor="Ruckus",
        type="wireless",
        oid=("25053.3.1.5",),
        model=(Value("ruckusZDSystemModel", "25053.1.2.1.1.1.1.9.0"), Descr(r"(?P<v>ZD\d+)")),
        version=(Value("ruckusZDSystemVersion", "25053.1.2.1.1.1.1.18.0"),),
        serial=(Value("ruckusZDSystemSerialNumber", "25053.1.2.1.1.1.1.15.0"),),
    ),
    Rule(
        os="ruckuswireless-unleashed",
        os_name="Ruckus Unleashed",
        vendor="Ruckus",
        type="wireless",
        oid=("25053.3.1.15", "25053.3.1.4"),
        when=(Value("ruckusUnleashedSystemModel", "25053.1.15.1.1.1.1.9.0"),),
        model=(Value("ruckusUnleashedSystemModel", "25053.1.15.1.1.1.1.9.0"),),
        version=(Value("ruckusUnleashedSystemVersion", "25053.1.15.1.1.1.1.18.0"),),
        serial=(Value("ruckusUnleashedSystemSerialNumber", "25053.1.15.1.1.1.1.15.0"),),
    ),
    Rule(
        os="ruckuswireless-hotzone",
        os_name="Ruckus HotZone",
        vendor="Ruckus",
        type="wireless",
        oid=("25053.3.1.4", "25053.3.1"),
        model=(Value("ruckusHwInfoModelNumber", "25053.1.1.2.1.1.1.1.0"),),
        version=(Column("ruckusSwRevName", "25053.1.1.3.1.1.1.1.1.3"),),
        serial=(Value("ruckusHwInfoSerialNumber", "25053.1.1.2.1.1.1.2.0"),),
    ),
    Rule(
        os="ruckuswireless-sz",
        os_name="SmartZone",
        vendor="Ruckus",
        type="wireless",
        oid=("25053.3.1.10", "25053.3.1.11", "25053.3.1.13", "25053.3.1.14", "25053.3.1.8"),
        model=(Column("ruckusCtrlSystemNodeModel", "25053.1.8.1.1.1.1.1.1.3"),),
        version=(Column("ruckusCtrlSystemNodeVersion", "25053.1.8.1.1.1.1.1.1.9"),),
        serial=(
            Value("ruckusSZSystemSerialNumber", "25053.1.4.1.1.1.15.13.0"),
            Column("ruckusCtrlSystemNodeSerialNumber", "25053.1.8.1.1.1.1.1.1.4"),
        ),
    ),
)
