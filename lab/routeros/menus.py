"""The menus of a simulated router with their properties, as /export and print name them."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network

from lab.routeros.table import READABLE, REMOVABLE, Column, Row, Table, boolean, text

Live = Callable[[Row], Mapping[str, str]]

NO_SUCH_VALUE = "input does not match any value of {name}"
FLAG = Column(boolean, default="false")
NAME = Column(required=True)
COMMENT = Column()


def one_of(table: Table) -> Callable[[str], str]:
    def check(value: str) -> str:
        if table.find(name=value) is None:
            raise ValueError(value)
        return value

    return check


def choice(*values: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in values:
            raise ValueError(value)
        return value

    return check


def integer(value: str) -> str:
    return str(int(value))


def address(value: str) -> str:
    return str(ip_address(value))


def prefix(value: str) -> str:
    network = ip_network(value)
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def address_or(table: Table) -> Callable[[str], str]:
    """An address, or the name of an address pool."""
    named = one_of(table)

    def check(value: str) -> str:
        try:
            return address(value)
        except ValueError:
            return named(value)

    return check


def pools() -> Table:
    return Table(
        {"name": NAME, "ranges": Column(required=True), "comment": COMMENT},
        unique=["name"],
        duplicate="pool with such name already exists",
    )


def profiles(pools: Table) -> Table:
    table = Table(
        {
            "name": NAME,
            "local-address": Column(address_or(pools)),
            "remote-address": Column(address_or(pools)),
            "rate-limit": Column(),
            "address-list": Column(default=""),
            "only-one": Column(choice("default", "yes", "no"), default="default"),
            "use-encryption": Column(default="default"),
            "change-tcp-mss": Column(default="yes"),
            "comment": COMMENT,
        },
        unique=["name"],
        duplicate="profile with the same name already exists",
    )
    table.insert({**_defaults(table), "name": "default", "default": "true"}, item_id="*0")
    table.insert(
        {**_defaults(table), "name": "default-encryption", "use-encryption": "yes", "default": "true"},
        item_id="*FFFFFFFE",
    )
    return table


def _defaults(table: Table) -> Row:
    return {name: column.default for name, column in table.columns.items() if column.default is not None}


def secrets(profiles: Table, pools: Table, live: Live) -> Table:
    services = choice("any", "async", "l2tp", "ovpn", "pppoe", "pptp", "sstp")
    return Table(
        {
            "name": NAME,
            "service": Column(services, default="any", refusal=NO_SUCH_VALUE),
            "caller-id": Column(default=""),
            "password": Column(default=""),
            "profile": Column(one_of(profiles), default="default", refusal=NO_SUCH_VALUE),
            "local-address": Column(address_or(pools)),
            "remote-address": Column(address_or(pools)),
            "routes": Column(default=""),
            "ipv6-routes": Column(default=""),
            "limit-bytes-in": Column(integer, default="0"),
            "limit-bytes-out": Column(integer, default="0"),
            "disabled": FLAG,
            "comment": COMMENT,
        },
        unique=["name"],
        duplicate="secret with the same name already exists",
        live=live,
    )


def active(live: Live, hang_up: Callable[[Row], None]) -> Table:
    return Table({}, verbs=REMOVABLE, first_id=0x8000_0000, live=live, on_remove=hang_up)


def interfaces(live: Live) -> Table:
    """`listen` says nothing when a dynamic interface goes away, as on a real router."""
    return Table(
        {"name": NAME, "mtu": Column(integer), "disabled": FLAG, "comment": COMMENT},
        live=live,
        reports_dynamic_loss=False,
    )


def queues(live: Live) -> Table:
    return Table(
        {
            "name": NAME,
            "target": Column(default=""),
            "parent": Column(default="none"),
            "priority": Column(default="8/8"),
            "queue": Column(default="default-small/default-small"),
            "limit-at": Column(default="0/0"),
            "max-limit": Column(default="0/0"),
            "dynamic": FLAG,
            "disabled": FLAG,
            "comment": COMMENT,
        },
        unique=["name"],
        duplicate="already have such name",
        live=live,
    )


def address_lists() -> Table:
    return Table(
        {
            "list": NAME,
            "address": Column(prefix, required=True),
            "timeout": Column(),
            "dynamic": FLAG,
            "disabled": FLAG,
            "comment": COMMENT,
        },
        unique=["list", "address"],
        duplicate="already have such entry",
        key="list",
    )


def filters() -> Table:
    return Table(
        {
            "chain": NAME,
            "action": Column(default="accept"),
            "src-address-list": Column(),
            "dst-address-list": Column(),
            "disabled": FLAG,
            "comment": COMMENT,
        },
        key="chain",
    )


def scheduler() -> Table:
    columns = ("start-date", "start-time", "interval", "on-event")
    return Table(
        {
            "name": NAME,
            **{name: Column(default="") for name in columns},
            "policy": Column(default="read,write"),
            "disabled": FLAG,
            "comment": COMMENT,
        },
        unique=["name"],
        duplicate="item with this name already exists",
    )


def scripts() -> Table:
    return Table(
        {
            "name": NAME,
            "source": Column(default=""),
            "policy": Column(default="read,write"),
            "comment": COMMENT,
        },
        unique=["name"],
        duplicate="item with this name already exists",
    )


def history() -> Table:
    return Table({}, verbs=READABLE, newest_first=True, key="action")


def log() -> Table:
    return Table({}, verbs=READABLE, key="message")


def users() -> Table:
    groups = choice("full", "read", "write")
    return Table(
        {
            "name": NAME,
            "group": Column(groups, default="read", refusal=NO_SUCH_VALUE),
            "password": Column(text, default=""),
        },
        unique=["name"],
    )
