"""Server management controllers and data centre hosts (IMM-MIB, LENOVO-XCC-MIB, SUN-ILOM-CONTROL-MIB, ATEN IPMI, SC MIBs of Fujitsu)."""

from domain.identification.rules import Rule
from domain.identification.sources import Column, Descr, Entity, Joined, Value

IMM_MODEL = Value("productName", "2.3.51.3.1.5.2.1.5.0")
XCC = "19046.11.1.1.5"

RULES = (
    Rule(
        os="ibm-imm",
        os_name="Integrated Management Module",
        vendor="IBM",
        type="server",
        oid=("8072.3.2.10", "2.3.51.3"),
        when=(IMM_MODEL,),
        model=(IMM_MODEL,),
        version=(Value("immVpdVersion.1", "2.3.51.3.1.5.1.1.3.1"),),
        serial=(Value("machineSerial", "2.3.51.3.1.5.2.1.3.0"),),
    ),
    Rule(
        os="ibm-imm",
        os_name="Integrated Management Module",
        vendor="IBM",
        type="server",
        oid=("2.3.51.3",),
        model=(IMM_MODEL,),
        version=(Value("immVpdVersion.1", "2.3.51.3.1.5.1.1.3.1"),),
        serial=(Value("machineSerial", "2.3.51.3.1.5.2.1.3.0"),),
    ),
    Rule(
        os="ibm-amm",
        os_name="Advanced Management Module",
        vendor="IBM",
        type="server",
        oid=("2.6.158", "2.3.51.2"),
        model=(
            Value("bladeCenterManufacturingId", "2.3.51.2.2.21.1.1.3.0", r"[a-z].*"),
            Value("bladeCenterModel", "2.3.51.2.2.21.1.1.2.0"),
        ),
        version=(Value("mmMainApplVPDBuildId.1", "2.3.51.2.2.21.3.1.1.3.1"),),
        serial=(Value("bladeCenterSerialNumber", "2.3.51.2.2.21.1.1.3.0"),),
    ),
    Rule(
        os="xclarity",
        os_name="XClarity Controller",
        vendor="Lenovo",
        type="server",
        oid=("19046.11",),
        model=(Value("productName", f"{XCC}.2.1.5.0"),),
        version=(Value("xccVpdVersion.1", f"{XCC}.1.1.3.1"),),
        serial=(Value("machineSerial", f"{XCC}.2.1.3.0"),),
    ),
    Rule(
        os="supermicro-bmc",
        os_name="Supermicro BMC",
        vendor="Supermicro",
        type="server",
        oid=("21317", "10876", "8072.3.2.10"),
        descr=r"^Linux \(none\)",
        model=(Value("fruProductName", "21317.1.16.3.4.0"),),
        serial=(Value("fruProductSerial", "21317.1.16.3.6.0"),),
        version=(
            Joined(
                (
                    Value("bmcMajorVersion", "21317.1.5.1.0"),
                    Value("bmcMinorVersion", "21317.1.5.2.0"),
                    Value("bmcSubVersion", "21317.1.5.7.0"),
                ),
                ".",
            ),
        ),
    ),
    Rule(
        os="ami-megarac",
        os_name="MegaRAC SP",
        vendor="AMI",
        type="server",
        oid=("20974",),
        model=(Descr(r"^(?P<v>[^,]+)"),),
    ),
    Rule(
        os="oracle-ilom",
        os_name="ILOM",
        vendor="Oracle",
        type="server",
        oid=("42.2.200", "42.2.175"),
        model=(
            Value("sunHwCtrlProduct", "42.2.175.102.1.1.0", r"[a-z].*"),
            Entity("model", class_=3),
            Descr(r"^(?P<v>[^,]+), ILOM"),
        ),
        version=(
            Descr(r"ILOM v(?P<v>[\d.]+)"),
            Value("ilomCtrlFirmwareMgmtVersion", "42.2.175.103.2.17.4.0"),
        ),
        serial=(Entity("serial", class_=3),),
    ),
    Rule(
        os="fujitsuiRMC",
        os_name="iRMC",
        vendor="Fujitsu",
        type="server",
        oid=("231", "231.1.28"),
        model=(Column("sc2UnitModelName", "231.2.10.2.2.10.2.3.1.5"), Descr(r"(?P<v>PRIMERGY \S+)")),
        version=(Descr(r"(?P<v>iRMC S\d)"),),
        serial=(Column("sc2UnitSerialNumber", "231.2.10.2.2.10.2.3.1.7"),),
    ),
    Rule(
        os="hp-moonshot",
        os_name="Moonshot iLO CM",
        vendor="HPE",
        type="server",
        oid=("232.9.4.11",),
        model=(Value("cpqSiProductName", "232.2.2.4.2.0"),),
        version=(Descr(r"(?P<v>\d+\.\d+)"),),
    ),
    Rule(os="kvm-raritan-cc", os_name="CommandCenter", vendor="Raritan", type="server", oid=("13742.2",)),
    Rule(
        os="intel-rmm",
        os_name="Intel RMM",
        vendor="Intel",
        type="server",
        oid=("343.2.10.3",),
        model=(Descr(r"^(?P<v>[^,]+)"),),
    ),
    Rule(os="quanta-bmc", os_name="Quanta BMC", vendor="Quanta", type="server", oid=("7244",), descr=r"BMC"),
    Rule(os="gigabyte-bmc", os_name="Gigabyte BMC", vendor="Gigabyte", type="server", oid=("15370",)),
    Rule(os="asrock-bmc", os_name="ASRock Rack BMC", vendor="ASRock Rack", type="server", oid=("49622",)),
    Rule(
        os="compaq-insight",
        os_name="Insight agents",
        vendor="HPE",
        type="server",
        oid=("232",),
        model=(Value("cpqSiProductName", "232.2.2.4.2.0"),),
        serial=(Value("cpqSiSysSerialNum", "232.2.2.2.1.0"),),
    ),
)
