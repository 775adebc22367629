"""The SEN team's pages for a case: request advice, and settle duplicates."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, RadioField

from app.cases import advice_requests, duplicates
from app.cases.duty_rules import due_date
from app.cases.queries.child_page import advice_forms
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_
from app.forms.rules.form_titles import title_of
from app.forms.rules.workflow import ADVICE
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, Child
from app.views.cases.advisers import chosen_adviser, found_advisers, linked_advisers
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register


def _merge(work: UnitOfWork, child_id: int) -> Child:
    return duplicates.same_child(work, child_id, despite="despite" in request.form)


ANSWERS: dict[str, tuple[Callable[[UnitOfWork, int], Child], str]] = {
    "same": (
        _merge,
        N_("The records are merged. To undo the merge, select “Correct this record”."),
    ),
    "different": (
        duplicates.different_children,
        N_("You said that these are different children. Both records stay as they are."),
    ),
}


class AskForm(Form):
    """The fields of an advice request."""

    form = RadioField(_l("What do you need?"), validate_choice=False)
    adviser = RadioField(_l("Who are you asking?"), validate_choice=False)
    find = StringField(_l("Find someone else"), description=_l("A name, or part of an organisation’s name"))
    service = StringField(
        _l("Which service? (optional)"),
        description=_l(
            "If you ask several services of one organisation, each has its own request. For example, "
            "occupational therapy"
        ),
    )
    due_on = DatePartsField(_l("When is it due?"))
    due_reason = TextAreaField(_l("Why is it due on another date? (optional)"))
    adviser_reason = TextAreaField(_l("Why are you asking this adviser?"))
    note = TextAreaField(_l("Notes for the adviser (optional)"))
    despite = BooleanField(_l("Ask them all the same"))


@register()
class AskView(PortalView):
    """The pages to request advice and to cancel a request."""

    route_base = ""
    class_permission_name = "CaseWork"

    @expose("/children/<int:child_id>/ask", methods=["GET", "POST"])
    @has_access
    def ask(self, child_id: int) -> ResponseReturnValue:
        """Ask a professional or an organisation for advice."""
        form = AskForm(request.form if request.method == "POST" else None)
        work = read_only_work()
        child = work.get(Child, child_id)
        statutory = advice_requests.is_assessing(work, child_id)
        form.form.choices = [
            (key, translated(title_of(title, statutory))) for key, title in advice_forms(work.session)
        ]
        found = found_advisers(work.session, form.find.data or "") | linked_advisers(work.session, child_id)
        form.adviser.choices = list(found.items())
        if request.method == "GET":
            form.due_on.show(due_date(work.session, "give_advice", work.today) if statutory else None)
        elif (
            "search" not in request.form and (notified := self._asked(child_id, form, statutory)) is not None
        ):
            asked = dict(choice_pairs(form.adviser))[form.adviser.data]
            flash(_requested(statutory, notified, asked), "success")
            return redirect(url_for("ChildView.forms", child_id=child_id))
        status = 422 if form.errors else 200
        return self.page("casework/ask.html", status, child=child, form=form, statutory=statutory)

    def _asked(self, child_id: int, form: AskForm, statutory: bool) -> bool | None:
        form.validate()
        if form.form.data not in dict(choice_pairs(form.form)):
            form.form.errors = [_("Choose the advice you need")]
        if form.adviser.data not in dict(choice_pairs(form.adviser)):
            form.adviser.errors = [_("Choose who to ask")]
        if statutory and not form.due_on.data and not form.due_on.errors:
            form.due_on.errors = [_("Enter the date it is due")]
        if form.errors:
            return None
        chosen = chosen_adviser(form.adviser.data)
        try:
            with self.work() as work:
                advice_requests.ask_for_advice(
                    work,
                    child_id,
                    form.form.data,
                    person_id=chosen.person_id,
                    organisation_id=chosen.organisation_id,
                    due_on=form.due_on.data,
                    due_reason=form.due_reason.data or "",
                    adviser_reason=form.adviser_reason.data or "",
                    note=form.note.data or "",
                    service=form.service.data or "",
                    despite=form.despite.data,
                )
        except ValidationFailed as refused:
            show_errors(form, refused.faults, person="adviser", organisation="adviser")
            return None
        return not work.no_one_notified

    @expose("/advice/<int:form_id>/cancel", methods=["GET", "POST"])
    @has_access
    def cancel(self, form_id: int) -> ResponseReturnValue:
        """Cancel an advice request after a confirmation page."""
        if request.method == "POST":
            with self.work() as work:
                child_id = advice_requests.cancel_advice(work, form_id).child_id
            text = (
                _("Cancelled. We have told the people you asked.")
                if not work.no_one_notified
                else _("Cancelled. The people you asked have no open account, so we told no one.")
            )
            flash(text, "success")
            return redirect(url_for("ChildView.forms", child_id=child_id))
        work = read_only_work()
        advice = work.get(Advice, form_id)
        ADVICE.step("cancel", advice.state, workflow_roles_of(work, advice))
        child = work.get(Child, advice.child_id)
        return self.page("casework/cancel.html", child=child, advice=advice)


def _requested(statutory: bool, notified: bool, name: str) -> str:
    """Return the confirmation text, which depends on whether anyone could be sent a message."""
    if statutory and notified:
        return _("Advice requested. We have told %(name)s.", name=name)
    if notified:
        return _("Information requested. We have told %(name)s.", name=name)
    if statutory:
        return _("Advice requested. %(name)s has no open account, so we told no one.", name=name)
    return _("Information requested. %(name)s has no open account, so we told no one.", name=name)


@register()
class DuplicateView(PortalView):
    """The page for two records that may be of one child."""

    route_base = "/children"
    class_permission_name = "CaseWork"

    @expose("/<int:child_id>/duplicate", methods=["GET", "POST"])
    @has_access
    def settle(self, child_id: int) -> ResponseReturnValue:
        """Show the two records, and record whether they are of one child."""
        errors: list[dict[str, str]] = []
        if request.method == "POST":
            answer = ANSWERS.get(request.form.get("answer", ""))
            if answer is not None:
                verb, answered = answer
                try:
                    with self.work() as work:
                        remaining_id = verb(work, child_id).id
                    flash(_(answered), "success")
                    return redirect(url_for("ChildView.show", child_id=remaining_id))
                except ValidationFailed as refused:
                    errors = [
                        {"text": translated(fault.text), "href": f"#{fault.field}"}
                        for fault in refused.faults
                    ]
            else:
                errors = [{"text": _("Select yes if the records are for the same child"), "href": "#answer"}]
        with self.work() as work:
            newer, older = duplicates.compare(work, child_id)
            moving = duplicates.moving_of(work, newer.id), duplicates.moving_of(work, older.id)
        return self.page(
            "casework/duplicate.html",
            422 if errors else 200,
            newer=newer,
            older=older,
            moving=moving,
            errors=errors,
            chosen=request.form.get("answer", ""),
            warnings=[each["text"] for each in errors if each["href"] == "#despite"],
            refusals=[each["text"] for each in errors if each["href"] != "#despite"],
        )
