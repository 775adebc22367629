"""The details in a page's title: the child, and which part of a list it shows.

A tab and a history can be seen by others, so a child is named by initials only.
"""

from contextlib import suppress
from math import ceil
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from sqlalchemy.exc import InvalidRequestError

from app.core.names import initials
from app.views.web.generated_lists import count_up_to, filters_in_use
from app.views.web.i18n import gettext as _

PLACES = ("child", "record", "form", "asked", "advice", "opened", "message", "newer")
"""The context names under which pages pass a child, or a row about one."""


@pass_context
def title_details(context: Context) -> str:
    """Return what follows the heading in the title: ", A.S.", " (page 3 of 21, filtered)" or nothing."""
    name = child_on(context)
    about = f", {initials(name)}" if name else ""
    shown = _list_details(context)
    return f"{about} ({', '.join(shown)})" if shown else about


def child_on(context: Context) -> str:
    """Return the name of the child the page is about; empty on other pages."""
    for place in PLACES:
        held = context.get(place)
        for one in (held, _loaded(held, "child"), _loaded(_loaded(held, "form"), "child")):
            if hasattr(one, "search_name"):  # a child's row or a copy of one; no other row has this column
                return str(one.name)
    return str(context.get("child_name") or "")


def _loaded(row: Any, name: str) -> Any:
    """Return a related row; None where it was not loaded, since a title must not query the database."""
    with suppress(InvalidRequestError):
        return getattr(row, name, None)
    return None


def _list_details(context: Context) -> list[str]:
    """Return which page of a list this is, and whether it is filtered."""
    listed, found = context.get("listed"), context.get("found")
    details = []
    if listed is not None:
        last = ceil(min(listed.count, count_up_to()) / listed.size) if listed.size else 1
        if last > 1:
            details.append(_("page %(page)s of %(all)s", page=listed.page + 1, all=last))
    elif getattr(found, "page", 1) > 1:
        details.append(_("page %(page)s", page=found.page))
    elif isinstance(context.get("newer"), str) or context.get("first"):
        details.append(_("older"))
    searched = context.get("find_text") or context.get("looked_for")
    if searched:
        details.append(_("search results"))
    if filters_in_use() or context.get("show", "all") != "all":
        details.append(_("filtered"))
    return details
