"""HPE power distribution and UPS (CPQPOWER-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Value

RULES = (
    Rule(
        os="hpe-mapdu",
        os_name="HPE Metered and Switched PDU",
        vendor="HPE",
        type="pdu",
        oid=("232.165.7", "232.165.11"),
        model=(Value("deviceModel", "232.165.1.2.2.0"), Descr(r"^(?P<v>.{4,80})$")),
        version=(Value("deviceFirmwareVersion", "232.165.1.2.3.0"),),
        serial=(Value("deviceSerialNumber", "232.165.1.2.7.0"),),
    ),
    Rule(
        os="hpe-pdumm",
        os_name="HP PDU Management Module",
        vendor="HP",
        type="pdu",
        descr=r"HP PDU Management Module",
        version=(Descr(r"firmware version (?P<v>\S+)"),),
    ),
    Rule(
        os="hpe-ipdu",
        os_name="HP Intelligent PDU",
        vendor="HP",
        type="pdu",
        oid=("232.165",),
        model=(Value("mpduModel.1", "232.165.5.1.2.1.3.1"), Descr(r"^(?P<v>HP.{3,60}PDU[^,]*)")),
        version=(Value("mpduFirmwareVersion.1", "232.165.5.1.2.1.4.1"),),
        serial=(Value("mpduSerialNumber.1", "232.165.5.1.2.1.5.1"),),
    ),
    Rule(
        os="hpe-rtups",
        os_name="HPE UPS",
        vendor="HPE",
        type="ups",
        oid=("232.165.3",),
        model=(Value("upsIdentModel", "232.165.3.1.2.0"),),
        version=(Value("upsIdentSoftwareVersions", "232.165.3.1.3.0"),),
        serial=(Value("upsIdentSerialNumber", "232.165.1.2.7.0"),),
    ),
)
