"""Which section each line of a configuration belongs to: by indentation, braces, menu paths, `set` commands or files."""

from collections.abc import Iterator

import msgspec

from domain.config_dialect import Dialect, compiled, units
from domain.config_dialects import dialect_of
from domain.config_dialects.linux import END, FILE_HEADING

DEEPEST = 100
"""Levels of sections that are told apart; hostile input may nest without end."""


class Entry(msgspec.Struct, frozen=True):
    """A line, or a unit of several such as a banner, under the headers of its sections. `number` counts from 1."""

    path: tuple[str, ...]
    line: str
    number: int


def entries(platform: str, text: str) -> list[Entry]:
    """All lines that say something, in order; remarks, separators and what merely ends a section are left out."""
    dialect = dialect_of(platform)
    match dialect.structure:
        case "indent":
            return list(indented(dialect, text))
        case "braces":
            return list(braced(text))
        case "paths":
            return list(menus(dialect, text))
        case "commands":
            return list(_commands(dialect, text))
        case "files":
            return list(_files(text))


def indented(dialect: Dialect, text: str) -> Iterator[Entry]:
    """Of a text in which what belongs to a line stands further to the right."""
    levels: list[tuple[int, str]] = []
    number = 1
    leave = dialect.edits.leave
    for unit in units(dialect, text):
        first = unit[0]
        word = first.strip()
        if word and not (len(unit) == 1 and (compiled(dialect.comment).search(first) or word == leave)):
            depth = len(first) - len(first.lstrip(" \t"))
            while levels and levels[-1][0] >= depth:
                levels.pop()
            path = tuple(header for _, header in levels)
            yield Entry(path, "\n".join((word, *unit[1:])), number)
            if len(levels) < DEEPEST:
                levels.append((depth, word))
        number += len(unit)


def braced(text: str) -> Iterator[Entry]:
    """Of a text in which what belongs to a line stands in braces."""
    path: list[str] = []
    remark = False
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if remark or word.startswith("/*"):
            remark = "*/" not in word
            if path or word:
                yield Entry(tuple(path), word, number)
        elif not word or word.startswith("##"):
            continue
        elif word == "}":
            if path:
                path.pop()
        elif word.endswith("{"):
            header = word[:-1].strip()
            yield Entry(tuple(path), header, number)
            if len(path) < DEEPEST:
                path.append(header)
        else:
            yield Entry(tuple(path), word, number)


def menus(dialect: Dialect, text: str) -> Iterator[Entry]:
    menu: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if not word or compiled(dialect.comment).search(line):
            continue
        if word.startswith("/"):
            header, command = menu_and_command(word)
            menu = (header,)
            if not command:
                continue
            word = command
        yield Entry(menu, word, number)


VERBS = ("add", "set", "remove", "move", "print", "enable", "disable", "unset", "comment", "import", "reset")


def menu_and_command(line: str) -> tuple[str, str]:
    """Parts `/ip address add address=...` into the menu and what is said in it."""
    words = line.split(" ")
    for at, word in enumerate(words):
        if at and (word in VERBS or "=" in word or word.startswith("[")):
            return " ".join(words[:at]), " ".join(words[at:])
    return line, ""


def _commands(dialect: Dialect, text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if word and not compiled(dialect.comment).search(line):
            tokens = command_words(word)
            yield Entry(tuple(tokens[1:-2]), word, number)


def command_words(line: str) -> list[str]:
    """The words of a `set` command; quoted ones keep their quotes."""
    return [found.group() for found in compiled(r"'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"|\S+").finditer(line)]


def _files(text: str) -> Iterator[Entry]:
    path: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if heading := compiled(FILE_HEADING).fullmatch(line):
            path = (heading["path"],)
        elif line != END:
            yield Entry(path, line, number)
