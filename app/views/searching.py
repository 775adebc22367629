"""The box in which a child is looked for: posted, so that a name never stands in an address, and counted."""

from flask import request

from app.services.limits import SEARCHES, count_mine
from app.views.base import my_work


def looked_for() -> str:
    """What was typed into the page's search box. Raises TooMany for whoever searches faster than people do."""
    typed = request.form.get("find", "").replace("\x00", "").strip()[:100]
    if typed:
        with my_work(counts=True) as work:
            count_mine(work, SEARCHES)
    return typed
