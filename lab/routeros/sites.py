"""The RouterOS devices of a simulated provider network as routers whose API answers, with customers behind them."""

from lab.devices.model import Unit
from lab.fleet import Fleet
from lab.routeros.fleet import RouterSite


def routeros_sites(fleet: Fleet, *, customers: int) -> tuple[RouterSite, ...]:
    """Each device at its management address, as its SNMP agent shows it; customers dial in to routers alone."""
    return tuple(_site(unit, customers) for unit in fleet.units if unit.model.os == "RouterOS")


def _site(unit: Unit, customers: int) -> RouterSite:
    host, _, rest = unit.name.partition(".")
    return RouterSite(
        address=unit.addresses[0],
        name=unit.name,
        version=unit.version,
        board=unit.model.name,
        serial=unit.serial,
        customers=customers if unit.model.type == "router" else 0,
        prefix=f"{rest.partition('.')[0]}-{host}-",
    )
