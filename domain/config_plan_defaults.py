"""What settings of RouterOS are as delivered, since an export leaves those out: what it does not show can be set back to them.

From the property tables of MikroTik's documentation and verbose exports of RouterOS 6 and 7. Only what is the same on all
boards and in all releases that have the setting; what depends on either is not here.
"""

from collections.abc import Mapping

EMPTY = '""'
_NOBODY = "0.0.0.0"  # noqa: S104 - RouterOS writes no server so
_SWITCHES = {"yes": "no", "no": "yes"}
_EVERYWHERE = {"comment": EMPTY}

_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "/ip dns": {
        "servers": EMPTY,
        "use-doh-server": EMPTY,
        "cache-size": "2048KiB",
        "cache-max-ttl": "1w",
        "max-udp-packet-size": "4096",
        "max-concurrent-queries": "100",
        "max-concurrent-tcp-sessions": "20",
        "query-server-timeout": "2s",
        "query-total-timeout": "10s",
        "doh-max-concurrent-queries": "50",
        "doh-max-server-connections": "5",
        "doh-timeout": "5s",
        "address-list-extra-time": "0s",
    },
    "/ip settings": {"rp-filter": "no", "arp-timeout": "30s", "icmp-rate-limit": "10"},
    "/ip ssh": {"host-key-size": "2048", "forwarding-enabled": "no"},
    "/ip proxy": {"port": "8080", "cache-administrator": "webmaster", "max-cache-size": "unlimited"},
    "/ip socks": {"port": "1080", "version": "4", "connection-idle-timeout": "2m", "max-connections": "200"},
    "/ip traffic-flow": {
        "interfaces": "all",
        "active-flow-timeout": "30m",
        "inactive-flow-timeout": "15s",
    },
    "/ppp aaa": {"interim-update": "0s"},
    "/user aaa": {"interim-update": "0s", "default-group": "read", "exclude-groups": EMPTY},
    "/radius incoming": {"port": "3799"},
    "/snmp": {
        "contact": EMPTY,
        "location": EMPTY,
        "trap-community": "public",
        "trap-target": EMPTY,
        "trap-version": "1",
        "src-address": "::",
    },
    "/system identity": {"name": "MikroTik"},
    "/system note": {"note": EMPTY},
    "/system ntp client": {
        "mode": "unicast",
        "servers": EMPTY,
        "primary-ntp": _NOBODY,
        "secondary-ntp": _NOBODY,
        "server-dns-names": EMPTY,
    },
    "/system ntp server": {"broadcast-addresses": EMPTY, "local-clock-stratum": "5", "auth-key": "none"},
    "/system watchdog": {"watch-address": "none", "ping-start-after-boot": "5m", "ping-timeout": "1m"},
    "/tool bandwidth-server": {"allocate-udp-ports-from": "2000", "max-sessions": "100"},
    "/tool e-mail": {"from": "<>", "port": "25", "user": EMPTY, "password": EMPTY, "tls": "no"},
    "/tool graphing": {"page-refresh": "300", "store-every": "5min"},
    "/tool mac-server": {"allowed-interface-list": "all"},
    "/tool mac-server mac-winbox": {"allowed-interface-list": "all"},
    "/tool romon": {"id": "00:00:00:00:00:00", "secrets": EMPTY},
}
"""Of menus that hold settings instead of items."""

_ITEMS: Mapping[str, Mapping[str, str]] = {
    "/interface ethernet": {"mtu": "1500", "arp": "enabled", "arp-timeout": "auto"},
    "/ip service": {"address": EMPTY, "certificate": "none", "tls-version": "any", "vrf": "main"},
}
"""Of items that are there from the start."""
_PORTS = {
    "telnet": "23",
    "ftp": "21",
    "www": "80",
    "ssh": "22",
    "www-ssl": "443",
    "api": "8728",
    "winbox": "8291",
    "api-ssl": "8729",
}


def default(menu: str, selector: str, key: str, value: str) -> str | None:
    """What a setting that an export shows with this value was delivered with; None where nobody can know.

    A switch that an export shows was the other way round, since it leaves out what is as delivered.
    """
    known = _ITEMS.get(menu, {}) if selector else _SETTINGS.get(menu, {})
    if menu == "/ip service" and key == "port":
        return _PORTS.get(selector)
    return known.get(key) or _EVERYWHERE.get(key) or _SWITCHES.get(value)
