"""A configuration of statements in braces, as Junos keeps it."""

import re
from dataclasses import dataclass, field

NAMED = frozenset(
    [
        "unit",
        "family",
        "user",
        "term",
        "filter",
        "policy-statement",
        "group",
        "neighbor",
        "community",
        "route",
        "class",
        "interface",
        "area",
        "file",
        "host",
    ]
)
"""Keywords that take a name and hold statements."""
PLAIN = frozenset(
    [
        "system",
        "login",
        "services",
        "ssh",
        "interfaces",
        "protocols",
        "ospf",
        "bgp",
        "snmp",
        "firewall",
        "policy-options",
        "routing-options",
        "static",
        "syslog",
        "then",
        "from",
        "authentication",
        "root-authentication",
        "netconf",
        "vlans",
        "security",
    ]
)
"""Keywords that hold statements by themselves."""
LISTS = frozenset(["address", "name-server", "server", "next-hop", "members"])
"""Statements of which there may be several."""

SCHEMA = tuple(
    re.findall(
        r"\S+",
        "version groups apply-groups system interfaces snmp routing-options protocols policy-options firewall security vlans "
        "host-name root-authentication login name-server services syslog user class authentication encrypted-password "
        "description unit family address filter term from then",
    )
)
"""The device's own order; entries of lists stay in theirs."""


@dataclass(slots=True)
class Statement:
    children: dict[str, "Statement"] = field(default_factory=dict)

    def copy(self) -> "Statement":
        return Statement({name: child.copy() for name, child in self.children.items()})


class NotKnown(Exception):
    """The path is none that the device knows."""


def words(line: str) -> list[str]:
    return re.findall(r'"(?:\\.|[^"\\])*"|\S+', line)


def path_of(line: str, *, under: str = "") -> list[str]:
    """The statements that lead to what a `set` command names. Raises NotKnown."""
    rest = words(line)
    path: list[str] = []
    parent = under
    while rest:
        word = rest.pop(0)
        if parent == "interfaces" or (parent == "vlans"):
            path.append(word)
        elif word in NAMED and rest and not (word == "class" and parent.startswith("user")):
            path.append(f"{word} {rest.pop(0)}")
        elif word in PLAIN:
            path.append(word)
        elif path or word in ("version", "apply-groups"):
            path.append(" ".join((word, *rest)))
            break
        else:
            raise NotKnown(word)
        parent = path[-1]
    return path


def parse(text: str) -> Statement:
    """Raises ValueError where the braces do not fit."""
    root = Statement()
    stack = [root]
    for raw in text.splitlines():
        line = re.sub(r"\s*## .*$", "", raw).strip()
        if not line or line.startswith("#"):
            continue
        if line == "}":
            stack.pop()
            if not stack:
                raise ValueError("a section ends that never began")
        elif line.endswith("{"):
            stack.append(stack[-1].children.setdefault(line[:-1].strip(), Statement()))
        elif line.endswith(";"):
            stack[-1].children.setdefault(line[:-1], Statement())
        else:
            raise ValueError(f"syntax error: {line}")
    if len(stack) != 1:
        raise ValueError("a section does not end")
    return root


def render(node: Statement, depth: int = 0) -> list[str]:
    indent = "    " * depth
    lines: list[str] = []
    for name, child in sorted(node.children.items(), key=_place):
        if child.children:
            lines += [f"{indent}{name} {{", *render(child, depth + 1), f"{indent}}}"]
        else:
            secret = " ## SECRET-DATA" if "$" in name and '"' in name else ""
            lines.append(f"{indent}{name};{secret}")
    return lines


def _place(of: tuple[str, Statement]) -> tuple[int, str]:
    """Known statements in the schema's order, lists as they came, and names such as those of interfaces by the alphabet."""
    word = of[0].split(" ", 1)[0]
    return (SCHEMA.index(word), "") if word in SCHEMA else (len(SCHEMA), word)


def put(root: Statement, path: list[str]) -> None:
    at = root
    for name in path[:-1]:
        at = at.children.setdefault(name, Statement())
    *_, last = path
    key = last.split(" ", 1)[0]
    if " " in last and key not in LISTS | NAMED:
        for other in [
            other
            for other in at.children
            if other.split(" ", 1)[0] == key and not at.children[other].children
        ]:
            if other == last:
                return
            del at.children[other]
    at.children.setdefault(last, Statement())


def delete(root: Statement, path: list[str]) -> bool:
    """Deletes a statement, and what is left empty above it; False where there is none."""
    if not path:
        return False
    name, *rest = path
    found = [one for one in root.children if one == name or (not rest and one.startswith(f"{name} "))]
    if not found:
        return False
    if not rest:
        for one in found:
            del root.children[one]
        return True
    child = root.children[found[0]]
    deleted = delete(child, rest)
    if deleted and not child.children:
        del root.children[found[0]]
    return deleted
