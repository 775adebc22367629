"""The SEN team's list of cases, from which several are handed over at once."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_

from app.cases.queries.figures import cases_behind
from app.cases.rules.figures import read_figure
from app.cases.tables import PLAN_DUE_CASES, UNDECIDED_CASES, WITHOUT_OWNER
from app.models import Case
from app.operations.queries import lists
from app.views.cases.case_owners import chosen_text
from app.views.cases.case_parts import case_steps, other_case_steps
from app.views.cases.casework_lists import OfChildList, child_page, named, today
from app.views.cases.figure_words import figure_text
from app.views.web.base import principal
from app.views.web.choice_fields import choice_field
from app.views.web.due_dates import Due, due
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import SavedFilter
from app.views.web.list_interface import PortalInterface
from app.views.web.listed import Picks, RowLink
from app.views.web.pages import uk_date, uk_datetime
from app.views.web.register import register
from app.views.web.words import CASE_STATES, SOURCES, case_state, request_channel, request_source


def _owner(person: Any) -> str:
    """Return the name of a case's owner."""
    return named(person) or _("No owner")


def _reader() -> int:
    """Return the id of the person who is logged in."""
    who = principal()
    return who.user_id if who is not None else 0


@register(_l("Cases"), order=45)
class CaseList(OfChildList):
    """Cases: requests for an assessment by whatever route they came, and what the council decided."""

    datamodel = PortalInterface(Case, listing=lists.CASES)
    route_base = "/cases"
    list_title = _l("Cases")
    show_title = _l("Case")
    list_columns = ["child", "number", "state", "owner", "received_on", "due_on"]
    show_columns = [*list_columns, "source", "channel", "note", "decided_on", "created_at"]
    exports = [
        "number",
        "child",
        "state",
        "owner",
        "source",
        "channel",
        "received_on",
        "due_on",
        "decided_on",
    ]
    order_columns = ["due_on", "received_on"]
    search_columns = ["state", "source", "due_on", "received_on"]
    base_order = ("due_on", "asc")
    saved_filters = {
        "mine": SavedFilter(_l("Mine"), lambda: Case.owner_id == _reader()),
        "without_owner": SavedFilter(_l("No owner"), lambda: WITHOUT_OWNER),
        "deciding": SavedFilter(_l("Waiting for a decision"), lambda: UNDECIDED_CASES),
        "overdue": SavedFilter(
            _l("Decision or plan overdue"),
            lambda: and_(
                Case.due_on < today(), Case.excused.is_(False), or_(UNDECIDED_CASES, PLAN_DUE_CASES)
            ),
        ),
    }
    label_columns = {
        "child": _l("Child or young person"),
        "number": _l("Case number"),
        "owner": _l("Owner"),
        "state": _l("Status"),
        "source": _l("Who asked"),
        "channel": _l("How it came"),
        "note": _l("Notes"),
        "received_on": _l("Received"),
        "due_on": _l("Due"),
        "decided_on": _l("Decided on"),
        "created_at": _l("Recorded"),
    }
    search_form_extra_fields = {
        "state": choice_field(_l("Status"), CASE_STATES, _l("Any")),
        "source": choice_field(_l("Who asked"), SOURCES, _l("Any")),
    }
    formatters_columns = {
        "child": named,
        "owner": _owner,
        "state": case_state,
        "source": request_source,
        "channel": request_channel,
        "received_on": uk_date,
        "due_on": uk_date,
        "decided_on": uk_date,
        "created_at": uk_datetime,
    }

    def rows_behind(self, figure: str) -> SavedFilter | None:
        """Return the cases that a figure of the manager's page counts."""
        found = read_figure(figure)
        if found is None:
            return None
        return SavedFilter(figure_text(found), lambda: cases_behind(found, today()))

    def picks_of(self, records: Sequence[Case]) -> Picks:
        """Return the boxes with which several cases are handed over at once: each holds who had the case when shown."""
        chosen = {record.id: chosen_text(record) for record in records}
        return Picks("case", chosen, url_for("CaseOwnerView.hand_over"), _("Hand over to a colleague"))

    def row_links(self, record: Case) -> list[RowLink]:
        """Return a link to the form of the request, where it came on one."""
        if record.request_id is None:
            return []
        href = url_for("FormView.read", form_id=record.request_id)
        return [RowLink(_("Read this request"), href, record.child.name)]

    def record_links(self, record: Case) -> list[RowLink]:
        """Return links to the request, to the child, and to decide or to correct the decision."""
        steps = case_steps(record.state, record.id) + other_case_steps(record.state, record.id)
        return [
            *(RowLink(text, href) for text, href in steps),
            RowLink(_("Hand over to a colleague"), url_for("CaseOwnerView.choose", case_id=record.id)),
            *self.row_links(record),
            child_page(record.child),
        ]

    def time_left(self, record: Case) -> Due | None:
        """Return the time left for the council's next duty; None once nothing more is due."""
        return due(record.due_on, today(), excused=record.excused)
