"""What the tests of the form pages share: what a browser sends for a section, and what a page says."""

import re
from typing import Any

from app.forms.definitions import FormDefinition, parse
from app.seed.files import form_seed
from app.seed.filled import filled_answers
from tests.unit.browser_fields import fields_of

REQUEST: FormDefinition = parse(form_seed("request")["definition"])
ANSWERS = filled_answers(REQUEST)


def typed(section: str, version: int = 0, **changes: Any) -> dict[str, Any]:
    """What the browser sends for a section filled with the sample answers."""
    answers = {**ANSWERS.get(section, {}), **changes}
    return {**fields_of(REQUEST.section(section), answers), "version": str(version)}


def text_of(page: Any) -> str:
    """The words on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)))


def errors_on(page: Any) -> list[tuple[str, str]]:
    """The error summary: where each message leads, and what it says."""
    summary = re.search(r'govuk-error-summary__list">(.*?)</ul>', page.get_data(as_text=True), re.S)
    found = re.findall(r'<a href="([^"]+)">(.*?)</a>', summary.group(1) if summary else "", re.S)
    return [(href, re.sub(r"\s+", " ", text).strip()) for href, text in found]


def shown_on(page: Any) -> dict[str, str]:
    """The fields of a page that compares two texts: which version, and which stashed answers."""
    words = page.get_data(as_text=True)
    return {
        name: re.search(rf'name="{name}" value="(\d+)"', words).group(1)  # type: ignore[union-attr]
        for name in ("version", "aside")
    }
