"""APC by Schneider Electric (PowerNet-MIB), with NetBotz and Schneider's own controllers."""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Joined, ObjectId, Value

NETBOTZ = {
    "2000": "NetBotz WallBotz 500",
    "2001": "NetBotz 420 Wall",
    "2002": "AreaConnect 500",
    "2003": "NetBotz 420 Rack",
    "2004": "NetBotz 320 Wall",
    "2005": "NetBotz 320 Rack",
    "2006": "NetBotz 420E Rack",
    "2007": "NetBotz 320E Rack",
}
"""Products below netBotzBotz (NETBOTZV2-MIB)."""

EPDU_MODEL = (Value("ePDUDeviceStatusModelNumber.1", "318.1.1.30.2.1.1.4.1"),)
EPDU_VERSION = (Value("ePDUDeviceStatusVersion.1", "318.1.1.30.2.1.1.3.1", r"(?:Ver)? ?(?P<v>[^ ].*)$"),)
EPDU_SERIAL = (Value("ePDUDeviceStatusSerialNumber.1", "318.1.1.30.2.1.1.5.1"),)

RULES = (
    Rule(
        os="apc",
        os_name="APC AOS",
        vendor="APC",
        type="ups",
        oid=("318", "318.1.1", "318.1.2", "318.1.3", "318.1.4"),
        model=(
            Joined(
                (
                    Value("rPDUIdentModelNumber", "318.1.1.12.1.5.0"),
                    Value("rPDUIdentHardwareRev", "318.1.1.12.1.2.0"),
                )
            ),
            Value("rPDU2IdentModelNumber.1", "318.1.1.26.2.1.8.1"),
            Joined(
                (
                    Value("atsIdentModelNumber", "318.1.1.8.1.5.0"),
                    Value("atsIdentHardwareRev", "318.1.1.8.1.1.0"),
                )
            ),
            Value("sPDUIdentModelNumber", "318.1.1.4.1.4.0"),
            Joined(
                (
                    Value("upsBasicIdentModel", "318.1.1.1.1.1.1.0"),
                    Value("upsAdvIdentFirmwareRevision", "318.1.1.1.1.2.1.0"),
                )
            ),
            Value("isxModularPduIdentModelNumber", "318.1.1.22.1.4.0"),
            Descr(r"^APC (?P<a>Web/SNMP Management Card) \(.{0,300}?MN: ?(?P<b>[\w-]+)", "{a} {b}"),
            Descr(r"^(?:APC )?(?P<v>[^(]{3,60}?) \(MB:"),
        ),
        version=(
            Joined(
                (
                    Value("experimentalTable.aos", "318.1.4.2.4.1.4.1", r"^(?P<v>v?\d\S*)", "AOS {v}"),
                    Value(
                        "experimentalTable.application", "318.1.4.2.4.1.4.2", r"^(?P<v>v?\d\S*)", "App {v}"
                    ),
                ),
                " / ",
            ),
            Descr(r"PF: ?(?P<a>\S+) .{0,200}?AF1: ?(?P<b>\S+)", "AOS {a} / App {b}"),
        ),
        serial=(
            Value("rPDUIdentSerialNumber", "318.1.1.12.1.6.0"),
            Value("rPDU2IdentSerialNumber.1", "318.1.1.26.2.1.9.1"),
            Value("sPDUIdentSerialNumber", "318.1.1.4.1.5.0"),
            Value("atsIdentSerialNumber", "318.1.1.8.1.6.0"),
            Value("upsAdvIdentSerialNumber", "318.1.1.1.1.2.3.0"),
            Value("isxModularPduIdentSerialNumber", "318.1.1.22.1.5.0"),
        ),
        type_when=(
            (Value("rPDUIdentModelNumber", "318.1.1.12.1.5.0"), "pdu"),
            (Value("rPDU2IdentModelNumber.1", "318.1.1.26.2.1.8.1"), "pdu"),
            (Value("sPDUIdentModelNumber", "318.1.1.4.1.4.0"), "pdu"),
            (Value("atsIdentModelNumber", "318.1.1.8.1.5.0"), "pdu"),
            (Descr(r"rpdu|masterswitch|AN1:ms|xpdu|_g2s?\d|rPDU"), "pdu"),
            (Descr(r"InRow|Uniflair|nairfm|_mem_|nb200|NetBotz|airFM|_rd\d|unflr"), "environment"),
        ),
    ),
    Rule(
        os="apc-cpdu",
        os_name="APC cPDU",
        vendor="APC",
        type="pdu",
        oid=("318.1.1.32",),
        model=(Column("cPDUUnitModel", "318.1.1.32.1.2.1.11"),),
        version=(Column("cPDUUnitFirmwareVersion", "318.1.1.32.1.2.1.14"),),
        serial=(Column("cPDUUnitSerialNumber", "318.1.1.32.1.2.1.12"),),
    ),
    Rule(
        os="apc-epdu",
        os_name="APC Easy PDU",
        vendor="APC",
        type="pdu",
        oid=("318.1.3.4.9",),
        model=EPDU_MODEL,
        version=EPDU_VERSION,
        serial=EPDU_SERIAL,
    ),
    Rule(
        os="apc-epdu",
        os_name="APC Easy PDU",
        vendor="APC",
        type="pdu",
        oid=("1.3.6.1.4.1.0",),
        when=EPDU_MODEL,
        model=EPDU_MODEL,
        version=EPDU_VERSION,
        serial=EPDU_SERIAL,
    ),
    Rule(
        os="apc-inrow",
        os_name="APC InRow",
        vendor="APC",
        type="environment",
        oid=("318.1.3.14.5",),
        model=(Descr(r"MN: ?(?P<v>[\w-]+)"),),
        version=(Descr(r"PF: ?(?P<v>\S+)"),),
        serial=(Descr(r"SN: ?(?P<v>\w+)"),),
    ),
    Rule(
        os="apc-mgeups",
        os_name="APC MGE UPS",
        vendor="APC",
        type="ups",
        oid=("705.1",),
        descr=r"^Galaxy",
        model=(
            Joined(
                (Value("upsmgIdentFamilyName", "705.1.1.1.0"), Value("upsmgIdentModelName", "705.1.1.2.0"))
            ),
        ),
        version=(Value("upsmgIdentFirmwareVersion", "705.1.1.4.0"),),
        serial=(Value("upsmgIdentSerialNumber", "705.1.1.7.0"),),
    ),
    Rule(
        os="apc-powerchute",
        os_name="PowerChute Business Edition",
        vendor="APC",
        type="ups",
        oid=("318.1",),
        model=(Value("upsBasicIdentModel", "318.1.1.1.1.1.1.0"),),
        version=(Value("upsAdvIdentFirmwareRevision", "318.1.1.1.1.2.1.0"),),
        serial=(Value("upsAdvIdentSerialNumber", "318.1.1.1.1.2.3.0"),),
    ),
    Rule(
        os="aos-emu2",
        os_name="APC environmental monitoring unit",
        vendor="APC",
        type="environment",
        oid=("318.1.3.8.2", "318.1.3.8.3"),
        model=(
            Joined(
                (
                    Value("emsIdentProductNumber", "318.1.1.10.3.1.2.0"),
                    Value("emsIdentHardwareRev", "318.1.1.10.3.1.4.0"),
                )
            ),
        ),
        version=(Value("emsIdentFirmwareRev", "318.1.1.10.3.1.3.0"),),
        serial=(Value("emsIdentSerialNumber", "318.1.1.10.3.1.6.0"),),
    ),
    Rule(
        os="apc-netbotz",
        os_name="NetBotz 750",
        vendor="APC",
        type="environment",
        oid=("52674.500",),
    ),
    Rule(
        os="netbotz",
        os_name="NetBotz",
        vendor="APC",
        type="environment",
        oid=("5528.100.20.10", "5528"),
        model=(ObjectId("5528.100.20.10", NETBOTZ), Descr(r"(?P<v>NetBotz[^,]*)")),
        version=(
            Value("experimentalTable.aos", "318.1.4.2.4.1.4.1"),
            Descr(r"(?:Version|v) ?(?P<v>\d[\w.]+)"),
        ),
    ),
    Rule(
        os="powerlogic",
        os_name="PowerLogic",
        vendor="Schneider Electric",
        type="environment",
        oid=("3833.1.7.255.15", "3833"),
        model=(
            Value("midDeviceName.1", "3833.1.7.255.15.1.4.1.1.5.1"),
            Value("midModelNumber.1", "3833.1.7.255.15.1.4.1.1.4.1"),
            Descr(r"^(?P<v>[^,;]{3,40})"),
        ),
        version=(Value("midFirmwareVersion.1", "3833.1.7.255.15.1.4.1.1.3.1"),),
        serial=(Value("midSerialNumber.1", "3833.1.7.255.15.1.4.1.1.2.1"),),
    ),
)
