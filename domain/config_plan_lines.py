"""Plans for command lines by sections (IOS and its kin, VRP, ProVision): `no` for what goes, the line itself for what comes."""

from domain.config_dialect import Dialect, compiled, matches
from domain.config_plan_steps import Steps
from domain.config_sections import indented
from domain.config_tree import Node, tree


def merge_lines(dialect: Dialect, running: str, snippet: str) -> Steps:
    """The lines of the snippet that are not there yet; `no ...` is sent unless the device shows that very line."""
    steps = Steps()
    _add(dialect, steps.lines, tree(indented(dialect, running)), tree(indented(dialect, snippet)))
    return steps


def replace_lines(dialect: Dialect, running: str, wanted: str) -> Steps:
    """First what must come before anything goes, then what goes, then what comes.

    Nothing is lost between two lines that overwrite each other: of those, only the new one is sent.
    """
    have, want = tree(indented(dialect, running)), tree(indented(dialect, wanted))
    steps = Steps()
    early = Node(
        "", {line: node for line, node in want.children.items() if matches(dialect.edits.add_first, line)}
    )
    _add(dialect, steps.lines, have, early)
    have.children.update({line: node for line, node in early.children.items() if line not in have.children})
    _take_back(dialect, steps, have, want, inside=())
    _add(dialect, steps.lines, have, _without_kept(dialect, steps, have, want))
    return steps


def _add(dialect: Dialect, lines: list[str], have: Node, want: Node) -> None:
    for line, node in want.children.items():
        known = have.children.get(line)
        if known is None or (_ordered(dialect, node) and not known.same(node)):
            _write(dialect, lines, node)
            continue
        inner: list[str] = []
        _add(dialect, inner, known, node)
        if inner:
            lines += (line, *inner, dialect.edits.leave)


def _write(dialect: Dialect, lines: list[str], node: Node) -> None:
    lines.append(node.line)
    for child in node.children.values():
        _write(dialect, lines, child)
    if node.children or matches(dialect.edits.modes, node.line):
        lines.append(dialect.edits.leave)


def _take_back(dialect: Dialect, steps: Steps, have: Node, want: Node, *, inside: tuple[str, ...]) -> None:
    """Lines that take back what `want` has not, last first; sections that both have are entered for theirs."""
    overwritten = _settings(dialect, want)
    for line, node in reversed(list(have.children.items())):
        wanted = want.children.get(line)
        if wanted is None:
            if _setting(dialect, line) not in overwritten and _negated(dialect, line) not in want.children:
                _remove(dialect, steps, node, inside=inside)
        elif _ordered(dialect, node):
            if not node.same(wanted):
                steps.lines.append(_negated(dialect, line))
                steps.limits.append(f"`{line}` is written anew, and is empty for a moment")
        elif node.children:
            inner = Steps()
            _take_back(dialect, inner, node, wanted, inside=(*inside, line))
            steps.limits += inner.limits
            if inner.lines:
                steps.lines += (line, *inner.lines, dialect.edits.leave)


def _remove(dialect: Dialect, steps: Steps, node: Node, *, inside: tuple[str, ...]) -> None:
    edits = dialect.edits
    line = node.line
    if "\n" in line:
        steps.lines.append(_negated(dialect, " ".join(line.split("\n")[0].split()[:2])))
    elif matches(edits.keep, line):
        _empty(dialect, steps, node, inside=inside)
    elif not node.children or matches(edits.removable, line):
        steps.lines.append(_negated(dialect, line))
    else:
        _empty(dialect, steps, node, inside=inside)


def _empty(dialect: Dialect, steps: Steps, node: Node, *, inside: tuple[str, ...]) -> None:
    """Takes back what stands in a section that itself stays."""
    where = " / ".join((*inside, node.line))
    if not node.children:
        steps.limits.append(f"`{where}` stays: it cannot be taken back from afar")
        return
    inner = Steps()
    for child in reversed(list(node.children.values())):
        _remove(dialect, inner, child, inside=(*inside, node.line))
    steps.limits += [f"`{where}` stays, emptied", *inner.limits]
    if inner.lines:
        steps.lines += (node.line, *inner.lines, dialect.edits.leave)


def _without_kept(dialect: Dialect, steps: Steps, have: Node, want: Node) -> Node:
    """What is wanted, but for new lines that the device writes itself and takes from nobody."""
    kept = {
        line
        for line, node in want.children.items()
        if line not in have.children and not node.children and matches(dialect.edits.keep, line)
    }
    steps.limits += [f"`{line}` cannot be set from afar" for line in sorted(kept)]
    return Node("", {line: node for line, node in want.children.items() if line not in kept})


def _ordered(dialect: Dialect, node: Node) -> bool:
    return bool(node.children) and matches(dialect.edits.ordered, node.line)


def _negated(dialect: Dialect, line: str) -> str:
    negate = dialect.edits.negate
    if line.startswith(f"{negate} "):
        return line.removeprefix(f"{negate} ")
    for pattern in dialect.edits.shorten:
        if found := compiled(pattern).search(line):
            return f"{negate} {found.group()}"
    return f"{negate} {line}"


def _settings(dialect: Dialect, node: Node) -> set[str | None]:
    return {setting for line in node.children if (setting := _setting(dialect, line)) is not None}


def _setting(dialect: Dialect, line: str) -> str | None:
    """What a line sets: the same for two lines of which the later overwrites the earlier; None where they add up."""
    bare = line.removeprefix(f"{dialect.edits.negate} ")
    for number, pattern in enumerate(dialect.edits.single):
        if found := compiled(pattern).search(bare):
            return f"{number} {found.group()}"
    return None
