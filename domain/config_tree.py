"""A configuration as a tree of lines under section headers."""

from collections.abc import Iterable

import msgspec

from domain.config_sections import Entry


class Node(msgspec.Struct):
    """A line with what stands under it. Equal lines of one section are one node."""

    line: str
    children: dict[str, "Node"]

    def same(self, other: "Node") -> bool:
        """Whether both hold the same lines in the same order."""
        return list(self.children) == list(other.children) and all(
            mine.same(other.children[line]) for line, mine in self.children.items()
        )


def tree(found: Iterable[Entry]) -> Node:
    """The tree of entries as `domain.config_sections.entries` gives them."""
    root = Node("", {})
    for one in found:
        at = root
        for header in one.path:
            at = at.children.setdefault(header, Node(header, {}))
        at.children.setdefault(one.line, Node(one.line, {}))
    return root
