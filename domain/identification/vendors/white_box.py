"""Network operating systems for white-box switches (ENTITY-MIB, sysDescr)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Entity, Value

RULES = (
    Rule(
        os="cumulus",
        os_name="Cumulus Linux",
        vendor="Cumulus Networks",
        type="switch",
        oid=("40310", "8072.3.2.10"),
        descr=r"cumulus",
        version=(Descr(r"Cumulus.Linux (?P<v>\d[\d.]+)"), Descr(r"\+(?P<v>cl[\w.]+)")),
        model=(Entity("descr", r"[Cc]hassis", class_=3), Entity("descr", r"Chassis")),
    ),
    Rule(
        os="cumulus",
        os_name="Cumulus Linux",
        vendor="Cumulus Networks",
        type="switch",
        oid=("40310",),
        model=(Entity("descr", r"[Cc]hassis", class_=3), Entity("descr", r"Chassis")),
    ),
    Rule(
        os="sonic",
        os_name="SONiC",
        vendor="SONiC",
        type="switch",
        descr=r"\bSONiC\b",
        model=(Descr(r"HwSku: (?P<v>\S+)"),),
        version=(Descr(r"(?:Software Version:|SONiC[._-]?)\s?'?(?:SONiC\.)?(?P<v>[\w.-]+)"),),
    ),
    Rule(
        os="picos",
        os_name="PicOS",
        vendor="Pica8",
        type="switch",
        oid=("35098",),
        model=(Descr(r"(?:Hardware Model|Model)[: ]+(?P<v>[\w-]+)"), Descr(r"\bfor (?P<v>\S+)")),
        version=(Descr(r"(?:PicOS|PICOS|Version)[^\d]{0,20}(?P<v>\d[\w.]+)"),),
        serial=(Value("hostStatusGroup.16", "35098.1.16.0"),),
    ),
)
