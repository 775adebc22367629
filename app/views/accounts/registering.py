"""Pages for registering."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField

from app.accounts import registration
from app.accounts.registration import PROFESSIONS, Applicant
from app.children.rules.identifiers import check_phone, check_postcode
from app.core.errors import ValidationFailed
from app.core.roles import PROFESSION_LABELS, Profession
from app.views.web.access_control import public_endpoint
from app.views.web.cookie import chosen_locale
from app.views.web.fields import EmailField, StringField, TelField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.public_views import PublicView
from app.views.web.register import register
from app.views.web.validators import Code, RequiredText, RequiredTextUnless

public_endpoint(
    "RegisterView.register",
    "RegisterView.sent",
    "RegisterView.sent_again",
    "RegisterView.ready",
    "RegisterView.waiting",
)


class RegisterForm(FlaskForm):
    """The questions to a professional who registers.

    The kind of organisation is asked only where the organisation is not in our list.
    """

    email = EmailField(
        _l("Work email address"),
        [
            RequiredText(_l("Enter your work email address"), _l("Work email address"), 1016),
            Code(registration.any_address),
        ],
    )
    no_work_email = BooleanField(_l("I do not have a work email address"))
    first_name = StringField(
        _l("First name"), [RequiredText(_l("Enter your first name"), _l("First name"), 64)]
    )
    last_name = StringField(
        _l("Last name"),
        [
            RequiredTextUnless(
                _l("Enter your last name, or select “I have only one name”"),
                _l("Last name"),
                64,
                "only_one_name",
                _l("Delete your last name, or clear “I have only one name”"),
            )
        ],
    )
    only_one_name = BooleanField(_l("I have only one name"))
    organisation = SelectField(_l("Organisation"), validate_choice=False)
    not_listed = BooleanField(_l("My organisation is not listed"))
    organisation_named = StringField(_l("Name of your organisation"))
    profession = RadioField(_l("What kind of organisation is it?"), validate_choice=False)
    job_title = StringField(_l("Job title"), [RequiredText(_l("Enter your job title"), _l("Job title"), 100)])
    address = TextAreaField(
        _l("Work address"),
        [RequiredText(_l("Enter your work address"), _l("Work address"), 500)],
        address=True,
    )
    postcode = StringField(
        _l("Work postcode"),
        [RequiredText(_l("Enter your work postcode"), _l("Work postcode"), 20), Code(check_postcode)],
    )
    phone = TelField(
        _l("Work phone number"),
        [RequiredText(_l("Enter your work phone number"), _l("Work phone number"), 40), Code(check_phone)],
    )

    def __init__(self, organisations: list[tuple[int, str]]) -> None:
        super().__init__()
        self.profession.choices = [(one.name, _(PROFESSION_LABELS[one])) for one in PROFESSIONS]
        self.organisation.choices = [("", ""), *((str(number), name) for number, name in organisations)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that one organisation is chosen or named."""
        fine = super().validate(extra_validators)
        return all([self._validate_address(), self._validate_organisation(), fine])

    def _validate_address(self) -> bool:
        if self.email.errors or self.no_work_email.data:
            return True
        try:
            registration.work_address(self.email.data or "")
        except ValidationFailed as refused:
            self.email.errors = [translated(fault.text) for fault in refused.faults]
            return False
        return True

    @property
    def is_not_listed(self) -> bool:
        """Whether they ticked the box, or entered a name below it, which means the same."""
        return bool(self.not_listed.data or (self.organisation_named.data and not self.organisation.data))

    def _validate_organisation(self) -> bool:
        if self.is_not_listed:
            named = RequiredText(
                _l("Enter the name of your organisation"), _l("Name of your organisation"), 200
            )
            fine = bool(self.organisation_named.validate(self, [named]))
            if self.profession.data not in {one.name for one in PROFESSIONS}:
                self.profession.errors = [_("Select what kind of organisation you work for")]
                fine = False
            return fine
        if self.organisation.data in {key for key, _name in choice_pairs(self.organisation) if key}:
            return True
        self.organisation.errors = [
            _("Choose your organisation from the list, or tick “My organisation is not listed”")
        ]
        return False

    def applicant(self) -> Applicant:
        """Return the entered details for the use case."""
        return Applicant(
            email=self.email.data or "",
            has_work_email=not self.no_work_email.data,
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            profession=Profession[self.profession.data] if self.is_not_listed else None,
            organisation_id=None if self.is_not_listed else int(self.organisation.data),
            organisation_named=self.organisation_named.data or "",
            job_title=self.job_title.data or "",
            address=self.address.data or "",
            postcode=self.postcode.data or "",
            phone=self.phone.data or "",
        )


@register()
class RegisterView(PublicView):
    """Pages for registering, and for what happens next."""

    route_base = "/register"

    @expose("/", methods=["GET", "POST"])
    def register(self) -> ResponseReturnValue:
        """Ask for everything on one page, so that no input can get lost on the way."""
        if current_user.is_authenticated:
            return redirect(url_for("HomeView.home"))
        with self.work() as work:
            form = RegisterForm(registration.choosable_organisations(work))
        if not form.is_submitted():
            return self.page("register/register.html", form=form)
        if form.validate():
            try:
                with self.work() as work:
                    registration.register(work, form.applicant(), chosen_locale())
                return redirect(url_for("RegisterView.sent"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page("register/register.html", 422, form=form)

    @expose("/sent")
    def sent(self) -> ResponseReturnValue:
        """Give the same answer for every address, known or unknown."""
        return self.page("register/sent.html")

    @expose("/sent-again")
    def sent_again(self) -> ResponseReturnValue:
        """Tell the reader that a new link for an invitation was sent."""
        return self.page("register/sent_again.html")

    @expose("/ready")
    def ready(self) -> ResponseReturnValue:
        """Tell the reader that the account is open."""
        return self.page("register/ready.html")

    @expose("/waiting")
    def waiting(self) -> ResponseReturnValue:
        """Tell the reader that the SEN team has to decide first."""
        return self.page("register/waiting.html")
