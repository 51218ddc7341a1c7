"""A RouterOS configuration: menus with items, or with settings; exported with its long lines broken."""

import re
from dataclasses import dataclass, field

WIDTH = 80
SINGLE = (
    "/system identity",
    "/ip dns",
    "/system clock",
    "/snmp",
    "/ip settings",
    "/system ntp client",
)
"""Menus that hold settings instead of items."""
NAMED = ("/interface ethernet", "/ip service", "/snmp community")
"""Menus whose items are there from the start and are only set."""
SERVICES = ("telnet", "ftp", "www", "ssh", "api", "winbox", "api-ssl")
DEFAULTS = {
    "/interface ethernet": {"disabled": "no", "mtu": "1500"},
    "/ip service": {"disabled": "no"},
    "/ip dns": {"allow-remote-requests": "no", "cache-size": "2048KiB"},
    "/snmp": {"enabled": "no", "trap-version": "1"},
    "/system identity": {"name": "MikroTik"},
    "/system ntp client": {"enabled": "no", "mode": "unicast"},
}
"""What an export leaves out, as it does with whatever is empty."""
MENUS = (
    *SINGLE,
    *NAMED,
    "/interface bridge",
    "/interface bridge port",
    "/interface vlan",
    "/interface list",
    "/ip address",
    "/ip pool",
    "/ip route",
    "/ip firewall filter",
    "/ip firewall nat",
    "/ip firewall address-list",
    "/ppp profile",
    "/ppp secret",
    "/queue simple",
    "/user",
    "/system logging",
)
PAIR = r'([\w.-]+)=("(?:\\.|[^"\\])*"|\S*)'


class Refused(Exception):
    """The router's words."""


@dataclass(slots=True)
class Menus:
    """`items` by menu, each a dict of settings; `fixed` items have a name by which `[ find ... ]` selects them."""

    items: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def copy(self) -> "Menus":
        return Menus({menu: [dict(item) for item in items] for menu, items in self.items.items()})

    def run(self, menu: str, verb: str, rest: str) -> None:
        """Carries out `add`, `set` or `remove`. Raises Refused."""
        if menu not in MENUS:
            raise Refused(f"bad command name {menu.split()[-1].strip('/')} (line 1 column 2)")
        selector, pairs = _parted(rest)
        match verb:
            case "add" if menu not in SINGLE and menu not in NAMED:
                if not pairs:
                    raise Refused("value of item expected")
                self._add(menu, pairs)
            case "set":
                usual = DEFAULTS.get(menu, {})
                for item in self._selected(menu, selector):
                    item.update(pairs)
                    for name in [name for name, value in item.items() if value in ('""', usual.get(name))]:
                        del item[name]
            case "remove":
                for item in self._selected(menu, selector):
                    self.items[menu] = [other for other in self.items[menu] if other is not item]
            case _:
                raise Refused(f"bad command name {verb} (line 1 column {len(menu) + 2})")

    def _add(self, menu: str, pairs: dict[str, str]) -> None:
        items = self.items.setdefault(menu, [])
        if "name" in pairs and any(item.get("name") == pairs["name"] for item in items):
            raise Refused("failure: already have such entry")
        if "address" in pairs and menu == "/ip address" and not re.fullmatch(r"[\d.]+/\d+", pairs["address"]):
            raise Refused("invalid value for argument address")
        items.append(pairs)

    def _selected(self, menu: str, selector: str) -> list[dict[str, str]]:
        items = self.items.setdefault(menu, [{}] if menu in SINGLE else [])
        if menu in SINGLE and menu not in NAMED:
            return items[:1]
        if found := re.fullmatch(r"\[ ?find(?: where)?(.*?) ?\]", selector):
            wanted = dict(re.findall(PAIR, found[1]))
            return [item for item in items if all(item.get(key) == value for key, value in wanted.items())]
        chosen = [item for item in items if item.get("name") == selector]
        if not chosen:
            raise Refused("no such item")
        return chosen

    def export(self, head: str) -> str:
        lines = [head]
        for menu in sorted(self.items):
            shown = [self._line(menu, item) for item in self.items[menu] if item and self._told(menu, item)]
            if shown:
                lines += (menu, *(part for line in shown for part in broken(line)))
        return "\n".join(lines) + "\n"

    @staticmethod
    def _told(menu: str, item: dict[str, str]) -> bool:
        """Whether anything about the item is other than it was delivered."""
        return menu != "/ip service" or len(item) > 1

    @staticmethod
    def _line(menu: str, item: dict[str, str]) -> str:
        if menu in NAMED:
            key = "default-name" if "default-name" in item else "default" if "default" in item else "name"
            rest = " ".join(f"{name}={value}" for name, value in item.items() if name != key)
            chosen = item[key] if key == "name" else f"[ find {key}={item[key]} ]"
            return f"set {chosen} {rest}"
        pairs = " ".join(f"{name}={value}" for name, value in sorted(item.items()))
        return f"{'set' if menu in SINGLE else 'add'} {pairs}"


def broken(line: str) -> list[str]:
    """A long line in parts, as an export breaks it: anywhere, also inside a value."""
    parts = []
    while len(line) > WIDTH:
        parts.append(line[: WIDTH - 1] + "\\")
        line = line[WIDTH - 1 :]
        if line.startswith(" "):  # a blank at the break would be lost with the indentation
            parts[-1] = parts[-1][:-1] + " \\"
            line = line[1:]
    return [part if at == 0 else "    " + part for at, part in enumerate([*parts, line])]


def _parted(rest: str) -> tuple[str, dict[str, str]]:
    selector = ""
    if found := re.match(r"\[[^\]]*\]", rest):
        selector, rest = found.group(), rest[found.end() :]
    elif rest and "=" not in rest.split()[0]:
        selector, _, rest = rest.partition(" ")
    pairs = dict(re.findall(PAIR, rest))
    left = re.sub(PAIR, "", rest).strip()
    if left:
        raise Refused(f"expected end of command (line 1 column {len(rest)})")
    return selector, pairs
