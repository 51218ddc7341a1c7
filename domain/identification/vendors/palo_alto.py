"""Palo Alto Networks (PAN-COMMON-MIB, PAN-PRODUCTS-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Entity, ObjectId, Value

PRODUCTS = {
    "1": "PA-4050",
    "2": "PA-4020",
    "3": "PA-2050",
    "4": "PA-2020",
    "5": "PA-4060",
    "6": "PA-500",
    "7": "Panorama",
    "8": "PA-5060",
    "9": "PA-5050",
    "11": "PA-5020",
    "12": "PA-200",
    "17": "PA-3050",
    "18": "PA-3020",
    "19": "PA-3060",
    "21": "PA-3250",
    "22": "PA-5260",
    "23": "PA-5250",
    "24": "PA-5220",
    "29": "PA-VM",
    "30": "M-100",
    "31": "PA-7050",
    "32": "GP-100",
    "33": "WF-500",
    "34": "PA-7080",
    "35": "M-500",
    "36": "PA-820",
    "37": "PA-850",
    "38": "PA-220",
    "39": "M-600",
    "40": "M-200",
    "41": "PA-220R",
    "42": "PA-5280",
    "43": "PA-3220",
    "44": "PA-3260",
    "45": "WF-600",
}
"""Products of PAN-PRODUCTS-MIB."""

RULES = (
    Rule(
        os="panos",
        os_name="PAN-OS",
        vendor="Palo Alto Networks",
        type="firewall",
        oid=("25461.2.3",),
        model=(
            Value("panChassisType", "25461.2.1.2.2.1.0", r"^(?P<v>[A-Z]{1,2}-\w+|Panorama)"),
            ObjectId("25461.2.3", PRODUCTS),
            Descr(r"Palo Alto Networks (?P<v>[\w-]+)"),
            Entity("model", class_=3),
        ),
        version=(Value("panSysSwVersion", "25461.2.1.2.1.1.0"),),
        serial=(Value("panSysSerialNumber", "25461.2.1.2.1.3.0"),),
    ),
)
