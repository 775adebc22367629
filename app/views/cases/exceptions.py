"""The pages to record an exception to a limit of a case, and to withdraw one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import exceptions
from app.cases.holiday_windows import HolidayWindow, holiday_windows
from app.cases.rules.exceptions import EXCEPTION_LABELS
from app.core.errors import ValidationFailed
from app.models import Case, CaseException, Child
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date
from app.views.web.register import register


class ExceptionForm(Form):
    """The exception, its days, the evidence and what is planned."""

    code = RadioField(_l("Which exception applies?"), validate_choice=False)
    first_day = DatePartsField(_l("First day"))
    last_day = DatePartsField(_l("Last day"))
    evidence = TextAreaField(_l("Evidence"))
    planned_on = DatePartsField(_l("By when do you plan to do what is due?"))
    plan = TextAreaField(_l("What is planned?"))

    def entered(self) -> exceptions.EnteredException:
        """Return what was entered, unchecked, for the use case."""
        return exceptions.EnteredException(
            code=self.code.data or "",
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            evidence=self.evidence.data or "",
            planned_on=self.planned_on.data,
            plan=self.plan.data or "",
        )


class WithdrawalForm(Form):
    """Why an exception is withdrawn."""

    reason = TextAreaField(_l("Why are you withdrawing it?"))


@register()
class ExceptionView(PortalView):
    """The pages to record an exception to a limit of a case, and to withdraw one."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/exception", methods=["GET", "POST"])
    @has_access
    def record(self, case_id: int) -> ResponseReturnValue:
        """Record an exception that the regulation allows for a duty that runs."""
        form = ExceptionForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                with self.work() as work:
                    exceptions.record_exception(work, case_id, form.entered())
                    child_id = work.get(Case, case_id).child_id
                flash(_("The exception is recorded. The deadline stays."), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        work = read_only_work()
        case = work.get(Case, case_id)
        child = work.get(Child, case.child_id)
        allowed = exceptions.codes_allowed(work, case)
        form.code.choices = [SelectChoice(code, _(EXCEPTION_LABELS[code])) for code in allowed]
        windows = [each for each in holiday_windows(work, case) if each.code in allowed]
        chosen = next((each for each in windows if str(each.id) == request.args.get("holiday")), None)
        if request.method == "GET" and chosen is not None:
            _fill_in(form, chosen)
        status = 422 if form.errors else 200
        return self.page(
            "casework/record_exception.html",
            status,
            form=form,
            case=case,
            child=child,
            windows=[(each, _window_text(each)) for each in windows],
        )

    @expose("/exceptions/<int:exception_id>/withdraw", methods=["GET", "POST"])
    @has_access
    def withdraw(self, exception_id: int) -> ResponseReturnValue:
        """Withdraw an exception that was recorded wrongly, with a reason."""
        form = WithdrawalForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                with self.work() as work:
                    case_id = exceptions.withdraw_exception(
                        work, exception_id, form.reason.data or ""
                    ).case_id
                    child_id = work.get(Case, case_id).child_id
                flash(_("The exception is withdrawn."), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        work = read_only_work()
        row = work.get(CaseException, exception_id)
        child = work.get(Child, work.get(Case, row.case_id).child_id)
        status = 422 if form.errors else 200
        one = exception_row(row)
        return self.page("casework/withdraw_exception.html", status, form=form, child=child, one=one)


def _fill_in(form: ExceptionForm, window: HolidayWindow) -> None:
    """Put the days of a school holiday into the form, for the officer to check."""
    form.code.data = window.code
    form.first_day.show(window.first_day)
    form.last_day.show(window.last_day)
    form.evidence.data = _window_text(window)


def _window_text(window: HolidayWindow) -> str:
    days = {
        "name": window.name,
        "closed_from": uk_date(window.closed_from),
        "closed_until": uk_date(window.closed_until),
        "first": uk_date(window.first_day),
        "last": uk_date(window.last_day),
    }
    text = _(
        "%(name)s: closed from %(closed_from)s to %(closed_until)s. It counts for advice asked of the school from "
        "%(first)s to %(last)s.",
        **days,
    )
    if window.asked_on is None:
        return f"{text} {_('The portal has no advice asked of the school in these days.')}"
    return f"{text} {_('The school was asked on %(date)s.', date=uk_date(window.asked_on))}"


def exception_row(row: CaseException) -> dict[str, Any]:
    """Return the texts of a recorded exception."""
    return {
        "id": row.id,
        "text": _(
            "%(first)s to %(last)s: %(reason)s",
            first=uk_date(row.first_day),
            last=uk_date(row.last_day),
            reason=_(EXCEPTION_LABELS[row.code]),
        ),
        "evidence": _("Evidence: %(evidence)s", evidence=row.evidence),
        "plan": _("Planned by %(date)s: %(plan)s", date=uk_date(row.planned_on), plan=row.plan),
    }
