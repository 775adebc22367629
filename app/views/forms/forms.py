"""Pages of a form: filling it in, sending it, reading it, and the SEN team's answer."""

import uuid
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from app.cases import returned_forms
from app.core.errors import FieldError, Incomplete, NotFound, ValidationFailed
from app.core.text_input import clean_lines
from app.forms import attachments, conflicts, drafts, reading, returns, submissions
from app.forms.definitions import Problem
from app.forms.form_context import load_form, load_form_for_update
from app.views.cases.assigning import waiting_form
from app.views.forms.form_pages import (
    after,
    missing_lines,
    problems_asked_for,
    read_only_work,
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
from app.views.forms.section_post import read_sent, receive_uploads, with_draft, wrong_in
from app.views.web.access_control import record_activity
from app.views.web.base import PortalView
from app.views.web.form_errors import show_errors
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
        opened = load_form(work, form_id)
        opened.writing_step()
        found = opened.section(section)
        problems = problems_asked_for(work, opened, found, request.args.get("check"))
        return self.page("forms/section.html", **section_page(work, opened, found, problems))

    def _save(self, form_id: int, section_id: str) -> ResponseReturnValue:
        try:
            with self.work() as work:
                opened = load_form_for_update(work, form_id)
                section = opened.section(section_id)
                posted = read_sent(section, work)
                before = opened.drafts[section_id].version if section_id in opened.drafts else 0
                draft = drafts.save_section(work, opened, section_id, posted.entered, posted.version)
                own_window = before > posted.version and draft.version > before
                if posted.taken_off is not None:
                    attachments.take_off(work, opened, posted.taken_off)
                opened = with_draft(opened, section, draft)
                problems = wrong_in(opened, section, work)
                following = after(opened, section)
        except drafts.EditConflict:
            self._put_aside(form_id, section_id)
            return self._compare(form_id, section_id, 409)
        if own_window:
            flash(
                _("You saved this section in another window too. We have kept what you saved last."), "info"
            )
        file_faults = receive_uploads(form_id, section_id, posted)
        if posted.goes_to and not file_faults:
            return redirect(section_url(form_id, section_id, posted.goes_to))
        return self._go_on(form_id, section_id, following, problems, file_faults)

    def _go_on(
        self,
        form_id: int,
        section_id: str,
        following: str,
        problems: list[Problem],
        file_faults: dict[str, str],
    ) -> ResponseReturnValue:
        if request.form.get("then") == "later" and not file_faults:
            flash(_("What you typed has been saved."), "success")
            return redirect(url_for("FormView.show", form_id=form_id))
        if not problems and not file_faults:
            return redirect(following)
        work = read_only_work()
        opened = load_form(work, form_id)
        context = section_page(work, opened, opened.section(section_id), problems, file_faults)
        return self.page("forms/section.html", 422, **context)

    @expose("/<int:form_id>/section/<section>/autosave", methods=["POST"])
    @has_access
    def autosave(self, form_id: int, section: str) -> ResponseReturnValue:
        """Save a section automatically during input, and answer the page's script in JSON."""
        try:
            with self.work() as work:
                opened = load_form_for_update(work, form_id)
                posted = read_sent(opened.section(section), work)
                draft = drafts.autosave_section(work, opened, section, posted.entered, posted.version)
        except drafts.EditConflict:
            self._put_aside(form_id, section)
            return jsonify(compare=url_for("FormView.compare", form_id=form_id, section=section)), 409
        if draft.version != posted.version:
            record_activity()  # new input; a page that only repeats its last save must not extend the log-in
        return jsonify(saved_at=uk_time(draft.saved_at), version=draft.version)

    def _put_aside(self, form_id: int, section_id: str) -> None:
        with self.work() as work:
            opened = load_form_for_update(work, form_id)
            posted = read_sent(opened.section(section_id), work)
            conflicts.stash(work, opened, section_id, posted.entered, posted.version)

    @expose("/<int:form_id>/section/<section>/compare", methods=["GET", "POST"])
    @has_access
    def compare(self, form_id: int, section: str) -> ResponseReturnValue:
        """Show both versions of a section in conflict, and save the choice between them."""
        if request.method == "GET":
            return self._compare(form_id, section, 200)
        try:
            with self.work() as work:
                opened = load_form_for_update(work, form_id)
                found = opened.section(section)
                picks, entered = _choices()
                version = read_sent(found, work).version
                draft = conflicts.settle(work, opened, section, picks, entered, version)
                following = after(with_draft(opened, found, draft), found)
        except drafts.EditConflict:
            return self._compare(form_id, section, 409)
        except ValidationFailed as refused:
            return self._compare(form_id, section, 422, refused)
        flash(_("Your choices have been saved."), "success")
        return redirect(following)

    def _compare(
        self, form_id: int, section_id: str, status: int, refused: ValidationFailed | None = None
    ) -> ResponseReturnValue:
        work = read_only_work()
        opened = load_form(work, form_id)
        picks, entered = _choices()
        faults = {fault.field: translated(fault.text) for fault in (refused.faults if refused else ())}
        return self.page(
            "forms/compare.html",
            status,
            opened=opened,
            found=conflicts.compare(work, opened, section_id),
            picks=picks,
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
