"""Page on which the SEN team decides about one registration."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from app.accounts import registrations
from app.accounts.registration import PROFESSIONS, choosable_organisations, organisation_name
from app.accounts.registrations import Case
from app.core.errors import ValidationFailed
from app.core.roles import PROFESSION_LABELS, Profession
from app.core.unit_of_work import UnitOfWork
from app.models import RegistrationState
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import url_or_none
from app.views.web.register import register
from app.views.web.validators import RequiredText

APPROVE, REFUSE = "approve", "refuse"


class DecideForm(FlaskForm):
    """The decision: approve with an organisation, or refuse with a reason."""

    decision = RadioField(_l("What is your decision?"), validate_choice=False)
    organisation = SelectField(_l("Their organisation"), validate_choice=False)
    new_name = StringField(_l("Or the name of a new organisation"))
    new_kind = RadioField(_l("What kind of organisation is the new one?"), validate_choice=False)
    recognise = BooleanField(_l("Recognise this email domain"))
    reason = TextAreaField(_l("Reason"))

    def __init__(self, organisations: list[tuple[int, str]], case: Case) -> None:
        chosen = case.registration.organisation_id
        super().__init__(
            data={
                "organisation": str(chosen) if chosen else "",
                "new_kind": case.registration.profession.name,
            }
        )
        self.new_kind.choices = [(one.name, _(PROFESSION_LABELS[one])) for one in PROFESSIONS]
        self.decision.choices = [(APPROVE, _("Approve")), (REFUSE, _("Refuse"))]
        self.organisation.choices = [("", ""), *((str(number), name) for number, name in organisations)]

    def validate_decision(self, field: RadioField) -> None:
        """Raise ValidationError unless a decision is selected."""
        if field.data not in (APPROVE, REFUSE):
            raise ValidationError(_("Select whether you approve or refuse this registration"))

    def validate_organisation(self, field: SelectField) -> None:
        """Require one organisation, chosen from the list or named as new."""
        if self.decision.data != APPROVE:
            return
        known = field.data in {key for key, _name in choice_pairs(field) if key}
        if self.new_name.data and field.data:
            raise ValidationError(_("Choose an organisation or name a new one, not both"))
        if not self.new_name.data and not known:
            raise ValidationError(_("Choose their organisation, or enter the name of a new one"))

    def validate_new_name(self, field: StringField) -> None:
        """Check the name of a new organisation."""
        if field.data:
            RequiredText("", _l("Name of the organisation"), 200)(self, field)

    def validate_new_kind(self, field: RadioField) -> None:
        """Require the kind of a new organisation."""
        if self.new_name.data and field.data not in {one.name for one in PROFESSIONS}:
            raise ValidationError(_("Select what kind of organisation the new one is"))

    def validate_reason(self, field: TextAreaField) -> None:
        """Require a reason for a refusal, because it is mailed to the applicant."""
        if self.decision.data == REFUSE:
            RequiredText(_l("Enter why you refuse this registration"), _l("Reason"), 1000)(self, field)


@register()
class RegistrationView(PortalView):
    """One registration; the list of them is RegistrationList."""

    route_base = "/registrations"
    class_permission_name = "Registrations"

    @expose("/<int:registration_id>", methods=["GET", "POST"])
    @has_access
    def decide(self, registration_id: int) -> ResponseReturnValue:
        """Show the applicant and what is known of them, and save the decision."""
        work = read_only_work()
        case = registrations.case_of(work, registration_id)
        form = DecideForm(choosable_organisations(work), case)
        shown = {
            "case": case,
            "organisation": organisation_name(work, case.registration),
            "profession": _(PROFESSION_LABELS[case.registration.profession]),
            "waits": case.registration.state is RegistrationState.waiting,
            "may_recognise": registrations.may_recognise_domains(work),
        }
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    text = _decide(work, registration_id, form)
                flash(text, "success")
                return redirect(url_or_none("RegistrationList.list") or url_for("HomeView.home"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page("registrations/decide.html", 422 if form.errors else 200, form=form, **shown)


def _decide(work: UnitOfWork, registration_id: int, form: DecideForm) -> str:
    if form.decision.data == REFUSE:
        refused = registrations.refuse(work, registration_id, form.reason.data or "")
        return _("You refused %(name)s’s registration. We have emailed them.", name=refused.first_name)
    if form.new_name.data:
        organisation_id = registrations.new_organisation(
            work, registration_id, form.new_name.data, Profession[form.new_kind.data]
        ).id
    else:
        organisation_id = int(form.organisation.data)
    person = registrations.approve(work, registration_id, organisation_id)
    if form.recognise.data:
        registrations.recognise_domain(work, registration_id, organisation_id)
    return _("%(name)s now has an account. We have emailed them.", name=person.name)
