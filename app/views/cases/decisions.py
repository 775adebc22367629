"""The pages to decide whether to assess, and to correct a decision that was recorded wrongly."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import decisions
from app.cases.duties import due_day
from app.cases.lateness import Lateness, exceptions_for
from app.cases.rules.case_states import ABOUT_A_PLAN, BASIS_LABELS, CASE, CaseState
from app.cases.rules.duties import is_overdue
from app.cases.rules.exceptions import EXCEPTION_LABELS
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.models import Case, CaseException, Child, Decision
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date
from app.views.web.register import register
from app.views.web.words import case_state

AGREE, DECLINE = "agree", "decline"
NO_EXCEPTION = "none"
OUTCOMES = {
    CaseState.assessing: AGREE,
    CaseState.not_assessing: DECLINE,
    CaseState.preparing_plan: AGREE,
    CaseState.not_issuing: DECLINE,
}


class LatenessForm(Form):
    """Why a step was taken after its last day."""

    late = RadioField(_l("Why was it done after the last day?"), validate_choice=False)
    late_reason = TextAreaField(_l("Why is it late?"))

    def lateness(self) -> Lateness:
        """Return why the step was late, which counts only where it was."""
        chosen = self.late.data or ""
        if chosen.isdecimal() and len(chosen) < 10:
            return Lateness(exception_id=int(chosen))
        return Lateness(reason=self.late_reason.data or "")


class DecisionForm(LatenessForm):
    """The decision whether to assess, its date and reasons."""

    decision = RadioField(
        _l("Will the council assess?"),
        choices=[
            SelectChoice(AGREE, _l("Yes, agree to assess")),
            SelectChoice(DECLINE, _l("No, decline to assess")),
        ],
        validate_choice=False,
    )
    decided_on = DatePartsField(_l("When was the decision made?"))
    panel_on = DatePartsField(_l("When did the panel meet? (optional)"))
    panel_members = StringField(_l("Who was on the panel? (optional)"))
    reason = TextAreaField(_l("Reasons for the decision"))

    not_chosen = _l("Choose whether the council will assess")

    def decided(self) -> decisions.Decided:
        """Return what was entered, unchecked, for the use case."""
        why = self["correction_reason"].data if "correction_reason" in self else ""
        return decisions.Decided(
            self.reason.data or "",
            self.decided_on.data,
            why or "",
            panel_on=self.panel_on.data,
            panel_members=self.panel_members.data or "",
            lateness=self.lateness(),
        )


class IssueForm(DecisionForm):
    """The decision whether to make a plan, its date and reasons."""

    decision = RadioField(
        _l("Will the council make a plan?"),
        choices=[
            SelectChoice(AGREE, _l("Yes, make a plan")),
            SelectChoice(DECLINE, _l("No, make no plan")),
        ],
        validate_choice=False,
    )
    not_chosen = _l("Choose whether the council will make a plan")


class CorrectionForm(DecisionForm):
    """The corrected decision and the reason for the correction."""

    correction_reason = TextAreaField(_l("Why are you correcting the decision?"))


class IssueCorrectionForm(IssueForm):
    """The corrected decision whether to make a plan and the reason for the correction."""

    correction_reason = TextAreaField(_l("Why are you correcting the decision?"))


@register()
class DecideView(PortalView):
    """The pages to decide whether to assess."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/decide", methods=["GET", "POST"])
    @has_access
    def decide(self, case_id: int) -> ResponseReturnValue:
        """Record the decision to assess or not to assess, with reasons."""
        form = DecisionForm(request.form if request.method == "POST" else None)
        verbs = {AGREE: decisions.agree_to_assess, DECLINE: decisions.decline_to_assess}
        if request.method == "GET":
            form.decided_on.show(app_context().clock.today())
        elif is_filled_in(form):
            try:
                with self.work() as work:
                    child_id = verbs[form.decision.data](work, case_id, form.decided()).child_id
                flash(
                    _(
                        "The decision is recorded. The authors and the parents linked to the child have a message."
                    )
                    if not work.no_one_notified
                    else _(
                        "The decision is recorded. No one linked to the child has an account, so we told no one."
                    ),
                    "success",
                )
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self._page("casework/decide.html", case_id, form, "agree_to_assess")

    @expose("/<int:case_id>/decision/correct", methods=["GET", "POST"])
    @has_access
    def correct(self, case_id: int) -> ResponseReturnValue:
        """Correct a decision, with a reason."""
        is_about_a_plan = read_only_work().get(Case, case_id).state in ABOUT_A_PLAN
        form_class = IssueCorrectionForm if is_about_a_plan else CorrectionForm
        form = form_class(request.form if request.method == "POST" else None)
        if request.method == "POST" and is_filled_in(form):
            agreed = form.decision.data == AGREE
            try:
                with self.work() as work:
                    child_id = decisions.correct_decision(work, case_id, agreed, form.decided()).child_id
                flash(
                    _(
                        "The decision is corrected. The authors and the parents linked to the child have a message."
                    )
                    if not work.no_one_notified
                    else _(
                        "The decision is corrected. No one linked to the child has an account, so we told no one."
                    ),
                    "success",
                )
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        step = "correct_to_issue" if is_about_a_plan else "correct_to_assess"
        return self._page("casework/correct_decision.html", case_id, form, step)

    def _page(self, template: str, case_id: int, form: DecisionForm, step: str) -> ResponseReturnValue:
        work = read_only_work()
        case = work.get(Case, case_id)
        CASE.step(step, case.state, {WorkflowRole.sen_team})
        child = work.get(Child, case.child_id)
        history = decisions.history_of(work, case_id)
        if request.method == "GET" and history:
            form.decision.data = OUTCOMES.get(history[0].outcome)
            form.decided_on.show(history[0].decided_on)
            form.reason.data = history[0].reason
            form.late_reason.data = history[0].late_reason
            form.late.data = str(history[0].exception_id or (NO_EXCEPTION if history[0].late_reason else ""))
        limit = decisions.LIMIT_OF.get(step, decisions.NO_PLAN)
        late = may_be_late(work, case, form, limit)
        status = 422 if form.errors else 200
        return self.page(
            template,
            status,
            form=form,
            case=case,
            child=child,
            **late,
            history=[_line(one) for one in history],
        )


def may_be_late(work: UnitOfWork, case: Case, form: LatenessForm, limit: str) -> dict[str, Any]:
    """Set the exceptions to choose from; return the last day of this limit and whether it has passed."""
    due_on = due_day(work, case.id, limit)
    form.late.choices = [
        *(_choice(each) for each in exceptions_for(work, case, limit)),
        SelectChoice(NO_EXCEPTION, _("Late, no exception")),
    ]
    return {"due_on": due_on, "may_be_late": due_on is not None and is_overdue(due_on, work.today)}


def _choice(each: CaseException) -> SelectChoice:
    days = _("%(first)s to %(last)s", first=uk_date(each.first_day), last=uk_date(each.last_day))
    return SelectChoice(str(each.id), f"{_(EXCEPTION_LABELS[each.code])} ({days})")


def is_filled_in(form: DecisionForm) -> bool:
    """Add an error for each question that needs an answer; return whether the form has none."""
    form.validate()
    if form.decision.data not in (AGREE, DECLINE):
        form.decision.errors = [form.not_chosen]
    if form.decided_on.raw_data == [] and not form.decided_on.errors:
        form.decided_on.errors = [_("Enter the date the decision was made")]
    if not (form.reason.data or "").strip():
        form.reason.errors = [_("Enter the reasons for the decision")]
    if "correction_reason" in form and not (form["correction_reason"].data or "").strip():
        form["correction_reason"].errors = [_("Enter why you are correcting the decision")]
    return not form.errors


def _line(one: Decision) -> dict[str, Any]:
    """Return the texts of one decision of the history."""
    return {
        "outcome": case_state(one.outcome),
        "basis": _(BASIS_LABELS[one.basis]),
        "panel": " ".join(filter(None, (uk_date(one.panel_on) if one.panel_on else "", one.panel_members))),
        "decided_on": one.decided_on,
        "recorded_at": one.created_at,
        "by": one.recorded_by.name,
        "reason": one.reason,
        "late": one.late_reason or (_("An exception was recorded") if one.exception_id else _("In time")),
        "correction_reason": one.correction_reason,
    }
