"""The inventory for other tools: CSV, JSON, an Ansible inventory, Prometheus targets."""

import csv
import io
import re
from typing import Any, Literal

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from api.caller import viewer
from api.provided import Connect
from projections import inventory_queries
from projections.inventory_queries import DeviceRow

_COLUMNS = (
    "id", "name", "address", "mac", "vendor", "model", "os", "os_version", "serial", "type", "status", "site",
    "labels", "owner", "last_seen",
)  # fmt: skip
_BATCH = 500
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_ANSIBLE_NETWORK_OS = {
    "ios": "cisco.ios.ios",
    "iosxe": "cisco.ios.ios",
    "iosxr": "cisco.iosxr.iosxr",
    "nxos": "cisco.nxos.nxos",
    "junos": "junipernetworks.junos.junos",
    "arista_eos": "arista.eos.eos",
    "routeros": "community.routeros.routeros",
    "vyos": "vyos.vyos.vyos",
}


@get("/inventory/export", guards=[viewer], opt={"reads": ("inventory",)})
async def export(
    connect: Connect, format: FromQuery[Literal["csv", "json", "ansible", "prometheus"]] = "json"
) -> Response[bytes]:
    """All devices: as CSV, as JSON, as an Ansible inventory, or as targets for Prometheus' http_sd."""
    devices = await _all(connect)
    match format:
        case "csv":
            return _file(_csv(devices), "text/csv", "netledger-inventory.csv")
        case "ansible":
            return _file(_json(_ansible(devices)), "application/json", "netledger-ansible.json")
        case "prometheus":
            return Response(_json(_prometheus(devices)), media_type="application/json")
        case _:
            return _file(_json(devices), "application/json", "netledger-inventory.json")


async def _all(connect: Connect) -> list[DeviceRow]:
    devices: list[DeviceRow] = []
    after: tuple[str, str] | None = None
    async with connect() as conn:
        while rows := await inventory_queries.page(conn, limit=_BATCH, after=after):
            devices += rows
            after = (rows[-1].name.lower(), rows[-1].id)
    return devices


def _file(content: bytes, media_type: str, name: FromPath[str]) -> Response[bytes]:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _csv(devices: list[DeviceRow]) -> bytes:
    """Spreadsheets run what begins like a formula, and device names are not ours: such cells get an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for device in devices:
        cells = [" ".join(v) if isinstance(v := getattr(device, c), list) else str(v or "") for c in _COLUMNS]
        writer.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells])
    return out.getvalue().encode()


def _ansible(devices: list[DeviceRow]) -> dict[str, Any]:
    """The JSON of a dynamic inventory script, with groups by vendor, OS, type, site and label."""
    groups: dict[str, list[str]] = {}
    hosts: dict[str, Any] = {}
    for device in devices:
        name = device.name if device.name not in hosts else f"{device.name}-{device.id[:8]}"
        hosts[name] = {
            "ansible_host": device.address,
            "netledger_id": device.id,
            "netledger_model": device.model,
            "netledger_serial": device.serial,
            "netledger_os_version": device.os_version,
            "netledger_status": device.status,
        }
        if network_os := _ANSIBLE_NETWORK_OS.get(device.os):
            hosts[name]["ansible_network_os"] = network_os
        kinds = [("vendor", device.vendor), ("os", device.os), ("type", device.type), ("site", device.site)]
        for kind, value in [*kinds, *(("label", label) for label in device.labels)]:
            if value:
                groups.setdefault(re.sub(r"\W+", "_", f"{kind}_{value}".lower()), []).append(name)
    return {
        "_meta": {"hostvars": hosts},
        "all": {"hosts": list(hosts)},
        **{group: {"hosts": members} for group, members in sorted(groups.items())},
    }


def _prometheus(devices: list[DeviceRow]) -> list[dict[str, Any]]:
    """The format of http_sd and file_sd: https://prometheus.io/docs/prometheus/latest/http_sd/."""
    return [
        {
            "targets": [device.address],
            "labels": {
                "__meta_netledger_id": device.id,
                "__meta_netledger_name": device.name,
                "__meta_netledger_vendor": device.vendor,
                "__meta_netledger_model": device.model,
                "__meta_netledger_os": device.os,
                "__meta_netledger_type": device.type,
                "__meta_netledger_site": device.site,
                "__meta_netledger_status": device.status,
                "__meta_netledger_labels": "," + ",".join(device.labels) + "," if device.labels else "",
            },
        }
        for device in devices
    ]


ROUTER = Router("/", route_handlers=[export], tags=["inventory"])
