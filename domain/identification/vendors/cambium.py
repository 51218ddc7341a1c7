"""Cambium Networks and its Canopy, PTP and Xirrus lines (WHISP-BOX-MIBV2-MIB, CAMBIUM-PMP80211-MIB, PTP MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Code, Column, Descr, Fixed, Joined, Value

DEVICE_TYPE = "161.19.3.3.1.6.0"
TIMING = Code("bhTimingMode", "161.19.3.3.2.10.0", {"0": "Slave", "1": "Master"})
ROLE = Descr(r"\b(?P<v>AP|SM)\b")

RULES = (
    Rule(
        os="epmp",
        os_name="ePMP",
        vendor="Cambium Networks",
        type="wireless",
        oid=("17713.21",),
        model=(
            Code("wirelessInterfaceMode", "17713.21.1.1.33.0", {"5": "ePTP Master"}),
            Code(
                "wirelessInterfaceMode",
                "17713.21.1.2.20.0",
                {"1": "AP", "2": "SM", "4": "ePTP Slave", "5": "ePTP Master"},
            ),
        ),
        version=(Value("cambiumCurrentuImageVersion", "17713.21.1.1.17.0"),),
        serial=(Value("cambiumEPMPMSN", "17713.21.1.1.31.0"),),
    ),
    Rule(
        os="cnpilote",
        os_name="cnPilot E",
        vendor="Cambium Networks",
        type="wireless",
        oid=("17713.22",),
        model=(
            Column("cambiumAPHWType", "17713.22.1.1.1.10"),
            Column("cambiumAPModel", "17713.22.1.1.1.5"),
        ),
        version=(Column("cambiumAPSWVersion", "17713.22.1.1.1.8"),),
        serial=(Column("cambiumAPSerialNum", "17713.22.1.1.1.4"),),
    ),
    Rule(
        os="cnpilotr",
        os_name="cnPilot R",
        vendor="Cambium Networks",
        type="wireless",
        descr=r"cnPilot R|Linux cnpilotr|Cambium.{0,10}R\d{3}",
        model=(Descr(r"(?P<v>cnPilot \S+)"),),
        version=(Descr(r"(?P<v>\d+\.\d+[\w.-]*)"),),
    ),
    Rule(
        os="cnmatrix",
        os_name="cnMatrix",
        vendor="Cambium Networks",
        type="switch",
        oid=("17713.24",),
        model=(Descr(r"cnMatrix (?P<v>\S+)"),),
        version=(Descr(r"SW:(?P<v>\S+)"),),
        serial=(Value("lldpXMedLocSerialNum", "1.0.8802.1.1.2.1.5.4795.1.2.5.0"),),
    ),
    Rule(
        os="cnwave60",
        os_name="cnWave 60",
        vendor="Cambium Networks",
        type="wireless",
        oid=("17713.60",),
        model=(Descr(r"cnWave (?P<v>\S+)"),),
        version=(Descr(r"Version (?P<v>\S+)"),),
    ),
    Rule(
        os="cmm4",
        os_name="CMM4",
        vendor="Cambium Networks",
        type="other",
        descr=r"^CMM4",
    ),
    Rule(os="cmm3", os_name="CMM3", vendor="Cambium Networks", type="other", descr=r"^CMM(?:3|-?micro)"),
    Rule(
        os="pmp",
        os_name="PMP",
        vendor="Cambium Networks",
        type="wireless",
        oid=("161.19.250.256", "161.19"),
        model=(
            Joined((Value("boxDeviceType", DEVICE_TYPE, r"BHUL450", "PTP 450"), TIMING)),
            Joined((Value("boxDeviceType", DEVICE_TYPE, r"BHUL", "PTP 230"), TIMING)),
            Joined((Value("boxDeviceType", DEVICE_TYPE, r"BH20", "PTP 100"), TIMING)),
            Joined((Value("productTypeName", "161.19.3.3.1.266.0", r"[a-z].*"), ROLE)),
            Joined((Value("boxDeviceType", DEVICE_TYPE, r"MIMO OFDM", "PMP 450"), ROLE)),
            Joined((Value("boxDeviceType", DEVICE_TYPE, r"OFDM", "PMP 430"), ROLE)),
            Joined((Descr(r"CANOPY", "PMP 100"), ROLE)),
            Descr(r"(?P<v>(?:PMP|PTP) \d+\w*)"),
        ),
        version=(
            Descr(r"(?P<v>\d+\.\d\S+)"),
            Value("whispBoxSoftwareVer", "161.19.3.3.1.1.0", r"(?P<v>\d+\.\d[\w.]*)"),
        ),
        serial=(
            Value("boxMSN", "161.19.3.3.1.15.0"),
            Value("whispBoxEsn", "161.19.3.3.1.3.0", r"^[0-9A-Fa-f]{12}$"),
        ),
    ),
    *(
        Rule(
            os=f"ptp{line}",
            os_name=f"PTP {line}",
            vendor="Cambium Networks",
            type="wireless",
            oid=(f"17713.{arc}",),
            model=(Fixed(f"PTP {line}"),),
            version=(
                Descr(r"Version\s+(?P<v>[^\s,]+)"),
                Value("softwareVersion", f"17713.{arc}.19.1.0"),
            ),
            serial=(Value("unitESN", f"17713.{arc}.12.3.0"),),
        )
        for line, arc in (
            ("250", "250"),
            ("300", "3"),
            ("500", "5"),
            ("600", "6"),
            ("650", "7"),
            ("670", "11"),
            ("700", "9"),
            ("800", "8"),
            ("820", "14"),
        )
    ),
    Rule(
        os="xirrus_aos",
        os_name="ArrayOS",
        vendor="Xirrus",
        type="wireless",
        oid=("21013",),
        model=(Descr(r"Xirrus (?P<v>\S+)"),),
        version=(Descr(r"[vV]ersion:? (?P<v>\S+)"),),
    ),
)
