"""Many simulated routers with customers on them, all on one port of neighbouring loopback addresses."""

import errno
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from lab.addresses import addresses
from lab.routeros.pppoe import Subscriber
from lab.routeros.router import SimulatedRouter
from lab.routeros.server import RouterServer
from lab.routeros.trap import Trap

VERSIONS = ("7.16.2", "6.49.17", "7.18.2", "6.42.12")
ISOLATION_PROFILE = "isolated"
ISOLATION_LIST = "isolated"
PLANS = {"home": "5M/20M", "family": "10M/50M", "business": "50M/100M"}
PORT_TRIES = 20


@dataclass(frozen=True, slots=True)
class RouterSite:
    """One router of a fleet, and how many customers dial in to it."""

    address: str
    name: str
    version: str
    board: str = ""
    serial: str = ""
    customers: int = 0
    prefix: str = "customer"
    """What the customers' user names begin with."""


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """What a fleet looks like. With several versions, routers take them in turn; `sites` say it router by router."""

    network: str = "127.65.0.0/24"
    count: int = 1
    port: int = 0
    customers: int = 10
    versions: tuple[str, ...] = VERSIONS
    username: str = "admin"
    password: str = "lab"
    redial_s: float = 2.0
    disable_ends_session: bool = False
    sites: tuple[RouterSite, ...] = ()


def sites_of(plan: FleetPlan) -> Sequence[RouterSite]:
    return plan.sites or [
        RouterSite(
            address=address,
            name=f"lab-{address.replace('.', '-')}",
            version=plan.versions[number % len(plan.versions)],
            customers=plan.customers,
        )
        for number, address in enumerate(addresses(plan.network, plan.count))
    ]


def furnish(
    router: SimulatedRouter, *, customers: int, prefix: str = "customer", redial_s: float = 2.0
) -> None:
    """Gives a router address pools, speed profiles, an isolation profile and list, and customers who dial in."""
    ppp = router.ppp
    ppp.pools.add({"name": "customers", "ranges": "100.64.0.2-100.64.3.254"})
    ppp.pools.add({"name": "isolated", "ranges": "10.66.0.2-10.66.3.254"})
    for name, limit in PLANS.items():
        ppp.profiles.add(
            {"name": name, "local-address": "100.64.0.1", "remote-address": "customers", "rate-limit": limit}
        )
    ppp.profiles.add(
        {
            "name": ISOLATION_PROFILE,
            "local-address": "10.66.0.1",
            "remote-address": "isolated",
            "rate-limit": "64k/64k",
        }
    )
    ppp.filters.add({"chain": "forward", "action": "drop", "src-address-list": ISOLATION_LIST})
    for number in range(customers):
        add_customer(router, f"{prefix}{number:04}", list(PLANS)[number % len(PLANS)], redial_s=redial_s)


def add_customer(
    router: SimulatedRouter,
    name: str,
    profile: str = "home",
    *,
    password: str = "",
    redial_s: float = 2.0,
    remote_address: str = "",
    comment: str = "",
    radius: bool = False,
) -> Subscriber:
    """A secret and the modem that uses it."""
    password = password or f"pw-{name}"
    values = {"name": name, "password": password, "service": "pppoe", "profile": profile}
    optional = {"remote-address": remote_address, "comment": comment}
    router.ppp.secrets.add(values | {key: value for key, value in optional.items() if value})
    number = len(router.pppoe.subscribers) + 1
    mac = ":".join(f"{byte:02X}" for byte in (0x02, 0, *number.to_bytes(4, "big")))
    subscriber = Subscriber(name, password, mac, redial_s=redial_s, radius=radius)
    router.pppoe.subscribe(subscriber)
    return subscriber


class LabFleet:
    """Routers and their listeners, by address."""

    def __init__(self, plan: FleetPlan, *, tls: ssl.SSLContext | None = None) -> None:
        self.plan = plan
        self._tls = tls
        self.servers: dict[str, RouterServer] = {}
        self.port = plan.port
        self.tls_port = 0

    async def start(self) -> None:
        """Listens on one port everywhere; a free one is found where the plan leaves it open."""
        for attempt in range(PORT_TRIES):
            try:
                await self._start()
                return
            except OSError as error:
                await self.stop()
                self.port, self.tls_port = self.plan.port, 0
                taken = error.errno == errno.EADDRINUSE
                if not taken or self.plan.port or attempt == PORT_TRIES - 1:
                    raise

    async def _start(self) -> None:
        plan = self.plan
        for number, site in enumerate(sites_of(plan)):
            router = SimulatedRouter(
                site.name,
                version=site.version,
                username=plan.username,
                password=plan.password,
                seed=number,
                disable_ends_session=plan.disable_ends_session,
                board=site.board,
                serial=site.serial,
            )
            server = RouterServer(router, site.address, port=self.port, tls=self._tls, tls_port=self.tls_port)
            self.servers[site.address] = server
            await server.start()
            self.port, self.tls_port = server.port, server.tls_port
            furnish(router, customers=site.customers, prefix=site.prefix, redial_s=plan.redial_s)

    async def stop(self) -> None:
        for server in self.servers.values():
            await server.stop()
        self.servers.clear()

    def reboot(self, address: str, down_s: float) -> None:
        self.servers[address].router.reboot(down_s)

    def __getitem__(self, address: str) -> SimulatedRouter:
        try:
            return self.servers[address].router
        except KeyError:
            raise Trap(f"no router at {address}", category=0) from None
