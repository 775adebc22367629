"""The search field for children: posted, so that no name is in an address, and rate-limited."""

from flask import request

from app.core.activity_limits import SEARCHES, count_mine
from app.core.text_input import clean_line
from app.views.web.base import my_work


def posted_line(name: str) -> str:
    """Return the cleaned text of a single-line field that belongs to no form class."""
    return clean_line(request.form.get(name, ""))


def looked_for() -> str:
    """Return the search text of the page. Raises TooMany for searches faster than people can make."""
    text = posted_line("find")[:100]
    if text:
        with my_work(always_commit=True) as work:
            count_mine(work, SEARCHES)
    return text
