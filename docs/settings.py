"""Writes docs/settings.md, the settings that are changed while Netledger runs: `python -m docs.settings > docs/settings.md`."""

import sys
from collections.abc import Iterator

import msgspec

from api.setting_descriptions import Described, settings_described

HEAD = """# Settings

Made by `make settings` from the code. `GET /api/v1/settings` shows what is in force, `PATCH /api/v1/settings` changes some of it:
`{"telemetry": {"interfaces_s": 30}}` for what stands here as `telemetry/interfaces_s`. Every change is an event with old and new value.
"""
TABLE = ("| setting | default | bounds | what |", "|---|---|---|---|")


def document() -> str:
    """The page as Markdown."""
    told = settings_described()
    lines = [HEAD]
    for section, what in told.sections.items():
        mine = {path: each for path, each in told.settings.items() if path.startswith(f"{section}/")}
        lines += [f"## {section}\n", f"{what}\n", *TABLE, *_rows(mine), ""]
    rest = {path: each for path, each in told.settings.items() if "/" not in path}
    lines += ["## Others\n", *TABLE, *_rows(rest)]
    return "\n".join(lines) + "\n"


def _rows(settings: dict[str, Described]) -> Iterator[str]:
    for path, each in settings.items():
        default = msgspec.json.encode(each.default).decode()
        what = each.what.replace("|", "\\|")
        yield f"| `{path}` | `{default}` | {each.bounds} | {what} |"


if __name__ == "__main__":
    sys.stdout.write(document())
