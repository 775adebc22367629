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
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.forms.rules.form_deadlines import request_due_on
from app.forms.rules.workflow import DECIDED, REQUEST, FormState
from app.forms.workflow_roles import workflow_roles_of
from app.models import Child, Decision, Request
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register
from app.views.web.words import form_state

AGREE, DECLINE = "agree", "decline"
OUTCOMES = {FormState.assessing: AGREE, FormState.not_assessing: DECLINE}


class DecisionForm(Form):
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
    reason = TextAreaField(_l("Reasons for the decision"))


class CorrectionForm(DecisionForm):
    """The corrected decision and the reason for the correction."""

    correction_reason = TextAreaField(_l("Why are you correcting the decision?"))


@register()
class DecideView(PortalView):
    """The pages to decide whether to assess."""

    route_base = "/requests"
    class_permission_name = "CaseWork"

    @expose("/<int:form_id>/decide", methods=["GET", "POST"])
    @has_access
    def decide(self, form_id: int) -> ResponseReturnValue:
        """Record the decision to assess or not to assess, with reasons."""
        form = DecisionForm(request.form if request.method == "POST" else None)
        verbs = {AGREE: decisions.agree_to_assess, DECLINE: decisions.decline_to_assess}
        if request.method == "GET":
            form.decided_on.show(app_context().clock.today())
        elif _is_filled_in(form):
            try:
                with self.work() as work:
                    verb = verbs[form.decision.data]
                    child_id = verb(work, form_id, form.reason.data or "", form.decided_on.data).child_id
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
        return self._page("casework/decide.html", form_id, form, "agree_to_assess")

    @expose("/<int:form_id>/decision/correct", methods=["GET", "POST"])
    @has_access
    def correct(self, form_id: int) -> ResponseReturnValue:
        """Correct a decision, with a reason."""
        form = CorrectionForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and _is_filled_in(form):
            decided = decisions.Decided(
                form.reason.data or "", form.decided_on.data, form.correction_reason.data or ""
            )
            try:
                with self.work() as work:
                    assess = form.decision.data == AGREE
                    child_id = decisions.correct_decision(work, form_id, assess, decided).child_id
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
        return self._page("casework/correct_decision.html", form_id, form, "correct_to_assess")

    def _page(self, template: str, form_id: int, form: DecisionForm, step: str) -> ResponseReturnValue:
        work = read_only_work()
        asked = work.get(Request, form_id)
        REQUEST.step(step, asked.state, workflow_roles_of(work, asked))
        child = work.get(Child, asked.child_id)
        history = [_line(one) for one in decisions.history_of(work, form_id)]
        if request.method == "GET" and asked.state in DECIDED:
            form.decision.data = OUTCOMES[asked.state]
            form.decided_on.show(asked.decided_on)
            form.reason.data = asked.decision_reason
        due_on = request_due_on(FormState.submitted, asked.received_on)
        status = 422 if form.errors else 200
        return self.page(
            template, status, form=form, asked=asked, child=child, due_on=due_on, history=history
        )


def _is_filled_in(form: DecisionForm) -> bool:
    form.validate()
    if form.decision.data not in (AGREE, DECLINE):
        form.decision.errors = [_("Choose whether the council will assess")]
    if form.decided_on.raw_data == [] and not form.decided_on.errors:
        form.decided_on.errors = [_("Enter the date the decision was made")]
    if not (form.reason.data or "").strip():
        form.reason.errors = [_("Enter the reasons for the decision")]
    if isinstance(form, CorrectionForm) and not (form.correction_reason.data or "").strip():
        form.correction_reason.errors = [_("Enter why you are correcting the decision")]
    return not form.errors


def _line(one: Decision) -> dict[str, Any]:
    """Return the texts of one decision of the history."""
    return {
        "outcome": form_state(one.outcome),
        "decided_on": one.decided_on,
        "recorded_at": one.created_at,
        "by": one.recorded_by.name,
        "reason": one.reason,
        "correction_reason": one.correction_reason,
    }
