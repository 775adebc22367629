"""SECURITY.md claims nothing that a reader could not look up: the files and tests it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(
    r"`((?:app|docs|startup|scripts|tests|frontend)/[\w./-]*)(?:::(\w+))?`",
    (ROOT / "SECURITY.md").read_text(),
)


def test_every_file_and_test_that_is_named_exists() -> None:
    assert len(NAMED) > 50
    missing = [
        f"{path}::{test}" if test else path
        for path, test in NAMED
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text())
    ]
    assert missing == []


def test_nothing_is_claimed_that_codes_by_email_cannot_give() -> None:
    text = (ROOT / "SECURITY.md").read_text()

    for claim in ("level 2", "never claim level 3", "not AAL2", "SHALL NOT", "accepts this risk in writing"):
        assert claim in text
