"""Branch routers and voice gateways (BINTEC MIBs, SMARTNODE MIBs, TELDAT MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Joined, Value

RULES = (
    Rule(
        os="patton-sn",
        os_name="SmartNode",
        vendor="Patton",
        type="voice",
        oid=("1768",),
        model=(
            Joined((Value("snProductName", "1768.100.1.6.0"), Value("snHwRel", "1768.100.1.4.0", r"\d.*"))),
            Value("snProductName", "1768.100.1.6.0"),
            Descr(r"^(?P<v>SN\S+?)(?:V|Hardware)"),
        ),
        version=(Value("snSoftwareVersion", "1768.100.1.5.0"), Descr(r"Software (?P<v>R\S+)")),
        serial=(Value("snSerialNumber", "1768.100.1.1.0"),),
    ),
    Rule(
        os="oneaccess",
        os_name="OneOS",
        vendor="OneAccess",
        type="router",
        oid=("13191",),
        model=(
            Value("oacExpIMSysHwcProductName.0", "13191.10.3.3.2.2.2.1.8.0"),
            Value("oacExpIMSysHwcDeviceName.0", "13191.1.100.671.1.2.0.1.5", r"[a-z].*"),
            Descr(r"(?P<v>ONE\s?\d+\S*)"),
        ),
        version=(Value("oacSysIMSysMainBSPVersion", "13191.10.3.3.2.1.5.0"), Descr(r"(?P<v>ONEOS\S+)")),
        serial=(Value("oacExpIMSysHwcSerialNumber.0", "13191.10.3.3.2.2.2.1.5.0"),),
    ),
    Rule(
        os="teldat",
        os_name="CIT",
        vendor="Teldat",
        type="router",
        oid=("2007",),
        model=(Descr(r"model (?P<v>.+?) S/N"), Descr(r"model (?P<v>\S+)")),
        version=(Value("teldatSoftwareVersion", "2007.1.2.1.6.0"),),
        serial=(Descr(r"S/N: (?P<v>[\w/]+)"),),
    ),
    Rule(
        os="bintec",
        os_name="BOSS",
        vendor="bintec",
        type="router",
        oid=("272.4",),
        model=(
            Joined(
                (
                    Value("biboABrdType", "272.4.1.17.1.5.0.0.0"),
                    Value("biboABrdHWRelease", "272.4.1.17.1.3.0.0.0"),
                )
            ),
            Descr(r"^(?P<v>\S+)"),
        ),
        version=(Value("biboAdmSystemVersion", "272.4.1.26.0", r"^(?P<v>\S+)"),),
        serial=(Value("biboABrdSerialNumber", "272.4.1.17.1.8.0.0.0"),),
    ),
    Rule(
        os="bintec-smart",
        os_name="bintec smart",
        vendor="bintec",
        type="router",
        oid=("272.4.201",),
        model=(Descr(r"^(?P<v>.{3,80})$"),),
        version=(Value("biboAdmSystemVersion", "272.4.1.26.0", r"^(?P<v>\S+)"),),
        serial=(Value("biboABrdSerialNumber", "272.4.1.17.1.8.0.0.0"),),
    ),
    Rule(
        os="bintec-beip-plus",
        os_name="be.IP plus",
        vendor="bintec",
        type="router",
        oid=("272.4",),
        descr=r"^be\.IP",
        model=(
            Joined(
                (
                    Value("biboABrdType", "272.4.1.17.1.5.0.0.0"),
                    Value("biboABrdHWRelease", "272.4.1.17.1.3.0.0.0"),
                )
            ),
        ),
        version=(Value("biboAdmSystemVersion", "272.4.1.26.0", r"^(?P<v>\S+)"),),
        serial=(Value("biboABrdSerialNumber", "272.4.1.17.1.8.0.0.0"),),
    ),
    Rule(os="telindus", os_name="Telindus", vendor="Telindus", type="router", oid=("776",)),
    Rule(
        os="netopia",
        os_name="Netopia",
        vendor="Netopia",
        type="router",
        oid=("304",),
        model=(Descr(r"Netopia (?P<v>\S+)"),),
        version=(Descr(r"v(?P<v>\d[\w.]+)"),),
    ),
    Rule(
        os="netmodule",
        os_name="NetModule",
        vendor="NetModule",
        type="router",
        oid=("31496.10", "31496"),
        model=(Descr(r"(?P<v>N[BG]\d{3,4}\w*)"),),
    ),
    Rule(
        os="technicolor",
        os_name="Technicolor",
        vendor="Technicolor",
        type="router",
        oid=("2863.405",),
    ),
)
