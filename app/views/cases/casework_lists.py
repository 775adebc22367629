"""The SEN team's generated lists: children and young people, requests, advice, registrations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_

from app.cases.queries.child_page import statuses_of
from app.cases.queries.figures import late_of, owed_by
from app.cases.rules.status import status_text
from app.children.events import ChildViewed
from app.children.queries.finding import children_listed, listed_by_child, named_like
from app.children.rules.identifiers import nhs_number_text
from app.core.command_line import app_context
from app.core.database.listing import Criteria
from app.core.events import Event
from app.core.roles import PROFESSION_LABELS, Profession
from app.forms.rules.workflow import OPEN_TO_WRITING, FormState
from app.models import (
    AWAITED_ADVICE,
    Advice,
    Case,
    Child,
    Form,
    Registration,
    RegistrationState,
    Request,
    forms_in,
)
from app.operations.queries import lists
from app.views.cases.case_parts import why_no_postcode, why_no_upn
from app.views.web.choice_fields import choice_field
from app.views.web.due_dates import Due, form_due, late
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import SavedFilter
from app.views.web.list_interface import LARGEST_ID, PortalInterface
from app.views.web.listed import Listed, Picks, RowLink
from app.views.web.model_view import PortalModelView
from app.views.web.pages import translated, uk_date, uk_datetime
from app.views.web.register import register
from app.views.web.words import (
    FORM_STATES,
    form_state,
)


def child_page(child: Child) -> RowLink:
    """Return the link to a child's own page."""
    return RowLink(
        _("Open the page of %(name)s", name=child.name), url_for("ChildView.show", child_id=child.id)
    )


def today() -> date:
    """Return today in London."""
    return app_context().clock.today()


def _nhs_number(number: str | None) -> str:
    """Return the number with non-breaking spaces, so that it stays on one line."""
    return nhs_number_text(number).replace(" ", "\N{NO-BREAK SPACE}") if number else ""


def _origin(origin: tuple[str, bool]) -> str:
    """Return the organisation, marked where the author's employment there is not confirmed."""
    body, is_unconfirmed = origin
    return _("%(organisation)s (author not confirmed)", organisation=body) if is_unconfirmed else body


def named(row: Any) -> str:
    """Return the name of a row, or an empty string for None."""
    return row.name if row is not None else ""


@register(_l("Children and young people"), order=40)
class ChildList(PortalModelView):
    """All children and young people."""

    about_children = True
    datamodel = PortalInterface(Child, listing=lists.CHILDREN)
    route_base = "/people"
    class_permission_name = "CaseWork"
    adds_at = "ChildView.add"
    list_title = _l("Children and young people")
    show_title = _l("Child or young person")
    list_columns = ["name", "date_of_birth", "setting", "upn", "nhs_number", "created_at"]
    show_columns = [
        *list_columns,
        "known_as",
        "address",
        "postcode",
        "postcode_missing_reason",
        "upn_missing_reason",
    ]
    order_columns = ["date_of_birth", "created_at"]
    search_columns: list[str] = []
    base_order = ("id", "desc")
    exports = ["name", "date_of_birth", "setting", "upn", "nhs_number", "postcode", "created_at"]
    exported_as_stored = {"nhs_number"}
    find_label = _l("Find a child by name, date of birth, UPN or NHS number")
    saved_filters = {
        "duplicates": SavedFilter(
            _l("Possible duplicates"), lambda: Child.possible_duplicate_of_id.is_not(None)
        ),
        "of_age": SavedFilter(
            _l("Over school age, with a parent linked"), lambda: lists.with_parents_of_age(today())
        ),
    }
    base_filters: list[Any] = []
    label_columns = {
        "name": _l("Name"),
        "date_of_birth": _l("Date of birth"),
        "setting": _l("School or setting"),
        "upn": _l("UPN"),
        "nhs_number": _l("NHS number"),
        "created_at": _l("Added"),
        "known_as": _l("Known as"),
        "address": _l("Address"),
        "postcode": _l("Postcode"),
        "postcode_missing_reason": _l("Why there is no UK postcode"),
        "upn_missing_reason": _l("Why there is no UPN"),
    }
    formatters_columns = {
        "date_of_birth": uk_date,
        "created_at": uk_date,
        "setting": named,
        "nhs_number": _nhs_number,
        "postcode_missing_reason": why_no_postcode,
        "upn_missing_reason": why_no_upn,
    }

    def _listed(self, criteria: Criteria) -> Listed:
        """Add the status of each case and how late the council is with it."""
        found = super()._listed(criteria)
        standings = statuses_of(self.datamodel.session, [row.number for row in found.rows])
        label = _("Status")
        for row in found.rows:
            standing = standings.get(row.number)
            row.cells.append((label, translated(status_text(standing)), late(standing, today())))
        found.heads.append(("case", label))
        return found

    def find(self, text: str) -> Criteria:
        """Return the criteria to find children by name, date of birth or number."""
        return children_listed(self.datamodel.session, text)

    def opened(self, record: Child) -> Event:
        """Return the event of viewing a child, because the record shows what the child's page shows."""
        return ChildViewed(child_id=record.id)

    def name_href(self, record: Child) -> str:
        """Return the address of the child's own page."""
        return url_for("ChildView.show", child_id=record.id)

    def row_links(self, record: Child) -> list[RowLink]:
        """Return a link to the comparison, for a possible duplicate."""
        return self._to_compare(record)

    def record_links(self, record: Child) -> list[RowLink]:
        """Return links to the child's page and, for a possible duplicate, to the comparison."""
        return [child_page(record), *self._to_compare(record)]

    def _to_compare(self, record: Child) -> list[RowLink]:
        if record.possible_duplicate_of_id is None:
            return []
        href = url_for("DuplicateView.settle", child_id=record.id)
        return [RowLink(_("Are these the same child?"), href, record.name)]


class OfChildList(PortalModelView):
    """The base of lists whose rows each belong to one child, whose name leads to the child's page."""

    about_children = True
    class_permission_name = "CaseWork"
    find_label = _l("Find by the child’s name, date of birth, UPN or NHS number")

    def find(self, text: str) -> Criteria:
        """Return the criteria to find rows by child."""
        return listed_by_child(self.datamodel.session, text, self.datamodel.obj.child_id)

    def opened(self, record: Case | Form) -> Event:
        """Return the event of viewing the child, because the record shows reasons and notes about them."""
        return ChildViewed(child_id=record.child_id)

    def name_href(self, record: Case | Form) -> str:
        """Return the address of the child's page, since the name is the child's."""
        return url_for("ChildView.show", child_id=record.child_id)


class FormList(OfChildList):
    """The base of the lists of requests and advice."""

    read_words: Any = ""
    order_columns = ["due_on", "received_on"]
    search_columns = ["state", "due_on", "received_on"]
    base_order = ("due_on", "asc")
    label_columns = {
        "child": _l("Child or young person"),
        "title": _l("Form"),
        "organisation": _l("Organisation"),
        "origin": _l("Organisation"),
        "author": _l("Author"),
        "state": _l("Status"),
        "asked_on": _l("Requested"),
        "received_on": _l("Received"),
        "due_on": _l("Due"),
        "asking_note": _l("Notes for the adviser"),
        "due_reason": _l("Why it is due on another date"),
        "wanted_by": _l("Wanted by (not a legal date)"),
        "adviser_reason": _l("Why this adviser was asked"),
    }
    search_form_extra_fields = {"state": choice_field(_l("Status"), FORM_STATES, _l("Any"))}
    formatters_columns = {
        "child": named,
        "title": translated,
        "state": form_state,
        "due_on": uk_date,
        "received_on": uk_date,
        "asked_on": uk_date,
        "wanted_by": uk_date,
        "organisation": named,
        "origin": _origin,
        "author": named,
    }

    def row_links(self, record: Form) -> list[RowLink]:
        """Return a link to the submitted form."""
        return self._to_read(record)

    def link_details(self, record: Form) -> str:
        """Return the child's name, which distinguishes the form from others in the list."""
        return record.child.name

    def time_left(self, record: Form) -> Due | None:
        """Return the time left for the form; None once it was sent."""
        dates = (record.due_on, record.wanted_by)
        return form_due(record.state, dates, today())

    def record_links(self, record: Form) -> list[RowLink]:
        """Return links to the submitted form and to the child."""
        return [*self._to_read(record), child_page(record.child)]

    def _to_read(self, record: Form) -> list[RowLink]:
        if record.received_on is None:
            return []
        href = url_for("FormView.read", form_id=record.id)
        return [RowLink(str(self.read_words), href, self.link_details(record))]


@register(_l("Requests"), order=50, within="CaseList")
class RequestList(FormList):
    """Requests for an EHC needs assessment."""

    datamodel = PortalInterface(Request, listing=lists.REQUESTS)
    route_base = "/requests"
    list_title = _l("Requests for an assessment")
    show_title = _l("Request for an assessment")
    read_words = _l("Read this request")
    list_columns = ["child", "state", "origin", "received_on"]
    show_columns = ["title", *list_columns, "author"]
    exports = ["child", "state", "organisation", "author", "received_on"]
    order_columns = ["received_on"]
    search_columns = ["state", "received_on"]
    base_order = ("received_on", "desc")
    saved_filters = {
        "new": SavedFilter(_l("New"), lambda: forms_in("request", [FormState.submitted])),
    }


@register(_l("Advice"), order=60, within="CaseList")
class AdviceList(FormList):
    """Requests for advice, and the advice received."""

    datamodel = PortalInterface(Advice, listing=lists.ADVICE)
    route_base = "/advice"
    list_title = _l("Advice and information")
    show_title = _l("Advice or information")
    read_words = _l("Read this advice")
    list_columns = ["child", "title", "state", "origin", "author", "due_on"]
    show_columns = [
        *list_columns,
        "due_reason",
        "wanted_by",
        "asked_on",
        "received_on",
        "asking_note",
        "adviser_reason",
    ]
    exports = ["child", "title", "state", "organisation", "author", "asked_on", "due_on", "received_on"]
    saved_filters = {
        "submitted": SavedFilter(_l("To read"), lambda: forms_in("advice", [FormState.submitted])),
        "overdue": SavedFilter(
            _l("Overdue"),
            lambda: and_(
                Advice.due_on < today(),
                AWAITED_ADVICE,
            ),
        ),
        "waiting": SavedFilter(
            _l("Not yet received"),
            lambda: AWAITED_ADVICE,
        ),
    }

    def rows_behind(self, figure: str) -> SavedFilter | None:
        """Return the advice that one organisation owes, as the manager's page counts it: "owed.12", or only what is late:
        "late.12"; 0 for no organisation."""
        kind, _dot, number = figure.partition(".")
        is_number = number.isascii() and number.isdigit() and int(number) <= LARGEST_ID
        if kind == "owed" and is_number:
            return SavedFilter(_("all advice that one organisation owes"), lambda: owed_by(int(number)))
        if kind == "late" and is_number:
            return SavedFilter(_("late advice of one organisation"), lambda: late_of(int(number), today()))
        return None

    def picks_of(self, records: Sequence[Form]) -> Picks:
        """Return the boxes with which the authors of several forms are reminded at once."""
        chosen = {record.id: str(record.id) for record in records if record.state in OPEN_TO_WRITING}
        return Picks("form", chosen, url_for("RemindView.remind"), _("Send a reminder"))

    def link_details(self, record: Form) -> str:
        """Return title and name, because a child has several advice forms."""
        return f"{translated(record.title)}, {record.child.name}"


REGISTRATION_STATES = {
    RegistrationState.unconfirmed: _l("Email address not confirmed yet"),
    RegistrationState.waiting: _l("To approve"),
    RegistrationState.approved: _l("Approved"),
    RegistrationState.refused: _l("Refused"),
}


@register(_l("Registrations"), order=70)
class RegistrationList(PortalModelView):
    """Registrations for an account."""

    changes = False
    datamodel = PortalInterface(Registration, listing=lists.REGISTRATIONS)
    route_base = "/registrations"
    class_permission_name = "Registrations"
    list_title = _l("Registrations")
    show_title = _l("Registration")
    list_columns = ["first_name", "last_name", "email", "profession", "job_title", "state", "created_at"]
    show_columns = [*list_columns, "organisation_named", "address", "postcode", "phone", "decision_reason"]
    order_columns = ["last_name", "created_at"]
    search_columns = ["profession", "state"]
    find_label = _l("Find by name or email address")
    exports = ()
    base_order = ("created_at", "desc")
    saved_filters = {
        "waiting": SavedFilter(_l("To approve"), lambda: Registration.state == RegistrationState.waiting)
    }
    label_columns = {
        "first_name": _l("First name"),
        "last_name": _l("Last name"),
        "email": _l("Work email address"),
        "profession": _l("Kind of organisation"),
        "job_title": _l("Job title"),
        "state": _l("Status"),
        "created_at": _l("Asked on"),
        "organisation_named": _l("Organisation they named"),
        "address": _l("Work address"),
        "postcode": _l("Postcode"),
        "phone": _l("Work phone number"),
        "decision_reason": _l("Reason for the decision"),
    }
    search_form_extra_fields = {
        "profession": choice_field(_l("Kind of organisation"), PROFESSION_LABELS, _l("Any")),
        "state": choice_field(_l("Status"), REGISTRATION_STATES, _l("Any")),
    }
    formatters_columns = {
        "profession": lambda profession: _(PROFESSION_LABELS[Profession(profession)]),
        "state": lambda state: str(REGISTRATION_STATES[RegistrationState(state)]),
        "created_at": uk_datetime,
    }

    def find(self, text: str) -> Criteria:
        """Return the criteria to find registrations by part of a name or address."""
        return Criteria(
            or_(
                named_like(text, Registration.first_name, Registration.last_name),
                named_like(text, Registration.email),
            )
        )

    def record_links(self, record: Registration) -> list[RowLink]:
        """Return a link to the decision page while the registration awaits one."""
        if record.state is not RegistrationState.waiting:
            return []
        return [
            RowLink(
                _("Decide about this registration"),
                url_for("RegistrationView.decide", registration_id=record.id),
            )
        ]
