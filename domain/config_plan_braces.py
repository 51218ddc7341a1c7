"""Plans for configurations in braces (Junos): `delete` and `set`, or the whole to be loaded where those cannot do it."""

from domain.config_braces import leaves, statement_tree
from domain.config_plan_steps import Steps
from domain.config_sections import command_words
from domain.config_tree import Node
from domain.errors import Invalid

COMMANDS = (
    "set",
    "delete",
    "activate",
    "deactivate",
    "insert",
    "rename",
    "replace",
    "protect",
    "unprotect",
    "annotate",
)


def merge_braces(running: str, snippet: str) -> Steps:
    """The snippet, as commands or in braces, without what is there already."""
    lines = [
        line.strip() for line in snippet.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    have = _known(running)
    if all(line.split()[0] in COMMANDS for line in lines):
        return Steps(lines=[line for line in lines if not _idle(line, have)])
    try:
        want = statement_tree(snippet)
    except ValueError as error:
        raise Invalid(f"{error}; write the snippet as set and delete commands", field="text") from None
    return Steps(lines=[line for path in leaves(want) if not _idle(line := " ".join(("set", *path)), have)])


def _known(running: str) -> set[tuple[str, ...]]:
    """Every branch and statement that is there, in words; empty where the configuration has no simple commands."""
    try:
        paths = leaves(statement_tree(running))
    except ValueError:
        return set()
    words = (tuple(command_words(" ".join(path))) for path in paths)
    return {path[:length] for path in words for length in range(1, len(path) + 1)}


def _idle(line: str, have: set[tuple[str, ...]]) -> bool:
    verb, *path = command_words(line)
    known = tuple(path) in have
    return (verb == "set" and known) or (verb == "delete" and bool(have) and not known)


def replace_braces(running: str, wanted: str) -> Steps:
    """Commands, when they give the wanted order too: Junos puts new terms and policies behind the old ones."""
    try:
        have, want = statement_tree(running), statement_tree(wanted)
    except ValueError:
        return _whole(running, wanted)
    steps = Steps()
    placed = _delete(steps, have, want, ())
    _set(steps, have, want, ())
    return steps if placed and _in_order(have, want) else _whole(running, wanted)


def _whole(running: str, wanted: str) -> Steps:
    return Steps() if running == wanted else Steps(lines=wanted.splitlines(), load=True)


def _delete(steps: Steps, have: Node, want: Node, path: tuple[str, ...]) -> bool:
    """Takes what is not wanted out of the tree too, so that it is left as the device will have it.

    False when that cannot be told: an entry of a list that is emptied keeps its place or loses it.
    """
    placed = True
    for line, node in list(have.children.items()):
        wanted = want.children.get(line)
        if wanted is None or (bool(node.children) != bool(wanted.children)):
            steps.lines.append(" ".join(("delete", *path, line)))
            del have.children[line]
        else:
            placed = _delete(steps, node, wanted, (*path, line)) and placed
            alone = len(_lists(have)[line.split(" ", 1)[0]]) == 1
            placed = placed and (alone or not _emptied(node, wanted))
    return placed


def _emptied(left: Node, want: Node) -> bool:
    """Whether no statement is left at any depth: a section that holds only emptied ones may go with them."""
    return bool(want.children) and all(
        _emptied(node, want.children[line]) for line, node in left.children.items()
    )


def _set(steps: Steps, have: Node, want: Node, path: tuple[str, ...]) -> None:
    for line, node in want.children.items():
        known = have.children.get(line)
        if known is None:
            have.children[line] = node
            new = leaves(node, (*path, line)) if node.children else iter([(*path, line)])
            steps.lines += [" ".join(("set", *leaf)) for leaf in new]
        else:
            _set(steps, known, node, (*path, line))


def _in_order(have: Node, want: Node) -> bool:
    """Whether the entries of every list stand in the wanted order; the device itself orders what is no list."""
    return _lists(have) == _lists(want) and all(
        _in_order(node, want.children[line]) for line, node in have.children.items()
    )


def _lists(node: Node) -> dict[str, list[str]]:
    """Statements by their first word: those that share it are entries of one list."""
    found: dict[str, list[str]] = {}
    for line in node.children:
        found.setdefault(line.split(" ", 1)[0], []).append(line)
    return found
