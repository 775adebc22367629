"""The SEND area: the children and young people a professional is linked to, and what is owed."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases.children import may_add_children
from app.cases.queries.caseload import LinkedChild, Owed, Show, caseload
from app.cases.rules.status import status_text
from app.children.events import ChildrenListed
from app.children.rules.school_years import year_group_label, year_of
from app.core.roles import Profession
from app.security import app_context
from app.views.web.base import PortalView, principal
from app.views.web.due_dates import Due, late, owed_due
from app.views.web.pages import translated, uk_date
from app.views.web.searching import looked_for

PAGES = {str(number): number for number in range(1, 401)}
"""Nobody has ten thousand children; any other number in the address is the first page."""


class SendAreaView(PortalView):
    """The caseload. What is searched for is posted, so that no child's name stands in an address or a history."""

    route_base = "/send"
    class_permission_name = "SendArea"
    default_view = "list"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def list(self) -> ResponseReturnValue:
        """The children linked to me, those with something due soonest first."""
        who = principal()
        assert who is not None  # has_access saw to that  # noqa: S101
        given = request.values
        show = Show[given["show"]] if given.get("show") in Show.__members__ else Show.all
        typed = looked_for()
        page = PAGES.get(given.get("page", ""), 1)
        with self.work() as work:
            found = caseload(work.session, who, show, typed, page)
            asked = {"find": typed} if typed else {"show": show.name, "page": str(page)}
            work.record(ChildrenListed(list_name="SendAreaView", asked=asked, rows=len(found.children)))
        return self.page(
            "send_area/list.html",
            found=found,
            rows=_rows(found.children),
            show=show.name,
            looked_for=typed,
            may_add=may_add_children(who),
            brings_to_attention=who.profession is Profession.early_years,
        )


class _Row(NamedTuple):
    """One child in the list, in words."""

    child_id: int
    name: str
    born: str
    waits: int | None
    """The link to take up, while the child waits in the organisation's queue."""
    year_group: str
    status: str
    late: Due | None
    """How late the council is with the case."""
    owed: list[tuple[Owed, Due | None]]


def _rows(children: Sequence[LinkedChild]) -> Sequence[_Row]:
    today = app_context().clock.today()
    words = cache(translated)  # a page says few different things, many times
    return [
        _Row(
            child.child_id,
            child.name,
            uk_date(child.date_of_birth),
            child.queue_link_id,
            words(year_group_label(year_of(child, today))),
            words(status_text(child.standing)),
            late(child.standing, today),
            [(each, owed_due(each, today)) for each in child.owed],
        )
        for child in children
    ]
