"""Every path that the documents name exists, and the glossary stays short."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = "app|bench|deploy|docs|frontend|migrations|scripts|startup|tests|translations"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)(?:::[^`]*)?`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
PAGES = sorted(
    path for path in {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} if path.name != "CHANGELOG.md"
)
"""The changelog is for users and names no paths."""
MOST_ENTRIES = 60
MADE_LATER = {"app/static/build"}
"""Built by npm and not in the repository."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {path for path in PATH.findall(text) if path.rstrip("/") not in MADE_LATER}
    linked = {link for link in LINK.findall(text) if not link.startswith("mailto")}

    assert sorted(path for path in named if not (ROOT / path).exists()) == []
    assert sorted(link for link in linked if not (page.parent / link).exists()) == []


def test_the_glossary_has_at_most_sixty_entries() -> None:
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.startswith("| ") and not line.startswith("| word |")]

    assert 40 < len(entries) <= MOST_ENTRIES
