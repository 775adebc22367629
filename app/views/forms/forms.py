"""Pages of a form: filling it in, sending it, reading it, and the SEN team's answer."""

import uuid
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases import returned_forms
from app.core.command_line import app_context
from app.core.errors import FieldError, Incomplete, NotFound, ValidationFailed
from app.core.text_input import clean_lines
from app.forms import attachments, drafts, reading, returns, section_saving, submissions
from app.forms.conflicts import Shown
from app.forms.form_context import load_form
from app.forms.section_posts import number_in
from app.forms.section_saving import SectionConflict, SectionSaved
from app.views.cases.assigning import waiting_form
from app.views.forms.form_pages import (
    after,
    missing_lines,
    problems_asked_for,
    section_page,
    section_url,
    task_page,
)
from app.views.forms.form_reading import (
    ReturnForm,
    ReturnNotes,
    answer_page,
    check_page,
    read_page,
    sent_page,
)
from app.views.forms.section_post import section_post
from app.views.web.access_control import record_activity
from app.views.web.base import PortalView, read_only_work
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_time
from app.views.web.register import register
from app.views.web.words import FORM_STATE_COLOURS, form_state

BY_HAND = "by-hand-"


@register()
class FormView(PortalView):
    """Pages of one form."""

    route_base = "/forms"
    class_permission_name = "Forms"

    @expose("/<int:form_id>")
    @has_access
    def show(self, form_id: int) -> ResponseReturnValue:
        """Show the task list to those who may write; redirect others to the page to read."""
        work = read_only_work()
        opened = load_form(work, form_id)
        if not opened.writable:
            if (waiting := waiting_form(work, opened.form)) is not None:
                return self._waiting(waiting)
            return redirect(url_for("FormView.read", form_id=form_id))
        return self.page("forms/show.html", **task_page(work, opened))

    def _waiting(self, waiting: dict[str, Any]) -> ResponseReturnValue:
        state = waiting["form"].state
        words = {"state": form_state(state), "colour": FORM_STATE_COLOURS[state]}
        return self.page("forms/waiting.html", **waiting, **words)

    @expose("/<int:form_id>/section/<section>", methods=["GET", "POST"])
    @has_access
    def section(self, form_id: int, section: str) -> ResponseReturnValue:
        """Show one section, or save it."""
        if request.method == "POST":
            return self._save(form_id, section)
        work = read_only_work()
        opened = load_form(work, form_id, section)
        opened.writing_step()
        found = opened.section(section)
        problems = problems_asked_for(work, opened, found, request.args.get("check"))
        return self.page("forms/section.html", **section_page(work, opened, found, problems))

    def _save(self, form_id: int, section_id: str) -> ResponseReturnValue:
        with self.work() as work:
            outcome = section_saving.save(work, form_id, section_id, section_post())
        if isinstance(outcome, SectionConflict):
            if outcome.uploads:
                with attachments.stored(app_context(), outcome.uploads) as stored, self.work() as work:
                    outcome = section_saving.attach_in_conflict(work, outcome, stored)
            return self._compare(outcome, 409)
        if outcome.uploads:  # they are checked and stored between two transactions, which is slow
            with attachments.stored(app_context(), outcome.uploads) as stored, self.work() as work:
                outcome = section_saving.attach(work, outcome, stored)
        if outcome.replaced_own:
            flash(
                _("You saved this section in another window too. We have kept what you saved last."), "info"
            )
        return self._saved(outcome)

    def _saved(self, outcome: SectionSaved) -> ResponseReturnValue:
        """Return the page after a section: the next one, the list, or the same one with its errors."""
        form_id, section = outcome.opened.form.id, outcome.section
        if outcome.goes_to and not outcome.file_faults:
            return redirect(section_url(form_id, section.id, outcome.goes_to))
        if request.form.get("then") == "later" and not outcome.file_faults:
            flash(_("What you typed has been saved."), "success")
            return redirect(url_for("FormView.show", form_id=form_id))
        if not outcome.problems and not outcome.file_faults:
            return redirect(after(outcome.opened, section))
        context = section_page(
            read_only_work(), outcome.opened, section, outcome.problems, outcome.file_faults
        )
        return self.page("forms/section.html", 422, **context)

    @expose("/<int:form_id>/section/<section>/autosave", methods=["POST"])
    @has_access
    def autosave(self, form_id: int, section: str) -> ResponseReturnValue:
        """Save a section automatically during input, and answer the page's script in JSON."""
        post = section_post()
        with self.work() as work:
            outcome = section_saving.autosave(work, form_id, section, post)
            if not isinstance(outcome, SectionConflict) and outcome.version != post.version:
                record_activity(
                    work
                )  # new input; a page that repeats its last save does not extend the log-in
        if isinstance(outcome, SectionConflict):
            return jsonify(compare=url_for("FormView.compare", form_id=form_id, section=section)), 409
        return jsonify(saved_at=uk_time(outcome.saved_at), version=outcome.version)

    @expose("/<int:form_id>/section/<section>/compare", methods=["GET", "POST"])
    @has_access
    def compare(self, form_id: int, section: str) -> ResponseReturnValue:
        """Show both versions of a section in conflict, and save the choice between them."""
        if request.method == "GET":
            return self._compare(section_saving.conflict(read_only_work(), form_id, section), 200)
        picks, entered = _choices()
        post = section_post()
        shown = Shown(post.version, number_in(post.value("aside")))
        with self.work() as work:
            outcome = section_saving.settle(work, form_id, section, picks, entered, shown)
        if isinstance(outcome, SectionConflict):
            return self._compare(outcome, 422 if outcome.faults else 409)
        flash(_("Your choices have been saved."), "success")
        return redirect(after(outcome.opened, outcome.section))

    def _compare(self, conflict: SectionConflict, status: int) -> ResponseReturnValue:
        picks, entered = _choices()
        faults = {fault.field: translated(fault.text) for fault in conflict.faults}
        return self.page(
            "forms/compare.html",
            status,
            opened=conflict.opened,
            found=conflict.comparison,
            conflict=conflict,
            picks={} if conflict.changed_since else picks,
            entered=entered,
            faults=faults,
            errors=[{"text": text, "href": f"#{name}"} for name, text in faults.items()],
        )

    @expose("/<int:form_id>/check")
    @has_access
    def check(self, form_id: int) -> ResponseReturnValue:
        """Show every answer before the form is sent."""
        work = read_only_work()
        opened = load_form(work, form_id)
        opened.writing_step()
        return self.page("forms/check.html", **check_page(work, opened, uuid.uuid4().hex))

    @expose("/<int:form_id>/submit", methods=["POST"])
    @has_access
    def submit(self, form_id: int) -> ResponseReturnValue:
        """Send the form to the SEN team."""
        send_key = request.form.get("send_key", "")
        try:
            with self.work() as work:
                submissions.submit(work, form_id, send_key)
        except Incomplete:
            work = read_only_work()
            opened = load_form(work, form_id)
            errors = missing_lines(opened, submissions.missing(opened, work))
            return self.page("forms/check.html", 422, errors=errors, **check_page(work, opened, send_key))
        return redirect(url_for("FormView.sent", form_id=form_id))

    @expose("/<int:form_id>/sent")
    @has_access
    def sent(self, form_id: int) -> ResponseReturnValue:
        """Confirm that the form was sent."""
        return self.page("forms/sent.html", **sent_page(read_only_work(), form_id))

    @expose("/<int:form_id>/read")
    @expose("/<int:form_id>/read/<int:number>")
    @has_access
    def read(self, form_id: int, number: int | None = None) -> ResponseReturnValue:
        """Show a submitted form as this person may read it."""
        return self._read(form_id, number, 200, None)

    def _read(
        self, form_id: int, number: int | None, status: int, notes: ReturnNotes | None
    ) -> ResponseReturnValue:
        with self.work() as work:
            context = read_page(work, reading.read(work, form_id, number), notes)
        return self.page("forms/read.html", status, **context)

    @expose("/<int:form_id>/accept", methods=["GET", "POST"])
    @has_access
    def accept(self, form_id: int) -> ResponseReturnValue:
        """Accept a submitted form, after asking once."""
        if request.method == "GET":
            return self.page("forms/accept.html", **answer_page(read_only_work(), form_id, "accept"))
        with self.work() as work:
            returns.accept(work, form_id, _number())
        flash(
            _("You have accepted this form. We have told its authors.")
            if not work.no_one_notified
            else _("You have accepted this form. Its authors have no open account, so we told no one."),
            "success",
        )
        return redirect(url_for("FormView.read", form_id=form_id))

    @expose("/<int:form_id>/accept/undo", methods=["GET", "POST"])
    @has_access
    def undo_accept(self, form_id: int) -> ResponseReturnValue:
        """Undo the acceptance, after asking once."""
        if request.method == "GET":
            return self.page(
                "forms/undo_accept.html", **answer_page(read_only_work(), form_id, "undo_accept")
            )
        with self.work() as work:
            returns.undo_accept(work, form_id, _number())
        flash(
            _("You can accept or return this form again. We have told its authors.")
            if not work.no_one_notified
            else _(
                "You can accept or return this form again. Its authors have no open account, so we told no one."
            ),
            "success",
        )
        return redirect(url_for("FormView.read", form_id=form_id))

    @expose("/<int:form_id>/return", methods=["GET", "POST"])
    @has_access
    def send_back(self, form_id: int) -> ResponseReturnValue:
        """Return the form with the reasons entered beside the answers."""
        if request.method == "GET":
            load_form(read_only_work(), form_id)
            return redirect(url_for("FormView.read", form_id=form_id, _anchor="answer"))
        form = ReturnForm(request.form)
        form.validate()
        try:
            if form.errors:
                raise ValidationFailed(*(FieldError("wanted_by", text) for text in form.wanted_by.errors))
            with self.work() as work:
                returned_forms.send_back(work, form_id, _number(), _reasons(), form.wanted_by.data)
        except ValidationFailed as refused:
            show_errors(form, (fault for fault in refused.faults if fault.field in form))
            return self._read(form_id, None, 422, ReturnNotes(form, _reasons(), refused.faults))
        flash(
            _("You have returned this form. We have told its authors why.")
            if not work.no_one_notified
            else _("You have returned this form. Its authors have no open account, so we told no one."),
            "success",
        )
        return redirect(url_for("FormView.read", form_id=form_id))

    @expose("/<int:form_id>/withdraw", methods=["GET", "POST"])
    @has_access
    def withdraw(self, form_id: int) -> ResponseReturnValue:
        """Withdraw a request that was never sent, or the family's consent."""
        if request.method == "GET":
            opened = load_form(read_only_work(), form_id)
            opened.step("withdraw")
            return self.page("forms/withdraw.html", opened=opened)
        try:
            with self.work() as work:
                child_id = drafts.withdraw(
                    work, form_id, clean_lines(request.form.get("asked_by", ""))
                ).child_id
        except ValidationFailed as refused:
            faults = {fault.field: translated(fault.text) for fault in refused.faults}
            errors = [{"text": text, "href": f"#{name}"} for name, text in faults.items()]
            opened = load_form(read_only_work(), form_id)
            return self.page("forms/withdraw.html", 422, opened=opened, faults=faults, errors=errors)
        flash(_("The form has been withdrawn."), "success")
        return redirect(url_for("ChildView.show", child_id=child_id))


def _number() -> int:
    """Return the version that was on the screen. Raises NotFound when the post names none."""
    sent = request.form.get("number", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        raise NotFound("Submission")
    return int(sent)


def _reasons() -> dict[str, str]:
    """Return the entered reasons by section; returns.WHOLE for the whole form."""
    prefix = returns.reason_field("x")[:-1]
    entered = {
        name.removeprefix(prefix): clean_lines(text)
        for name, text in request.form.items()
        if name.startswith(prefix)
    }
    return {
        returns.WHOLE: clean_lines(request.form.get(returns.reason_field(returns.WHOLE), "")),
        **entered,
    }


def _choices() -> tuple[dict[str, str], dict[str, Any]]:
    """Return which answer was chosen for each question, and the new texts."""
    sent = list(request.form.items())
    picks = {name.removeprefix("pick-"): value for name, value in sent if name.startswith("pick-")}
    hand = {name.removeprefix(BY_HAND): value for name, value in sent if name.startswith(BY_HAND)}
    return picks, hand
