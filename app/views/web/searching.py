"""The search field for children: posted, so that no name is in an address, and rate-limited."""

from flask import request

from app.core.activity_limits import SEARCHES, count_mine
from app.core.text_input import clean_line
from app.core.unit_of_work import UnitOfWork
from app.views.web.base import my_work


def posted_line(name: str) -> str:
    """Return the cleaned text of a single-line field that belongs to no form class."""
    return clean_line(request.form.get(name, ""))


def search_text() -> str:
    """Return the search text of the page."""
    return posted_line("find")[:100]


def count_search(work: UnitOfWork) -> None:
    """Count a search. Raises TooMany for searches faster than people can make."""
    count_mine(work, SEARCHES)


def looked_for() -> str:
    """Return the search text of the page, counted in a transaction of its own. Raises TooMany."""
    text = search_text()
    if text:
        with my_work(always_commit=True) as work:
            count_search(work)
    return text
