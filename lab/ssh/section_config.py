"""A running configuration in sections, as a device keeps it: it decides itself in which order it shows its lines."""

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Section:
    """Lines, each with what stands under it."""

    lines: dict[str, "Section"] = field(default_factory=dict)

    def copy(self) -> "Section":
        return Section({line: inner.copy() for line, inner in self.lines.items()})


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a family of devices knows about its own lines."""

    negate: str = "no"
    indent: int = 1
    separator: str = "!"
    headers: tuple[str, ...] = ()
    """Lines that open a section."""
    single: tuple[str, ...] = ()
    """Settings that have one value."""
    ordered: tuple[str, ...] = ()
    """Sections that keep the order in which their lines came."""
    top: tuple[str, ...] = ()
    """Order of what is at the top."""
    inner: tuple[str, ...] = ()
    """Order within a section."""
    words: str = ""
    """First words that the device knows, with blanks between them; anything else is an error."""


class SectionConfig:
    """The lines and what a command does to them."""

    def __init__(self, grammar: Grammar, text: str = "") -> None:
        self.grammar = grammar
        self.root = Section()
        self.load(text)

    def load(self, text: str) -> None:
        self.root = Section()
        path: list[tuple[int, str]] = []
        lines = iter(text.splitlines())
        for raw in lines:
            word = raw.strip()
            if not word or word == self.grammar.separator or word in ("end", "return", "exit"):
                continue
            if found := re.match(r"banner \S+ (\^C|\S)", word):
                while not word.endswith(found[1]) or word == found.group():
                    word += "\n" + next(lines)
            depth = len(raw) - len(raw.lstrip())
            while path and path[-1][0] >= depth:
                path.pop()
            self.enter([line for _, line in path], word)
            path.append((depth, word))

    def copy(self) -> "SectionConfig":
        twin = SectionConfig(self.grammar)
        twin.root = self.root.copy()
        return twin

    def is_header(self, line: str) -> bool:
        return any(re.match(pattern, line) for pattern in self.grammar.headers)

    def knows(self, line: str) -> bool:
        word = line.removeprefix(f"{self.grammar.negate} ").split(" ", 1)[0]
        return not self.grammar.words or word in self.grammar.words.split()

    def enter(self, path: list[str], line: str) -> None:
        """A line typed in a section: set, overwritten, or taken back."""
        section = self._section(path)
        if line.startswith(f"{self.grammar.negate} "):
            self._take_back(section, line.removeprefix(f"{self.grammar.negate} "), line)
            return
        setting = self._setting(line)
        if setting is not None:
            for other in [
                other for other in section.lines if other != line and self._setting(other) == setting
            ]:
                del section.lines[other]
        section.lines.pop(f"{self.grammar.negate} {line}", None)
        section.lines.setdefault(line, Section())

    def _take_back(self, section: Section, positive: str, negated: str) -> None:
        gone = [
            line
            for line in section.lines
            if line == positive or line.startswith(f"{positive} ") or line.startswith(f"{positive}\n")
        ]
        for line in gone:
            del section.lines[line]
        if not gone and positive.startswith(("ip http", "service ", "ip domain", "cdp ", "ip finger")):
            section.lines[negated] = Section()  # shown, since the default is the other way

    def _section(self, path: list[str]) -> Section:
        at = self.root
        for header in path:
            at = at.lines.setdefault(header, Section())
        return at

    def _setting(self, line: str) -> str | None:
        bare = line.removeprefix(f"{self.grammar.negate} ")
        return next(
            (found.group() for pattern in self.grammar.single if (found := re.match(pattern, bare))), None
        )

    def lines(self) -> list[str]:
        """As the device shows them, in its own order."""
        shown: list[str] = []
        for line in self._sorted(self.root.lines, self.grammar.top):
            inner = self.root.lines[line]
            shown.append(line)
            shown += self._inner(line, inner, 1)
            if inner.lines or self.is_header(line):
                shown.append(self.grammar.separator)
        return shown

    def _inner(self, header: str, section: Section, depth: int) -> list[str]:
        keeps = any(re.match(pattern, header) for pattern in self.grammar.ordered)
        shown: list[str] = []
        for line in list(section.lines) if keeps else self._sorted(section.lines, self.grammar.inner):
            shown.append(" " * self.grammar.indent * depth + line)
            shown += self._inner(line, section.lines[line], depth + 1)
        return shown

    @staticmethod
    def _sorted(lines: dict[str, Section], order: tuple[str, ...]) -> list[str]:
        def rank(line: str) -> tuple[int, list[tuple[int, str]]]:
            place = next(
                (at for at, start in enumerate(order) if line.removeprefix("no ").startswith(start)),
                len(order),
            )
            natural = [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", line)]
            return place, natural

        return sorted(lines, key=rank)
