"""Eltex (RADLAN-Physicaldescription-MIB, ELTEX MIBs)."""

from domain.identification.rules import Rule
from domain.identification.sources import Below, Descr, Entity
from domain.identification.vendors.platforms import (
    radlan_model,
    radlan_serial,
    radlan_version,
)

ACCTON_MODEL = (Below("swProdName", 5, "1.1.5.1.0"), Below("swProdName", 4, "1.1.5.1.0"))
ACCTON_VERSION = (Below("swOpCodeVer.1", 5, "1.1.3.1.6.1"), Below("swOpCodeVer.1", 4, "1.1.3.1.6.1"))
ACCTON_SERIAL = (Below("swSerialNumber.1", 5, "1.1.3.1.10.1"), Below("swSerialNumber.1", 4, "1.1.3.1.10.1"))
DCN_VERSION = (Below("sysSoftwareVersion", 1, "100.1.3.0"), Below("sysSoftwareVersion", 2, "100.1.3.0"))

RULES = (
    Rule(
        os="eltex-mes21xx",
        os_name="Eltex MES",
        vendor="Eltex",
        type="switch",
        oid=(
            "35265.1.42",
            "35265.1.43",
            "35265.1.54",
            "35265.1.55",
            "35265.1.52",
            "35265.1.53",
            "35265.1.28",
            "35265.1.30",
        ),
        model=(*radlan_model("89"), Descr(r"^(?P<v>MES\S+)")),
        version=radlan_version("89"),
        serial=radlan_serial("89"),
    ),
    Rule(
        os="eltex-mes23xx",
        os_name="Eltex MES",
        vendor="Eltex",
        type="switch",
        oid=("35265",),
        descr=r"\bMES(?!21|1\d\d\d)",
        model=(*radlan_model("89"), Descr(r"^(?P<v>MES\S+)")),
        version=radlan_version("89"),
        serial=radlan_serial("89"),
    ),
    Rule(
        os="eltex-mes24xx",
        os_name="Eltex MES",
        vendor="Eltex",
        type="switch",
        oid=("35265",),
        descr=r"\bMES(?:14|24|37)\d\d",
        model=(Descr(r"^(?P<v>MES\S+)"),),
        version=(Descr(r"(?:Version|SW)[: ]*(?P<v>\d[\w.]+)"), Entity("software_rev")),
    ),
    Rule(
        os="eltex-olt",
        os_name="Eltex OLT",
        vendor="Eltex",
        type="other",
        oid=("35265.1.22", "35265.1.21", "35265.1.70"),
    ),
    Rule(os="eltex", os_name="Eltex", vendor="Eltex", type="switch", oid=("35265",)),
    Rule(
        os="radlan",
        os_name="Radlan",
        vendor="Radware",
        type="switch",
        oid=("89",),
        model=radlan_model("89"),
        version=radlan_version("89"),
        serial=radlan_serial("89"),
    ),
)
