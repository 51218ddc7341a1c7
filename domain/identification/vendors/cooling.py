"""Cabinet cooling and air conditioning (RITTAL-CMC-III-MIB, RITTAL-CMC-TC-MIB, STULZ-WIB8000-MIB, pCOWeb agents)."""

from domain.identification.rules import Rule
from domain.identification.sources import Descr, Value

RULES = (
    Rule(
        os="rittal-lcp",
        os_name="Rittal LCP",
        vendor="Rittal",
        type="environment",
        oid=("2606.7", "2606.4"),
        descr=r"LCP",
        model=(Value("cmcIIIDevName.1", "2606.7.4.1.2.1.2.1"), Descr(r"(?P<v>Rittal LCP\S*)")),
        version=(Value("cmcIIIUnitFWRev", "2606.7.2.4.0"), Descr(r"SW (?P<v>V\S+)")),
        serial=(Value("cmcIIIUnitSerial", "2606.7.2.6.0"), Descr(r"SN (?P<v>\d+)")),
    ),
    Rule(
        os="rittal-cmc-iii-pu",
        os_name="Rittal CMC III",
        vendor="Rittal",
        type="environment",
        oid=("2606.7",),
        model=(
            Value("cmcIIIDevName.1", "2606.7.4.1.2.1.2.1"),
            Descr(r"(?P<v>CMC\S*(?: PU\S*)?)"),
        ),
        version=(Value("cmcIIIUnitFWRev", "2606.7.2.4.0"), Descr(r"SW (?P<v>V\S+)")),
        serial=(Value("cmcIIIUnitSerial", "2606.7.2.6.0"), Descr(r"SN (?P<v>\d+)")),
    ),
    Rule(
        os="rittal-cmc",
        os_name="Rittal CMC-TC",
        vendor="Rittal",
        type="environment",
        oid=("2606.4", "2606.1"),
        model=(Descr(r"^(?P<v>\S.{0,30}?) SN \S+ HW V"), Descr(r"^(?P<v>[^,]{3,40})")),
        version=(Descr(r"SW V(?P<v>\d\S+)"), Descr(r"V(?P<v>\d\S+)")),
        serial=(Descr(r"SN (?P<v>\S+) HW"),),
    ),
    Rule(
        os="pcoweb-rittal-lcp-3311",
        os_name="Rittal LCP DX",
        vendor="Rittal",
        type="environment",
        oid=("9839.2606.3311",),
    ),
    Rule(
        os="pcoweb-rittalchiller",
        os_name="Rittal chiller",
        vendor="Rittal",
        type="environment",
        oid=("9839.2606.1", "9839.2606"),
    ),
    Rule(os="scs-ks", os_name="SCS KS", vendor="SCS", type="environment", oid=("9839",), descr=r"cpCO"),
    Rule(
        os="pcoweb-denco", os_name="Denco", vendor="Denco", type="environment", oid=("9839",), descr=r"Denco"
    ),
    Rule(
        os="pcoweb-crac",
        os_name="CAREL CRAC",
        vendor="Carel",
        type="environment",
        oid=("9839",),
        descr=r"CRAC",
    ),
    Rule(
        os="pcoweb",
        os_name="pCOWeb",
        vendor="Carel",
        type="environment",
        oid=("9839",),
        version=(Descr(r"(?P<v>[AB]\d\.\d\.\d)"),),
    ),
    Rule(
        os="stulz",
        os_name="Stulz",
        vendor="Stulz",
        type="environment",
        oid=("29462",),
        model=(Descr(r"(?P<v>WIB ?\d+)"),),
    ),
)
