"""The devices of a simulated provider network whose command line is simulated too."""

from lab.fleet import Fleet
from lab.ssh.fleet import SshSite

FAMILY = {
    "IOS": "ios",
    "IOS XE": "ios",
    "Junos": "junos",
    "RouterOS": "routeros",
    "EOS": "arista_eos",
    "VRP": "vrp",
    "ArubaOS-Switch": "procurve",
}
"""How an operating system speaks."""


def ssh_sites(fleet: Fleet) -> tuple[SshSite, ...]:
    """Each device at its management address, under the name that its SNMP agent gives."""
    return tuple(
        SshSite(address=unit.addresses[0], name=unit.name.partition(".")[0], family=FAMILY[unit.model.os])
        for unit in fleet.units
        if unit.model.os in FAMILY
    )
