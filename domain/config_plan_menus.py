"""Plans for RouterOS: items of menus are added, changed in place or removed; tables whose order counts are rebuilt from the first difference."""

from domain.config_dialect import compiled
from domain.config_plan_defaults import default
from domain.config_plan_steps import Steps
from domain.config_sections import Entry, entries, menu_and_command

ORDERED = (
    r"^/ip(?:v6)? firewall (?:filter|nat|mangle|raw)$",
    r"^/interface bridge (?:filter|nat)$",
    r"^/queue simple$",
    r"^/routing (?:filter|filter rule|rule)$",
    r"^/ip hotspot (?:walled-garden|user profile).*$",
)
"""Menus of which the order of items counts."""
IDENTITY = (
    ("name",),
    ("address", "interface"),
    ("list", "address"),
    ("dst-address", "gateway"),
    ("bridge", "interface"),
    ("interface", "list"),
    ("numbers",),
    ("topics", "action"),
    ("mac-address",),
    ("comment",),
)
"""What tells items of a menu apart, best first; without any of these, all that the export shows of an item."""

_PAIR = r'(?<![\w.-])([\w.-]+)=((?:"(?:\\.|[^"\\\n])*")|\S+)'
_NEEDLESS = compiled(r'"[\w.:/,-]+"')


def merge_menus(running: str, snippet: str) -> Steps:
    """The commands of the snippet, each with its menu, without what is there already."""
    have = {(one.path, settings(one.line)) for one in entries("routeros", running)}
    missing = (one for one in entries("routeros", snippet) if (one.path, settings(one.line)) not in have)
    return Steps(lines=[_command(one) for one in missing])


def settings(line: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """What a line says, in whatever order it says it; quotes that nothing needs do not count."""
    pairs = ((key, value[1:-1] if _NEEDLESS.fullmatch(value) else value) for key, value in _pairs(line))
    return f"{line.split(' ', 1)[0]} {_selector(line)}", frozenset(pairs)


def replace_menus(running: str, wanted: str) -> Steps:
    """Removals first, in reverse order of menus, then changes and additions."""
    have, want = _by_menu(running), _by_menu(wanted)
    steps = Steps()
    removals: list[str] = []
    for menu in (*have, *(menu for menu in want if menu not in have)):
        gone, new = _changes_of(menu, have.get(menu, []), want.get(menu, []), steps)
        removals = [*gone, *removals]
        steps.lines += new
    steps.lines = [*removals, *steps.lines]
    return steps


def _by_menu(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in entries("routeros", text):
        found.setdefault(one.path[0] if one.path else "/", []).append(one.line)
    return found


def _changes_of(menu: str, have: list[str], want: list[str], steps: Steps) -> tuple[list[str], list[str]]:
    if any(compiled(pattern).search(menu) for pattern in ORDERED):
        return _rebuilt(menu, have, want, steps)
    gone = [line for line in have if line not in want]
    new = [line for line in want if line not in have]
    removed: list[str] = []
    added: list[str] = []
    for line in gone:
        alone = not line.startswith("add ") or _alike(line, have) == 1
        successor = next((other for other in new if alone and _same_item(line, other)), None)
        if successor is not None:
            new.remove(successor)
            added += _changed(menu, line, successor, steps)
        elif line.startswith("add "):
            removed.append(_removal(menu, line, have))
        else:
            added += _turned_back(menu, line, steps)
    return removed, [*added, *(f"{menu} {line}" for line in new)]


def _turned_back(menu: str, line: str, steps: Steps) -> list[str]:
    """An export tells what is not as it was delivered; what is known of that is set again."""
    pairs, selector = _pairs(line), _selector(line)
    back = {key: default(menu, selector, key, value) for key, value in pairs}
    known = " ".join(f"{key}={value}" for key, value in back.items() if value is not None)
    if not pairs or None in back.values():
        stays = ", ".join(f"`{key}`" for key, value in back.items() if value is None)
        what = f"{stays} of `{menu} {line}` stays" if known else f"`{menu} {line}` stays"
        steps.limits.append(f"{what}: the export does not tell the default to go back to")
    return [" ".join(part for part in (menu, "set", selector, known) if part)] if known else []


def _rebuilt(menu: str, have: list[str], want: list[str], steps: Steps) -> tuple[list[str], list[str]]:
    same = 0
    while same < min(len(have), len(want)) and have[same] == want[same]:
        same += 1
    gone = [_removal(menu, line, have) for line in reversed(have[same:]) if line.startswith("add ")]
    steps.limits += [
        f"`{menu} {line}` stays: the export does not tell the default to go back to"
        for line in have[same:]
        if not line.startswith("add ") and line not in want
    ]
    if gone and want[same:]:
        steps.limits.append(f"{menu} is rebuilt from item {same + 1} on, and incomplete for a moment")
    return list(dict.fromkeys(gone)), [f"{menu} {line}" for line in want[same:]]


def _same_item(old: str, new: str) -> bool:
    """Whether two lines speak of one item: the same selector of `set`, or the same identity of `add`."""
    if old.split(" ", 1)[0] != new.split(" ", 1)[0]:
        return False
    if old.startswith("add "):
        was, now = dict(_pairs(old)), dict(_pairs(new))
        key = _identity(was)
        return bool(key) and key == _identity(now)
    return _selector(old) == _selector(new)


def _changed(menu: str, old: str, new: str, steps: Steps) -> list[str]:
    """One item: what differs is set, and what is not there any more is set back as delivered, where that is known."""
    was, now = dict(_pairs(old)), dict(_pairs(new))
    changed = {key: value for key, value in now.items() if was.get(key) != value}
    for key in [key for key in was if key not in now]:
        back = default(menu, "" if new.startswith("add ") else _selector(new), key, was[key])
        if back is None:
            where = _selector(new) or _find(_identity(now))
            steps.limits.append(f"`{key}` of `{menu} {where}` stays: the export does not tell its default")
        else:
            changed[key] = back
    if not changed:
        return []
    said = " ".join(f"{key}={value}" for key, value in changed.items())
    target = _find(_identity(now)) if new.startswith("add ") else _selector(new)
    return [f"{menu} set {target} {said}" if target else f"{menu} set {said}"]


def _removal(menu: str, line: str, have: list[str]) -> str:
    """Finds the item by its identity, where that is its own, and by all that is known of it otherwise."""
    pairs = dict(_pairs(line))
    known = _identity(pairs) if _alike(line, have) == 1 else tuple(pairs.items())
    return f"{menu} remove {_find(known)}"


def _alike(line: str, have: list[str]) -> int:
    """How many items have the line's identity; none, where it has none."""
    key = _identity(dict(_pairs(line)))
    return sum(
        1 for other in have if other.startswith("add ") and key and _identity(dict(_pairs(other))) == key
    )


def _identity(pairs: dict[str, str]) -> tuple[tuple[str, str], ...]:
    for keys in IDENTITY:
        if all(key in pairs for key in keys):
            return tuple((key, pairs[key]) for key in keys)
    return ()


def _find(pairs: tuple[tuple[str, str], ...]) -> str:
    return "[ find where {} ]".format(" and ".join(f"{key}={value}" for key, value in pairs))


def _selector(line: str) -> str:
    """What a `set` names: `[ find default-name=ether1 ]`, a name or number, or nothing where the menu has one item."""
    rest = line.split(" ", 1)[1] if " " in line else ""
    if found := compiled(r"^\[[^\]\n]*\]").search(rest):
        return found.group()
    first = rest.split(" ", 1)[0]
    return "" if "=" in first else first


def _pairs(line: str) -> list[tuple[str, str]]:
    return compiled(_PAIR).findall(compiled(r"^\w+ (?:\[[^\]\n]*\])?").sub("", line))


def _command(one: Entry) -> str:
    """A line that works wherever it is said: with its menu, unless it names one itself."""
    menu, _ = menu_and_command(one.line) if one.line.startswith("/") else ("", "")
    return one.line if menu or not one.path else f"{one.path[0]} {one.line}"
