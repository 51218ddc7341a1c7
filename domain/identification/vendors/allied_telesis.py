"""Allied Telesis (AT-RESOURCE-MIB, AT-SETUP-MIB, AT-INTERFACES-MIB, AtiSwitch-MIB, AtiL2-MIB)."""

from domain.identification.rules import Rule
from domain.identification.sources import Code, Column, Descr, Entity, Joined, Value

AT_8000 = {
    "1": "at8024",
    "2": "at8024GB",
    "3": "at8024M",
    "4": "at8016F",
    "5": "at8026FC",
}
"""atiswitchProductType of the AT-S39 switches."""

RULES = (
    Rule(
        os="awplus",
        os_name="AlliedWare Plus",
        vendor="Allied Telesis",
        type="switch",
        oid=("207.1",),
        descr=r"AlliedWare Plus|AW\+",
        model=(Column("rscBoardName", "207.8.4.4.3.21.1.1.4"), Entity("model", class_=3)),
        version=(
            Value("currSoftVersion", "207.8.4.4.4.500.2.1.1.0"),
            Descr(r"AW\+ v?(?P<v>\S+)"),
            Descr(r"Version (?P<v>[^\s,]+)"),
        ),
        serial=(Column("rscBoardSerialNumber", "207.8.4.4.3.21.1.1.8"),),
    ),
    Rule(
        os="allied-tq",
        os_name="Allied Telesis TQ",
        vendor="Allied Telesis",
        type="wireless",
        oid=("207.1.13",),
        model=(Descr(r"^(?P<v>\S+)"),),
        version=(Descr(r"^\S+ \S+ (?P<v>\S+)"),),
    ),
    Rule(
        os="allied",
        os_name="AlliedWare",
        vendor="Allied Telesis",
        type="switch",
        oid=("207",),
        model=(
            Code("atiswitchProductType", "207.8.15.1.1.0", AT_8000),
            Value("atiL2SwProduct", "207.8.33.1.1.0"),
            Value("mibObject.17.1.3.1.6.1", "207.8.17.1.3.1.6.1"),
            Descr(r"(?P<v>AT-\S+?)(?:,|\s|$)"),
            Column("arBoardName", "207.8.4.4.5.2.1.3", r"[a-z]"),
        ),
        version=(
            Joined(
                (
                    Value("atiswitchSw", "207.8.15.1.2.0", r"[a-z]"),
                    Value("atiswitchSwVersion", "207.8.15.1.3.0", r"\d\."),
                )
            ),
            Value("atiL2SwVersion", "207.8.33.1.2.0"),
            Value("mibObject.17.1.3.1.5.1", "207.8.17.1.3.1.5.1"),
            Descr(r"version (?P<v>[^\s,]+)"),
            Descr(r"AlliedWare Plus \(TM\) (?P<v>\d\S+)"),
        ),
        serial=(
            Value("mibObject.17.1.3.1.8.1", "207.8.17.1.3.1.8.1"),
            Column("arBoardSerialNumber", "207.8.4.4.5.2.1.5"),
        ),
    ),
)
