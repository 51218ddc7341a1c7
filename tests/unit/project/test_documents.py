"""Generated pages are fresh, and links between documents lead somewhere."""

import re
from pathlib import Path

from docs.events import catalogue

ROOT = Path(__file__).parents[3]


def test_the_event_catalogue_is_fresh():
    assert (ROOT / "docs" / "events.md").read_text() == catalogue(), "run: make events"


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []
