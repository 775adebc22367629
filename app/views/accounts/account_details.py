"""Pages for the details of one's account, and for proposing another organisation."""

from dataclasses import asdict

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form, RadioField, SelectField
from wtforms.validators import ValidationError

from app.accounts import account_details
from app.accounts.account_details import Details
from app.accounts.registration import choosable_organisations
from app.children.rules.identifiers import check_phone, check_postcode
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.models import Person, ProposalState
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import StringField, TelField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.register import register
from app.views.web.validators import Code, MayBeEmpty, RequiredText

APPROVE, REFUSE = "approve", "refuse"


class _OptionalCode(Code):
    """Accept an empty box, and check what is entered."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.data:
            super().__call__(form, field)


class DetailsForm(FlaskForm):
    """Name, job title, address and phone number."""

    first_name = StringField(
        _l("First name"), [RequiredText(_l("Enter your first name"), _l("First name"), 64)]
    )
    last_name = StringField(_l("Last name"), [MayBeEmpty(_l("Last name"), 64)])
    job_title = StringField(_l("Job title"), [MayBeEmpty(_l("Job title"), 100)])
    address = TextAreaField(_l("Address"), [MayBeEmpty(_l("Address"), 500)], address=True)
    postcode = StringField(_l("Postcode"), [MayBeEmpty(_l("Postcode"), 20), _OptionalCode(check_postcode)])
    phone = TelField(_l("Phone number"), [MayBeEmpty(_l("Phone number"), 40), _OptionalCode(check_phone)])

    def details(self) -> Details:
        """Return the entered details for the use case."""
        return Details(**{name: self[name].data or "" for name in Details.__dataclass_fields__})


class OrganisationChoice(FlaskForm):
    """A choice of one of the organisations in our list."""

    organisation = SelectField(_l("Organisation"), validate_choice=False)

    def __init__(self, organisations: list[tuple[int, str]]) -> None:
        super().__init__()
        self.organisation.choices = [("", ""), *((str(number), name) for number, name in organisations)]

    def validate_organisation(self, field: SelectField) -> None:
        """Raise ValidationError unless the organisation is one of the list."""
        if field.data not in {key for key, _name in choice_pairs(field) if key}:
            raise ValidationError(_("Choose your organisation from the list"))


class OrganisationForm(OrganisationChoice):
    """The organisation that a professional works for now."""

    reason = TextAreaField(_l("What has changed?"), [MayBeEmpty(_l("Reason"), 500)])


@register()
class AccountDetailsView(PortalView):
    """Pages for one's own details."""

    route_base = "/account/details"
    class_permission_name = "Account"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def correct(self) -> ResponseReturnValue:
        """Correct one's name, job title, address and phone number."""
        work = read_only_work()
        person = work.get(Person, work.me.user_id)
        form = DetailsForm(data=asdict(account_details.details_of(person)))
        has_job_title = person.membership is not None
        if form.validate_on_submit():
            with self.work() as work:
                changed = account_details.correct(work, form.details())
            flash(_("Your details have been changed.") if changed else _("Nothing has changed."), "success")
            return redirect(url_for("AccountView.show"))
        status = 422 if form.errors else 200
        return self.page("account/details.html", status, form=form, has_job_title=has_job_title)

    @expose("/organisation", methods=["GET", "POST"])
    @has_access
    def organisation(self) -> ResponseReturnValue:
        """Propose another organisation, which the SEN team approves."""
        work = read_only_work()
        if not account_details.may_propose(work):
            return redirect(url_for("AccountView.show"))
        form = OrganisationForm(choosable_organisations(work))
        waiting = account_details.my_proposal(work)
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    account_details.propose(work, int(form.organisation.data), form.reason.data or "")
                flash(_("We have asked the SEN team to approve the change. They will email you."), "success")
                return redirect(url_for("AccountView.show"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        status = 422 if form.errors else 200
        return self.page("account/organisation.html", status, form=form, waiting=waiting)

    @expose("/organisation/withdraw", methods=["POST"])
    @has_access
    def withdraw(self) -> ResponseReturnValue:
        """Withdraw one's proposal."""
        with self.work() as work:
            withdrawn = account_details.withdraw(work)
        flash(
            _("You keep your organisation.") if withdrawn else _("There was no change to cancel."), "success"
        )
        return redirect(url_for("AccountView.show"))


class DecideForm(FlaskForm):
    """The decision: approve, or refuse with a reason."""

    decision = RadioField(_l("What is your decision?"), validate_choice=False)
    reason = TextAreaField(_l("Reason"))

    def __init__(self) -> None:
        super().__init__()
        self.decision.choices = [(APPROVE, _("Approve")), (REFUSE, _("Refuse"))]

    def validate_decision(self, field: RadioField) -> None:
        """Raise ValidationError unless a decision is selected."""
        if field.data not in (APPROVE, REFUSE):
            raise ValidationError(_("Select whether you approve or refuse this change"))

    def validate_reason(self, field: TextAreaField) -> None:
        """Require a reason for a refusal, because it is mailed to the person."""
        if self.decision.data == REFUSE:
            RequiredText(_l("Enter why you refuse this change"), _l("Reason"), 1000)(self, field)


@register()
class OrganisationChangeView(PortalView):
    """Pages on which the SEN team decides about proposals of another organisation."""

    route_base = "/account-changes"
    class_permission_name = "Registrations"

    @expose("/")
    @has_access
    def waiting(self) -> ResponseReturnValue:
        """List the proposals that wait."""
        work = read_only_work()
        changes = account_details.waiting(work)
        return self.page("account_changes/list.html", changes=changes)

    @expose("/<int:change_id>", methods=["GET", "POST"])
    @has_access
    def decide(self, change_id: int) -> ResponseReturnValue:
        """Show one proposal and save the decision."""
        form = DecideForm()
        work = read_only_work()
        change = account_details.proposal(work, change_id)
        member = change.person.membership_in(change.from_organisation_id)
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    text = _decide(work, change_id, form)
                flash(text, "success")
                return redirect(url_for("OrganisationChangeView.waiting"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        waits = change.state is ProposalState.waiting
        status = 422 if form.errors else 200
        return self.page(
            "account_changes/decide.html", status, form=form, change=change, member=member, waits=waits
        )


def _decide(work: UnitOfWork, change_id: int, form: DecideForm) -> str:
    if form.decision.data == REFUSE:
        name = account_details.refuse(work, change_id, form.reason.data or "").person.first_name
        return _("You refused the change for %(name)s. We have emailed them.", name=name)
    account_details.approve(work, change_id)
    return _("The organisation is changed. We have emailed them.")
