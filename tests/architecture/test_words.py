"""One idea has one name wherever people read it: a page, a form, a mail, what is wrong with an answer."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from app.seed.files import form_seeds
from scripts.translations import marked
from tests.languages import forms_of

PREFERRED = {
    r"\bsurnames?\b": "Last name",
    r"\bfamily names?\b": "Last name",
    r"\b(somebody|nobody|everybody|anybody)\b": "someone, no one, everyone, anyone",
    r"\bwhoever\b": "anyone who",
    r"\b(take|takes|taken|took) (up|\w+ up)\b": "assign",
    r"\bbring in\b": "add",
    r"\bgive(n)? up\b": "not delivered",
    r"\bstands (above|here|in|for)\b": "is shown",
    r"\bgo on meanwhile\b": "still applies",
    r"\bhow the portal is doing\b": "System status",
    r"\bsent by a computer\b": "an automated email",
    r"\bhand\b(?! over)": "type",
}
"""What no one shall read, and the word for it (GOV.UK's)."""


def words_of(part: Any) -> Iterator[str]:
    """Every text in a form that comes with the portal; ids and facts are no words."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in {"id", "from", "key"}:
                yield from words_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from words_of(value)
    elif isinstance(part, str):
        yield part


@cache
def read_on_screens() -> list[str]:
    """Every text that people read, in English."""
    texts = [text for message in marked() if message.id for text in forms_of(message.id)]
    return texts + [text for seed in form_seeds() for text in words_of(seed)]


@pytest.mark.parametrize("odd", PREFERRED)
def test_b17_one_idea_has_one_name(odd: str) -> None:
    texts = read_on_screens()
    assert len(texts) > 2000
    assert [text for text in texts if re.search(odd, text, re.IGNORECASE)] == [], PREFERRED[odd]
