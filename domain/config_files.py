"""Configuration that consists of files, as that of a Linux device: each under a heading with its permissions and length."""

import msgspec

from domain.config_dialect import compiled
from domain.config_dialects.linux import END, FILE_HEADING

SNIPPET_HEADING = r"^### file (?P<path>/\S+) (?P<mode>[0-7]{3,4})$"


class ConfigFile(msgspec.Struct, frozen=True, kw_only=True):
    """A text file, byte by byte as it lies on the device. `mode` is octal, as in 0644."""

    path: str
    mode: str
    content: str

    def __repr__(self) -> str:
        return f"<ConfigFile {self.path}>"


def files(text: str) -> tuple[ConfigFile, ...]:
    """The files of a text in which each stands under its heading. Raises ValueError where the lengths do not fit."""
    found: list[ConfigFile] = []
    whole = text.encode()
    end = f"{END}\n".encode()
    at = 0
    while whole[at:] != end if len(whole) - at == len(end) else at < len(whole):
        stop = whole.find(b"\n", at)
        stop = len(whole) if stop < 0 else stop
        heading = compiled(FILE_HEADING).fullmatch(whole[at:stop].decode(errors="replace"))
        at = stop + 1
        if heading is None:
            if found:
                raise ValueError(f"{found[-1].path} is not as long as its heading says")
            continue  # a remark before the first file
        size = int(heading["bytes"])
        content = whole[at : at + size]
        if len(content) < size:
            raise ValueError(f"{heading['path']} has {size} bytes, {len(content)} came")
        at += size
        if content and not content.endswith(b"\n") and whole[at : at + 1] == b"\n":
            at += 1
        found.append(
            ConfigFile(path=heading["path"], mode=heading["mode"], content=content.decode(errors="replace"))
        )
    if at >= len(whole):
        raise ValueError("the list of files has no end")
    return tuple(found)


def given(text: str) -> tuple[ConfigFile, ...]:
    """Files as a device showed them, or as people write them: without lengths, each file goes up to the next heading.

    Raises ValueError where lengths are given and do not fit.
    """
    first = compiled(r"^### file .*$").search(text)
    if first is None or compiled(FILE_HEADING).fullmatch(first.group()):
        return files(text)
    headings = list(compiled(SNIPPET_HEADING).finditer(text))
    stops = [*(found.start() for found in headings[1:]), len(text)][: len(headings)]
    return tuple(
        ConfigFile(
            path=found["path"],
            mode=found["mode"],
            content=text[found.end() + 1 : stop].removesuffix(f"{END}\n"),
        )
        for found, stop in zip(headings, stops, strict=True)
    )


def render(wanted: tuple[ConfigFile, ...]) -> str:
    """The text in which the files stand under their headings."""
    parts = [
        f"### file {one.path} {one.mode} {len(one.content.encode())}\n{one.content}"
        + ("\n" if one.content and not one.content.endswith("\n") else "")
        for one in wanted
    ]
    return "".join((*parts, f"{END}\n"))


def files_flaw(text: str) -> str:
    """What does not fit; empty when every file is as long as it should be."""
    try:
        files(text)
    except ValueError as error:
        return str(error)
    return ""
