"""One thing has one name wherever people read it: a page, a form, a mail, what is wrong with an answer."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.seed.files import form_seeds
from scripts.translations import marked
from tests.languages import forms_of

SAID_OTHERWISE = {r"\bsurnames?\b": "Last name", r"\bfamily names?\b": "Last name"}
"""What nobody shall read, and the word for it (GOV.UK's)."""


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


@pytest.mark.parametrize("odd", SAID_OTHERWISE)
def test_one_thing_has_one_name(odd: str) -> None:
    said = [text for message in marked() if message.id for text in forms_of(message.id)]
    said += [text for seed in form_seeds() for text in words_of(seed)]
    assert len(said) > 2000
    assert [text for text in said if re.search(odd, text, re.IGNORECASE)] == [], SAID_OTHERWISE[odd]
