"""The pages for decisions after the assessment: to make a plan, reversal, withdrawal."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import plan_decisions
from app.cases.decisions import NO_PLAN, Decided
from app.cases.rules.case_states import BASIS_LABELS, CASE, OVERTURNING, CaseState, DecisionBasis
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.models import Case, Child
from app.views.cases.decisions import AGREE, DECLINE, IssueForm, is_filled_in, may_be_late
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register


class WithdrawForm(Form):
    """When a request was withdrawn, by whom and why."""

    decided_on = DatePartsField(_l("When was it withdrawn?"))
    reason = TextAreaField(_l("Who withdrew it, how and why"))


class ResumeForm(Form):
    """Why a withdrawn case goes on."""

    reason = TextAreaField(_l("Why does the case go on?"))


class OverturnForm(Form):
    """What changed the council's decision, when and why."""

    basis = RadioField(
        _l("What changed the decision?"),
        choices=[
            SelectChoice(basis.name, _l(label))
            for basis, label in BASIS_LABELS.items()
            if basis in OVERTURNING
        ],
        validate_choice=False,
    )
    decided_on = DatePartsField(_l("Date of the agreement or order"))
    reason = TextAreaField(_l("What was agreed or ordered"))


@register()
class PlanDecisionView(PortalView):
    """The pages to decide whether to make a plan, to reverse a refusal, and to withdraw a request."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/decide-plan", methods=["GET", "POST"])
    @has_access
    def issue(self, case_id: int) -> ResponseReturnValue:
        """Record the decision to make a plan or none, with reasons."""
        form = IssueForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.decided_on.show(app_context().clock.today())
        elif is_filled_in(form):
            verbs = {AGREE: plan_decisions.agree_to_issue, DECLINE: plan_decisions.decline_to_issue}
            answer = self._do(verbs[form.decision.data], case_id, form, form.decided())
            if answer is not None:
                return answer
        return self._page("casework/decide_plan.html", case_id, form, "agree_to_issue")

    @expose("/<int:case_id>/overturn", methods=["GET", "POST"])
    @has_access
    def overturn(self, case_id: int) -> ResponseReturnValue:
        """Record that mediation or the Tribunal reversed a refusal."""
        form = OverturnForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate() and _has_date(form):
            name = form.basis.data or ""
            basis = DecisionBasis[name] if name in DecisionBasis.__members__ else DecisionBasis.council
            decided = Decided(form.reason.data or "", form.decided_on.data, basis=basis)
            answer = self._do(plan_decisions.overturn, case_id, form, decided)
            if answer is not None:
                return answer
        return self._page("casework/overturn.html", case_id, form, "overturn_to_assess", "overturn_to_issue")

    @expose("/<int:case_id>/withdraw", methods=["GET", "POST"])
    @has_access
    def withdraw(self, case_id: int) -> ResponseReturnValue:
        """Record that the request was withdrawn."""
        form = WithdrawForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.decided_on.show(app_context().clock.today())
        elif form.validate() and _has_date(form):
            decided = Decided(form.reason.data or "", form.decided_on.data)
            answer = self._do(plan_decisions.withdraw, case_id, form, decided)
            if answer is not None:
                return answer
        return self._page("casework/withdraw.html", case_id, form, "withdraw")

    @expose("/<int:case_id>/resume", methods=["GET", "POST"])
    @has_access
    def resume(self, case_id: int) -> ResponseReturnValue:
        """Continue a withdrawn case where it was."""
        form = ResumeForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            answer = self._do(plan_decisions.resume, case_id, form, Decided(form.reason.data or ""))
            if answer is not None:
                return answer
        return self._page("casework/resume.html", case_id, form, "resume_received")

    def _do(
        self, verb: Callable[[UnitOfWork, int, Decided], Case], case_id: int, form: Form, decided: Decided
    ) -> ResponseReturnValue | None:
        """Take the step and go to the child's page; return None, with the errors in the form, when it was refused."""
        try:
            with self.work() as work:
                child_id = verb(work, case_id, decided).child_id
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return None
        flash(recorded(work), "success")
        return redirect(url_for("ChildView.show", child_id=child_id))

    def _page(self, template: str, case_id: int, form: Form, *steps: str) -> ResponseReturnValue:
        work = read_only_work()
        case = work.get(Case, case_id)
        possible = CASE.open_to(case.state, {WorkflowRole.sen_team})
        name = next((each for each in steps if each in possible), steps[0])
        CASE.step(name, case.state, {WorkflowRole.sen_team})
        context: dict[str, Any] = {"form": form, "case": case, "child": work.get(Child, case.child_id)}
        if isinstance(form, IssueForm):
            context |= may_be_late(work, case, form, NO_PLAN)
        context["is_about_assessing"] = case.state is CaseState.not_assessing
        return self.page(template, 422 if form.errors else 200, **context)


def recorded(work: UnitOfWork) -> str:
    """Return what the page says after a decision was recorded: whether anyone has a message."""
    if work.no_one_notified:
        return _("Recorded. No one linked to the child has an account, so we told no one.")
    return _("Recorded. The people it concerns who have an account have a message.")


def _has_date(form: Form) -> bool:
    """Add an error where no date was entered; return whether the form has none."""
    field = form["decided_on"]
    if field.data is None and not field.errors:
        field.errors = [_("Enter the date")]
    return not form.errors
