"""The pages to send the family a draft plan or the final plan."""

from collections.abc import Sequence
from typing import Any, Protocol

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import plans
from app.cases.duties import final_plan_limit
from app.cases.plan_tables import SERVED_LABELS, Served
from app.cases.rules.case_states import CASE
from app.core.command_line import app_context
from app.core.errors import FieldError
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.documents.documents import Received
from app.forms.sharing import family_of
from app.models import Case, Child, Plan
from app.organisations.queries.organisations import settings_in_use
from app.views.cases.case_files import received_file, shows_upload_errors
from app.views.cases.decisions import LatenessForm, may_be_late
from app.views.cases.plan_decisions import recorded
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_date
from app.views.web.register import register

DESPITE = "despite-"


class DraftForm(Form):
    """The file of a draft plan, how it was sent and to whom."""

    plan = FileField(_l("The plan"))
    served_on = DatePartsField(_l("When was it sent?"))
    served = RadioField(
        _l("How was it sent?"),
        choices=[SelectChoice(each.name, _l(label)) for each, label in SERVED_LABELS.items()],
        validate_choice=False,
    )
    links = SelectMultipleField(_l("Who can open it in the portal?"), validate_choice=False)
    despite = SelectMultipleField(_l("Confirm"), validate_choice=False)
    also_sent_to = TextAreaField(_l("Who else was it sent to? (optional)"))

    def to_serve(self) -> plans.PlanToServe:
        """Return what was entered, unchecked, for the use case."""
        served = self.served.data or ""
        return plans.PlanToServe(
            served_on=self.served_on.data,
            served=Served[served] if served in Served.__members__ else None,
            links=frozenset(chosen_numbers(self.links.data or ())),
            despite=frozenset(chosen_numbers(self.despite.data or ())),
            also_sent_to=self.also_sent_to.data or "",
        )


class FinalForm(DraftForm, LatenessForm):
    """The same of a final plan, with the place it names."""

    setting = SelectField(_l("Which school or college does it name?"), validate_choice=False)
    setting_type = StringField(_l("If it names a type only, which type of school or college?"))
    early_reason = TextAreaField(_l("If the 15 days for comments are not over, why does the plan not wait?"))

    def to_serve(self) -> plans.PlanToServe:
        """Return what was entered, unchecked, for the use case."""
        setting = self.setting.data or ""
        known = setting in {value for value, _label in choice_pairs(self.setting)}
        return plans.PlanToServe(
            **{
                **vars(super().to_serve()),
                "setting_id": int(setting) if known and setting else None,
                "setting_type": self.setting_type.data or "",
                "early_reason": self.early_reason.data or "",
                "lateness": self.lateness(),
            }
        )


class Serve(Protocol):
    """The use case that records a draft or the final plan."""

    def __call__(
        self,
        work: UnitOfWork,
        case_id: int,
        to_serve: plans.PlanToServe,
        file: Received,
        *,
        warned_secret: bool,
    ) -> Plan:
        """Record the plan and return it."""


@register()
class PlanView(PortalView):
    """The pages to send the family a plan."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/draft-plan", methods=["GET", "POST"])
    @has_access
    def draft(self, case_id: int) -> ResponseReturnValue:
        """Record that a draft plan was sent to the family."""
        form = DraftForm(request.form if request.method == "POST" else None)
        return self._serve(case_id, form, plans.serve_draft, "serve_draft", "casework/draft_plan.html")

    @expose("/<int:case_id>/final-plan", methods=["GET", "POST"])
    @has_access
    def final(self, case_id: int) -> ResponseReturnValue:
        """Record that the final plan was sent to the family."""
        form = FinalForm(request.form if request.method == "POST" else None)
        none = ("", _("Choose one"))
        form.setting.choices = [none, *settings_in_use(read_only_work().session)]
        return self._serve(
            case_id, form, plans.issue_final_plan, "issue_final_plan", "casework/final_plan.html"
        )

    def _serve(
        self, case_id: int, form: DraftForm, serve: Serve, step: str, template: str
    ) -> ResponseReturnValue:
        work = read_only_work()
        case = work.get(Case, case_id)
        if request.method == "GET":  # pressed twice, the case is at its next step already
            CASE.step(step, case.state, {WorkflowRole.sen_team})
        child = work.get(Child, case.child_id)
        form.links.choices = [
            (str(each.link_id), f"{each.person_name}, {each.relationship}".strip(", "))
            for each in family_of(work, child.id)
        ]
        draft = plans.latest_draft(work, case_id)
        limit = final_plan_limit(work, case_id)
        late = may_be_late(work, case, form, limit) if isinstance(form, FinalForm) else {}
        if request.method == "GET":
            form.served_on.show(app_context().clock.today())
        elif form.validate() and (answer := self._recorded(case, form, serve)) is not None:
            return answer
        return self.page(
            template, 422 if form.errors else 200, form=form, case=case, child=child, draft=draft, **late
        )

    def _recorded(self, case: Case, form: DraftForm, serve: Serve) -> ResponseReturnValue | None:
        """Store the file and record the plan; return None, with the errors in the form, when it was refused."""
        is_recorded = False
        with shows_upload_errors(form, "plan", show_refused):
            with received_file("plan") as file, self.work() as work:
                if file is None:
                    form.plan.errors = [_("Choose the file of the plan")]
                    return None
                warned = "warned_secret" in request.form
                until = serve(work, case.id, form.to_serve(), file, warned_secret=warned).comments_until
            flash(recorded(work), "success")
            if until is not None:
                flash(_("Comments can be sent until %(date)s.", date=uk_date(until)), "success")
            is_recorded = True
        return redirect(url_for("ChildView.show", child_id=case.child_id)) if is_recorded else None


def show_refused(form: Any, faults: Sequence[FieldError]) -> None:
    """Show each error at its field; a warning about a person becomes a box to confirm it."""
    warnings = [each for each in faults if each.field.startswith(DESPITE)]
    form.despite.choices = [(each.field.removeprefix(DESPITE), translated(each.text)) for each in warnings]
    if warnings:
        form.despite.errors = [_("Tick the box of each person to whom you are sure to send it")]
    show_errors(form, [each for each in faults if each not in warnings])


def chosen_numbers(values: Sequence[str]) -> list[int]:
    """Return the values that are ids."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10]
