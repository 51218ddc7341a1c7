"""Builds a fleet: a synthetic provider network of any size whose devices all answer SNMP, the same for the same seed."""

import ipaddress
import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from domain.access import SnmpAccess, SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from lab.devices import bridge, cdp, interfaces, lldp, system
from lab.devices.model import Model, Unit
from lab.devices.objects import Objects
from lab.devices.topology import Network, build_network
from lab.snmp_agent import Agent
from lab.snmp_live import Device
from lab.snmp_tree import Tree, View
from lab.snmp_usm_keys import User

_V3_EVERY = 4
"""One in this many of the devices that may speak v3 speaks nothing else."""
_MORE_ADDRESSES_EVERY = 3
"""One in this many routers answers at two or three addresses."""
_MAX_UPTIME_S = 600 * 86_400


class Credentials(msgspec.Struct, frozen=True):
    """What opens a fleet's agents. Without `v1` or `v3` no device speaks that version only; v2c is then spoken."""

    v2c: SnmpV2cAccess
    v1: SnmpV1Access | None = None
    v3: SnmpV3Access | None = None


class Fleet(msgspec.Struct, frozen=True):
    units: tuple[Unit, ...]
    """Every device once: the truth that discovery should find."""
    agents: Mapping[str, Agent]
    """By address; a device with several addresses is one agent at each."""
    access: Mapping[str, SnmpAccess]
    """What opens the agent at each address."""


def generated_credentials(seed: int) -> Credentials:
    """Credentials of all three versions, made up from the seed."""
    dice = random.Random(f"credentials {seed}")
    return Credentials(
        v1=SnmpV1Access(id="lab-v1", community=f"old-{dice.randrange(16**6):06x}"),
        v2c=SnmpV2cAccess(id="lab-v2c", community=f"lab-{dice.randrange(16**6):06x}"),
        v3=SnmpV3Access(
            id="lab-v3",
            username="netops",
            auth_protocol="SHA256",
            auth_password=f"auth-{dice.randrange(16**10):010x}",
            priv_protocol="AES128",
            priv_password=f"priv-{dice.randrange(16**10):010x}",
        ),
    )


def build_fleet(
    size: int,
    network: ipaddress.IPv4Network,
    seed: int = 1,
    *,
    credentials: Credentials | None = None,
    now: float | None = None,
) -> Fleet:
    """A fleet of 12 to 10,000 devices on addresses of the network.

    The same arguments give the same fleet; `now`, in seconds since 1970, is when its up-times are counted from, by
    default the present. Credentials are generated where none are given. ValueError if the network is too small.
    """
    built = build_network(size, seed)
    _place(built.units, network)
    opened = credentials or generated_credentials(seed)
    access = {unit.name: _access(unit, at, opened) for at, unit in enumerate(built.units)}
    users = [User(opened.v3)] if opened.v3 else []
    trees = _Trees()
    started = time.time() if now is None else now
    agents = {
        unit.name: _agent(unit, built, access[unit.name], users, trees, started) for unit in built.units
    }
    return Fleet(
        units=tuple(built.units),
        agents={address: agents[unit.name] for unit in built.units for address in unit.addresses},
        access={address: access[unit.name] for unit in built.units for address in unit.addresses},
    )


def _place(units: Sequence[Unit], network: ipaddress.IPv4Network) -> None:
    """Gives each unit an address, then some routers another one or two while addresses last."""
    hosts = network.hosts()
    free = [str(address) for address, _ in zip(hosts, range(len(units) * 2), strict=False)]
    if len(free) < len(units):
        raise ValueError(
            f"{network} has {len(free)} host addresses for {len(units)} devices: give a wider one"
        )
    spare = iter(free[len(units) :])
    routers = 0
    for unit, address in zip(units, free, strict=False):
        addresses = [address]
        if unit.model.type == "router":
            if routers % _MORE_ADDRESSES_EVERY == 0:
                wanted = 1 + routers // _MORE_ADDRESSES_EVERY % 2
                addresses += [more for more, _ in zip(spare, range(wanted), strict=False)]
            routers += 1
        unit.addresses = tuple(addresses)
        unit.prefix_len = network.prefixlen


def _access(unit: Unit, at: int, credentials: Credentials) -> SnmpAccess:
    if unit.model.v1_only:
        return credentials.v1 or credentials.v2c
    if credentials.v3 and at % _V3_EVERY == 0:
        return credentials.v3
    return credentials.v2c


class _Trees:
    """The objects that all units of a model share, made when the first of them is asked."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}

    def of(self, model: Model) -> Tree:
        tree = self._trees.get(model.name)
        if tree is None:
            objects = Objects()
            system.add_system(objects, model)
            interfaces.add_interfaces(objects, model)
            bridge.add_ports(objects, model)
            lldp.add_local_ports(objects, model)
            model.shared(objects)
            tree = self._trees[model.name] = Tree(objects)
        return tree


def _view(unit: Unit, trees: _Trees) -> View:
    objects = Objects()
    system.add_identity(objects, unit)
    interfaces.add_links(objects, unit)
    interfaces.add_addresses(objects, unit)
    bridge.add_learned(objects, unit)
    lldp.add_neighbours(objects, unit)
    cdp.add_cache(objects, unit)
    unit.model.own(objects, unit)
    return View(trees.of(unit.model), objects)


def _agent(
    unit: Unit, network: Network, access: SnmpAccess, users: Sequence[User], trees: _Trees, now: float
) -> Agent:
    device = Device(
        seed=unit.seed,
        booted_at=now - 3_600 - unit.seed % _MAX_UPTIME_S,
        mac=unit.mac,
        flows=network.flows.get(unit.name, {}),
        engine_id=engine_id(unit),
        engine_boots=1 + unit.seed % 40,
    )
    view: Callable[[], View] = partial(_view, unit, trees)
    if isinstance(access, SnmpV3Access):
        return Agent(unit.name, view, device=device, users=users)
    community = (access.community.encode(),)
    if isinstance(access, SnmpV1Access):
        return Agent(unit.name, view, device=device, v1=community)
    return Agent(unit.name, view, device=device, v1=community, v2c=community)


def engine_id(unit: Unit) -> bytes:
    """The vendor's enterprise number and the unit's MAC address (RFC 3411, 5: format 3)."""
    return (0x8000_0000 | unit.model.enterprise).to_bytes(4, "big") + b"\x03" + unit.mac.to_bytes(6, "big")
