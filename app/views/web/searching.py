"""The box in which a child is looked for: posted, so that a name never stands in an address, and counted."""

from flask import request

from app.core.activity_limits import SEARCHES, count_mine
from app.core.text_input import clean_line
from app.views.web.base import my_work


def line_typed(name: str) -> str:
    """What was posted in a single-line box that belongs to no form class, cleaned."""
    return clean_line(request.form.get(name, ""))


def looked_for() -> str:
    """What was typed into the page's search box. Raises TooMany for whoever searches faster than people do."""
    typed = line_typed("find")[:100]
    if typed:
        with my_work(always_commit=True) as work:
            count_mine(work, SEARCHES)
    return typed
