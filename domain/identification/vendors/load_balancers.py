"""Load balancers, traffic shapers, DNS appliances and packet brokers (F5-BIGIP-SYSTEM-MIB, A10-AX-MIB, IB-PLATFORMONE-MIB, ...)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Joined, Value
from domain.identification.vendors.linux import BOARD, KERNEL

SVN_VERSION = Value("svnVersion", "2620.1.6.4.1.0")
SVN_MODEL = Value("svnApplianceProductName", "2620.1.6.16.7.0")
SVN_SERIAL = Value("svnApplianceSerialNumber", "2620.1.6.16.3.0")
SFOS = "2604.5.1.1"

RULES = (
    Rule(
        os="f5",
        os_name="BIG-IP",
        vendor="F5",
        type="other",
        oid=("3375.2.1.3.4", "3375"),
        model=(
            Value("sysPlatformInfoMarketingName", "3375.2.1.3.5.2.0"),
            Value("sysGeneralHwName", "3375.2.1.3.3.1.0"),
        ),
        version=(
            Joined(
                (
                    Value("sysProductVersion", "3375.2.1.4.2.0"),
                    Value("sysProductBuild", "3375.2.1.4.3.0", r"^(?P<v>.+)$", "Build {v}"),
                )
            ),
            Descr(r"BIG-IP software release (?P<v>[\d.]+)"),
        ),
        serial=(Value("sysGeneralChassisSerialNum", "3375.2.1.3.3.3.0"),),
    ),
    Rule(
        os="netscaler",
        os_name="NetScaler",
        vendor="Citrix",
        type="other",
        oid=("5951",),
        model=(Value("sysHardwareVersionDesc", "5951.4.1.1.11.0"),),
        version=(
            Value("sysBuildVersion", "5951.4.1.1.1.0", r"(?P<v>NS[\d.]+\d)"),
            Descr(r"(?P<v>NS[\d.]+\d)"),
        ),
        serial=(Value("sysHardwareSerialNumber", "5951.4.1.1.14.0"),),
    ),
    Rule(
        os="netscaler-sdwan",
        os_name="Citrix SD-WAN",
        vendor="Citrix",
        type="router",
        oid=("3845.31",),
        model=(Value("sdWANStatsApplianceName", "3845.31.4.2.2.12.1.1"),),
        version=(
            Joined(
                (
                    Value("sdWANApplianceOsVersion", "3845.31.4.2.2.12.1.11", r"^(?P<v>.+)$", "OS: {v}"),
                    Value("sdWANApplianceSoftware", "3845.31.4.2.2.12.1.12", r"^(?P<v>.+)$", "SW: {v}"),
                ),
                ", ",
            ),
        ),
        serial=(Value("sdWANApplianceSerial", "3845.31.4.2.2.12.1.10"),),
    ),
    Rule(
        os="acos",
        os_name="ACOS",
        vendor="A10 Networks",
        type="other",
        oid=("22610",),
        model=(
            Descr(r"(?:Gateway|Manager|Controller|Series) (?P<v>[\w-]+),"),
            Descr(r"(?P<v>(?:TH|AX)\d\w*|AXvThunder|vThunder)"),
        ),
        version=(Value("axSysPrimaryVersionOnDisk", "22610.2.4.1.1.1.0"), Descr(r"ACOS (?P<v>[^\s,]+)")),
        serial=(Value("axSysSerialNumber", "22610.2.4.1.6.2.0"),),
    ),
    Rule(
        os="apsoluteos",
        os_name="APSolute OS",
        vendor="Radware",
        type="firewall",
        oid=("89.1.1.62",),
        model=(
            Descr(r"^(?P<v>DefensePro|AppDirector|LinkProof|Alteon[\w -]*)"),
            Value("rndModel", "89.2.1.1.0", r"[a-z].*"),
        ),
        version=(Value("rndBrgVersion", "89.2.4.0"), Descr(r"(?:Ver|version) (?P<v>\d[\w.]+)")),
    ),
    Rule(
        os="alteonos",
        os_name="Alteon OS",
        vendor="Radware",
        type="other",
        oid=("1872",),
        model=(
            Joined(
                (
                    Value("hwPartNumber", "1872.2.5.1.3.1.6.0"),
                    Value("hwRevision", "1872.2.5.1.3.1.7.0", r"^(?P<v>.+)$", "Vers. {v}"),
                )
            ),
            Descr(r"^(?P<v>Alteon[^,]*)"),
        ),
        version=(Value("agSoftwareVersion", "1872.2.5.1.1.1.10.0"), Descr(r"(?P<v>\d+\.\d+\.\d[\w.]*)")),
        serial=(Value("hwSerialNumber", "1872.2.5.1.3.1.18.0"),),
    ),
    Rule(
        os="arrayos",
        os_name="ArrayOS",
        vendor="Array Networks",
        type="other",
        oid=("7564",),
        model=(Descr(r"Hardware: ?(?P<v>.+?) - "), Descr(r"(?P<v>APV\S*|vxAG|AG\d+)")),
        version=(
            Descr(r" - .*?\.(?P<v>\d[\d.]*) "),
            Descr(r"(?:ArrayOS|Rel)[ .]*(?P<v>\S*\d\S*)"),
        ),
    ),
    Rule(
        os="kemp",
        os_name="LoadMaster",
        vendor="Kemp",
        type="other",
        oid=("12196",),
        version=(
            Value("kemp.13.0.10", "12196.13.0.10.0"),
            Value("lmVersion", "12196.12.1.0"),
            Descr(r"(?P<v>\d+\.\d+[\w.-]*)"),
        ),
    ),
    Rule(
        os="zevenet",
        os_name="Zevenet",
        vendor="Zevenet",
        type="other",
        oid=("8072.3.2.10",),
        descr=r"zevenet|zenloadbalancer",
        version=(KERNEL,),
    ),
    Rule(
        os="bluecatnetworks",
        os_name="BlueCat DNS/DHCP server",
        vendor="BlueCat",
        type="server",
        oid=("13315.2",),
        model=(Value("bcnSysIdPlatform", "13315.3.2.2.1.5.0"),),
        version=(Value("bcnSysIdOSRelease", "13315.3.2.2.1.2.0"),),
        serial=(Value("bcnSysIdSerial", "13315.3.2.2.1.3.0"),),
    ),
    Rule(
        os="bluecatadonis",
        os_name="BlueCat Adonis",
        vendor="BlueCat",
        type="server",
        oid=("13315",),
        model=(Descr(r"^(?P<v>.{3,40})$"),),
    ),
    Rule(
        os="nios",
        os_name="NIOS",
        vendor="Infoblox",
        type="server",
        oid=("7779",),
        model=(Value("ibHardwareType", "7779.3.1.1.2.1.4.0"),),
        version=(Value("ibNiosVersion", "7779.3.1.1.2.1.7.0"),),
        serial=(Value("ibSerialNumber", "7779.3.1.1.2.1.6.0"),),
    ),
    Rule(
        os="solidserver",
        os_name="SOLIDserver",
        vendor="EfficientIP",
        type="server",
        oid=("2440",),
        model=(Value("eipHwModel", "2440.1.14.1.1.0"), *BOARD),
        version=(Value("eipSoftwareVersion", "2440.1.17.1.2.0"),),
        serial=(Value("eipHwSerial", "2440.1.14.1.2.0"),),
    ),
    Rule(
        os="riverbed",
        os_name="RiOS",
        vendor="Riverbed",
        type="other",
        oid=("17163.1",),
        model=(Value("model", "17163.1.1.1.1.0"), Value("model", "17163.1.51.1.1.0")),
        version=(
            Value("systemVersion", "17163.1.1.1.3.0", r"(?P<v>\d[\w.-]+)"),
            Value("systemVersion", "17163.1.51.1.3.0", r"(?P<v>\d[\w.-]+)"),
        ),
        serial=(Value("serialNumber", "17163.1.1.1.2.0"), Value("serialNumber", "17163.1.51.1.2.0")),
    ),
    Rule(
        os="vxoa",
        os_name="VXOA",
        vendor="Silver Peak",
        type="router",
        oid=("23867.1.2", "23867"),
        model=(Value("spsProductModel", "23867.3.1.1.1.2.0"),),
        version=(Value("spsSystemVersion", "23867.3.1.1.1.1.0", r"(?P<v>\d[\w.]+)"),),
        serial=(Value("spsSystemSerial", "23867.3.1.1.1.6.0"),),
    ),
    Rule(
        os="exinda",
        os_name="ExOS",
        vendor="Exinda",
        type="other",
        oid=("21091",),
        version=(Value("systemVersion", "21091.1.1.1.0"),),
    ),
    Rule(
        os="procera",
        os_name="PacketLogic",
        vendor="Procera",
        type="other",
        oid=("15397",),
        model=(Value("model.1.0", "15397.2.40.1.1.1.1.0"), Descr(r"(?P<v>PL\d+)")),
        version=(Value("firmwareVersion.1.0", "15397.2.40.1.1.4.1.0"),),
        serial=(Value("machineId.1.0", "15397.2.40.1.1.3.1.0"),),
    ),
    Rule(
        os="sandvine",
        os_name="Sandvine PTS",
        vendor="Sandvine",
        type="other",
        oid=("11610",),
        model=(Descr(r"(?P<v>(?:PTS|SRP|TSE) ?\d+)"),),
        version=(Descr(r"(?:PTS |Version )(?P<v>\d[\w.-]+)"),),
    ),
    Rule(
        os="allot",
        os_name="Allot",
        vendor="Allot",
        type="other",
        oid=("2603",),
        model=(Descr(r"(?P<v>(?:SG|AC|NE|NetEnforcer|Service Gateway)\S*)"),),
        version=(Descr(r"(?P<v>AOS\d[\w.]*|\d+\.\d[\w.]+)"),),
    ),
    Rule(
        os="extrahop",
        os_name="ExtraHop",
        vendor="ExtraHop",
        type="other",
        oid=("32015",),
        version=(Value("extrahopInfoVersionString", "32015.1.0"),),
        model=(Descr(r"(?P<v>EDA\S*|EXA\S*|ECA\S*)"),),
    ),
    Rule(
        os="gigavue",
        os_name="GigaVUE-OS",
        vendor="Gigamon",
        type="other",
        oid=("26866",),
        model=(
            Descr(r"Gigamon (?P<v>GigaVUE-\S+)"),
            Value("chassisModel", "26866.2.2.0"),
            Descr(r"(?P<v>GigaVUE-(?!OS)\S+)"),
        ),
        version=(Value("systemVersion", "26866.2.6.0"), Descr(r"OS (?P<v>\d[\d.]+)")),
        serial=(Value("systemSerial", "26866.2.4.0"),),
    ),
    Rule(
        os="packetshaper",
        os_name="PacketShaper",
        vendor="Blue Coat",
        type="other",
        oid=("2334",),
        model=(Descr(r"(?P<v>PS\d+)"),),
        version=(Descr(r"[Vv]ersion (?P<v>\S+)"),),
    ),
    Rule(
        os="sgos",
        os_name="SGOS",
        vendor="Blue Coat",
        type="other",
        oid=("3417",),
        model=(
            Value("sgProxySoftware", "3417.2.11.1.2.0", r"\d"),
            Descr(r"^(?:Blue Coat )?(?P<v>(?:SG|ASG|SGVA|ProxySG)[^,]*)"),
        ),
        version=(
            Value("sgProxyVersion", "3417.2.11.1.3.0", r"(?P<v>\d+\.[\d.]*\d)"),
            Descr(r"(?:SGOS )?[Vv]ersion: ?(?:SGOS )?(?P<v>[\d.]+)"),
        ),
        serial=(Value("sgProxySerialNumber", "3417.2.11.1.4.0"),),
    ),
)
