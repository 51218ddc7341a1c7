"""Configurations in braces (Junos) as statements: each a path of words, as a `set` command would name it."""

from collections.abc import Iterator

from domain.config_dialect import compiled
from domain.config_sections import braced
from domain.config_tree import Node

_WORD = r'"(?:\\.|[^"\\\n])*"|\[|\]|[^\s\[\]"]+'
_MARKED = r"^(?:inactive|protect|delete|replace|active|unprotect): "


def statement_tree(text: str) -> Node:
    """The statements as a tree. Raises ValueError where one is marked (inactive, protected) or annotated."""
    root = Node("", {})
    for path, line in _statements(text):
        at = root
        for header in path:
            at = at.children.setdefault(header, Node(header, {}))
        at.children.setdefault(line, Node(line, {}))
    return root


def _statements(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for entry in braced(text):
        if entry.line.startswith(("/*", "*")) or compiled(_MARKED).search(entry.line):
            raise ValueError(
                f"line {entry.number}: statements that are marked or annotated have no simple command"
            )
        words = compiled(_WORD).findall(entry.line.split("; ##")[0].removesuffix(";"))
        if "[" in words:
            at = words.index("[")
            for member in words[at + 1 : -1]:
                yield entry.path, " ".join((*words[:at], member))
        elif words:
            yield entry.path, " ".join(words)


def leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of each statement that holds no others."""
    for line, child in node.children.items():
        if child.children:
            yield from leaves(child, (*path, line))
        else:
            yield (*path, line)
