"""The SEND area: the children and young people a professional is linked to, and the forms due."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.cases.children import may_add_children
from app.cases.queries.caseload import LinkedChild, Owed, Show, caseload
from app.cases.rules.status import status_text
from app.children.events import ChildrenListed
from app.children.rules.school_years import year_group_label, year_of
from app.core.command_line import app_context
from app.core.roles import Profession
from app.views.web.base import PortalView, principal
from app.views.web.due_dates import Due, late, owed_due
from app.views.web.pages import translated, uk_date
from app.views.web.register import register
from app.views.web.searching import looked_for

PAGES = {str(number): number for number in range(1, 401)}
"""Page numbers up to ten thousand children; any other number in the address is the first page."""


@register(_l("SEND area"), order=30)
class SendAreaView(PortalView):
    """The caseload. Search words are posted, so that no child's name is in an address or a history."""

    route_base = "/send"
    class_permission_name = "SendArea"
    default_view = "list"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the children linked to the reader, those with the earliest deadline first."""
        who = principal()
        assert who is not None  # has_access requires a log-in  # noqa: S101
        given = request.values
        show = Show[given["show"]] if given.get("show") in Show.__members__ else Show.all
        text = looked_for()
        page = PAGES.get(given.get("page", ""), 1)
        with self.work() as work:
            found = caseload(work.session, who, show, text, page)
            asked = {"find": text} if text else {"show": show.name, "page": str(page)}
            work.record(ChildrenListed(list_name="SendAreaView", asked=asked, rows=len(found.children)))
        return self.page(
            "send_area/list.html",
            found=found,
            rows=_rows(found.children),
            show=show.name,
            looked_for=text,
            may_add=may_add_children(who),
            brings_to_attention=who.profession is Profession.early_years,
        )


class _Row(NamedTuple):
    """The texts of one child in the list."""

    child_id: int
    name: str
    born: str
    waits: int | None
    """The link to assign, while the child is in the organisation's queue."""
    year_group: str
    status: str
    late: Due | None
    """The delay of the council's part of the case."""
    owed: list[tuple[Owed, Due | None]]


def _rows(children: Sequence[LinkedChild]) -> Sequence[_Row]:
    today = app_context().clock.today()
    words = cache(translated)  # cached, because a page repeats few texts many times
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
