"""Generated pages are fresh, and links between documents lead somewhere."""

import re
from pathlib import Path

import msgspec

from docs.events import catalogue
from docs.settings import document
from domain.settings import Settings
from workers.kinds import KINDS

ROOT = Path(__file__).parents[3]


def test_the_event_catalogue_is_fresh():
    assert (ROOT / "docs" / "events.md").read_text() == catalogue(), "run: make events"


def test_the_table_of_settings_is_fresh():
    assert (ROOT / "docs" / "settings.md").read_text() == document(), "run: make settings"


def test_every_setting_is_in_the_table_and_told():
    rows = dict(re.findall(r"^\| `([a-z_/0-9]+)` \| (.+) \|$", document(), re.MULTILINE))
    values = msgspec.to_builtins(Settings())
    wanted = {
        f"{name}/{each}" if isinstance(getattr(Settings(), name), msgspec.Struct) else name
        for name, value in values.items()
        for each in value
    }
    assert rows.keys() == wanted
    assert [
        name for name, cells in rows.items() if not all(cell.strip() for cell in re.split(r" \| ?", cells))
    ] == []


def test_every_service_of_a_worker_is_told():
    rows = re.findall(
        r"^\| ([a-z-]+) \| [^|]+ \| (?:one|all)", (ROOT / "docs" / "operating.md").read_text(), re.M
    )
    assert sorted(rows) == sorted(KINDS)


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []
