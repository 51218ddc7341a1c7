"""A provider's network: core, distribution, access, and what hangs on it, wired with two-sided links."""

import ipaddress
import random
from collections.abc import Iterator, Sequence

import msgspec

from lab.devices import arista, aruba, cisco, endpoints, fortinet, huawei, juniper, mikrotik, ubiquiti
from lab.devices.model import Link, Model, Role, Unit
from lab.snmp_live import Flow

MIN_SIZE, MAX_SIZE = 12, 10_000

MODELS: dict[Role, tuple[Model, ...]] = {
    "core": (cisco.ASR9001, juniper.MX204, mikrotik.CCR2216, huawei.NE8000),
    "distribution": (arista.DCS7050, mikrotik.CCR2004, cisco.N9K, juniper.QFX5100),
    "access": (
        cisco.C9300, aruba.J9775A, juniper.EX3400, mikrotik.CRS326,
        huawei.S5720, cisco.C2960X, ubiquiti.EDGESWITCH, aruba.JL253A,
    ),
    "edge": (mikrotik.HEX, fortinet.FGT60F, mikrotik.RB5009, cisco.ISR4321, mikrotik.CHR),
    "endpoint": (
        endpoints.LINUX, endpoints.PRINTER, endpoints.UPS, endpoints.CAMERA, ubiquiti.UNIFI, ubiquiti.AIRMAX,
    ),
}  # fmt: skip
_NAMES = {"core": "cr", "distribution": "ds", "access": "as", "edge": "ce"}
_ENDPOINT_NAMES = {"server": "srv", "printer": "prn", "ups": "ups", "camera": "cam", "wireless": "ap"}
_SITES = (
    "ber",
    "ham",
    "muc",
    "cgn",
    "fra",
    "str",
    "dus",
    "lej",
    "dre",
    "han",
    "nue",
    "hb",
    "kie",
    "erf",
    "mzg",
    "sbr",
)
_MACS_A_UNIT = 128
_LINK_NETWORK = int(ipaddress.IPv4Address("10.128.0.0"))
_LOAD_LIMIT = 0.45
"""The mean load of a link at most, so that its daily peak fits."""


class Counts(msgspec.Struct, frozen=True):
    """How many devices of each role a network of some size has."""

    core: int
    distribution: int
    access: int
    edge: int
    endpoint: int

    @classmethod
    def of(cls, size: int) -> "Counts":
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise ValueError(f"a fleet has {MIN_SIZE} to {MAX_SIZE} devices, not {size}")
        core, distribution, access = max(2, size // 100), max(2, size // 25), max(4, size // 4)
        rest = size - core - distribution - access
        return cls(core, distribution, access, rest // 3, rest - rest // 3)


class Network:
    """The units of a network and the traffic on their links."""

    def __init__(self, units: Sequence[Unit], flows: dict[str, dict[int, Flow]]) -> None:
        self.units = units
        self.flows = flows
        """By unit name, then ifIndex."""


def build_network(size: int, seed: int) -> Network:
    """The same network for the same size and seed; ValueError if the size is out of bounds."""
    counts = Counts.of(size)
    makers = _Maker(seed)
    core = makers.units("core", [_site(at) for at in range(counts.core)])
    distribution = makers.units("distribution", [_site(at) for at in range(counts.distribution)])
    access_homes = _spread(counts.access, distribution)
    access = makers.units("access", [home.site for home in access_homes])
    edge_homes, host_homes = _spread(counts.edge, access), _spread(counts.endpoint, access)
    edge = makers.units("edge", [home.site for home in edge_homes])
    hosts = makers.units("endpoint", [home.site for home in host_homes])
    wiring = _Wiring(makers.dice)
    # From the leaves upwards, so that a link carries what lies behind it.
    for leaf, home in zip([*edge, *hosts], [*edge_homes, *host_homes], strict=True):
        wiring.connect_all(leaf, [home])
    for at, (switch, home) in enumerate(zip(access, access_homes, strict=True)):
        wiring.connect_all(switch, [home, _next(home, distribution)] if at % 3 == 0 else [home])
    for node, home in zip(distribution, _spread(len(distribution), core), strict=True):
        wiring.connect_all(node, [home, _next(home, core)])
    wiring.ring(core)
    return Network([*core, *distribution, *access, *edge, *hosts], wiring.flows)


def _site(number: int) -> str:
    return _SITES[number % len(_SITES)] + str(number // len(_SITES) + 1)


def _spread(count: int, uppers: Sequence[Unit]) -> list[Unit]:
    """The upper unit of each of so many lower ones, neighbours together."""
    return [uppers[at * len(uppers) // count] for at in range(count)]


def _next(unit: Unit, units: Sequence[Unit]) -> Unit:
    return units[(units.index(unit) + 1) % len(units)]


class _Maker:
    """Makes units with names, serial numbers and MAC addresses that none shares."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self._models = {role: self._shuffled(models) for role, models in MODELS.items()}
        self._serials: set[str] = set()
        self._numbers: Iterator[int] = iter(range(MAX_SIZE))
        self._first_mac = self.dice.randrange(1 << 16) << 7

    def _shuffled(self, models: Sequence[Model]) -> Sequence[Model]:
        return self.dice.sample(models, len(models))

    def units(self, role: Role, sites: Sequence[str]) -> list[Unit]:
        """A unit at each site, the role's models in turn."""
        models = self._models[role]
        return [self._unit(role, models[at % len(models)], at + 1, site) for at, site in enumerate(sites)]

    def _unit(self, role: Role, model: Model, number: int, site: str) -> Unit:
        mac = model.oui << 24 | (self._first_mac + next(self._numbers) * _MACS_A_UNIT) & 0xFF_FFFF
        if role == "endpoint":
            name = f"{_ENDPOINT_NAMES[model.type]}{number}-{site}"
        else:
            name = f"{_NAMES[role]}{number}.{site}.example.net"
        return Unit(
            model,
            name=name,
            site=site,
            role=role,
            serial=self._serial(model, mac),
            version=self.dice.choice(model.versions),
            mac=mac,
            seed=self.dice.randrange(1 << 31),
        )

    def _serial(self, model: Model, mac: int) -> str:
        serial = model.make_serial(self.dice, mac)
        while serial and serial in self._serials:
            serial = model.make_serial(self.dice, mac)
        self._serials.add(serial)
        return serial


class _Wiring:
    """Connects units port to port and adds up the traffic."""

    def __init__(self, dice: random.Random) -> None:
        self.flows: dict[str, dict[int, Flow]] = {}
        self._dice = dice
        self._links = 0
        self._down_bps: dict[str, float] = {}
        self._up_bps: dict[str, float] = {}

    def connect_all(self, lower: Unit, uppers: Sequence[Unit]) -> None:
        """Uplinks that share what the lower unit carries; IndexError where a unit has no port left."""
        for upper in uppers:
            own_down, own_up = self._dice.lognormvariate(13.5, 1.2), self._dice.lognormvariate(12.0, 1.2)
            down = self._down_bps.get(lower.name, 0.0) / len(uppers) + own_down
            up = self._up_bps.get(lower.name, 0.0) / len(uppers) + own_up
            self._link(lower, upper, down, up)

    def ring(self, units: Sequence[Unit]) -> None:
        """Each unit with the next, and the last with the first where there are three or more."""
        for at, unit in enumerate(units if len(units) > 2 else units[:-1]):
            carried = self._down_bps.get(unit.name, 0.0) / 2
            self._link(unit, units[(at + 1) % len(units)], carried, carried)

    def _link(self, lower: Unit, upper: Unit, down_bps: float, up_bps: float) -> None:
        lower_port, upper_port = (
            lower.take_port("uplink"),
            upper.take_port("uplink" if lower.role == upper.role else "access"),
        )
        speed = min(lower_port.speed_bps, upper_port.speed_bps)
        down, up = min(down_bps, speed * _LOAD_LIMIT), min(up_bps, speed * _LOAD_LIMIT)
        address = 0
        if lower.model.routed and upper.model.routed:
            address = _LINK_NETWORK + 2 * self._links
        self._links += 1
        for near, near_port, far, far_port, own, other in (
            (lower, lower_port, upper, upper_port, address, address and address + 1),
            (upper, upper_port, lower, lower_port, address and address + 1, address),
        ):
            near.links.append(
                Link(
                    port=near_port,
                    far=far,
                    far_port=far_port,
                    speed_bps=speed,
                    address=own,
                    far_address=other,
                )
            )
        phase, errors = self._dice.uniform(-0.4, 0.4), 0.0
        if self._dice.random() < 0.03:
            errors = self._dice.uniform(1e-5, 1e-3)
        self.flows.setdefault(lower.name, {})[lower_port.if_index] = Flow(down, up, phase, errors)
        self.flows.setdefault(upper.name, {})[upper_port.if_index] = Flow(up, down, phase)
        self._down_bps[upper.name] = self._down_bps.get(upper.name, 0.0) + down
        self._up_bps[upper.name] = self._up_bps.get(upper.name, 0.0) + up
