"""Pages behind mailed links. Opening a page changes nothing; only its button does, and none logs anyone in."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField

from app.accounts import app_reset, change_email
from app.accounts.mailed_links import DeadLink
from app.cases import account_activation
from app.cases.account_activation import Details, Outcome
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.roles import ROLE_LABELS
from app.views.web.access_control import public_endpoint
from app.views.web.fields import StringField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.public_views import PublicView, requires_live_link
from app.views.web.register import register
from app.views.web.validators import RequiredText, RequiredTextUnless

public_endpoint(
    "ConfirmView.password",
    "ConfirmView.again",
    "ConfirmView.two_step",
    "ConfirmView.email",
    "ConfirmView.email_confirmed",
    "ConfirmView.not_me",
    "ConfirmView.authenticator",
)


class PasswordForm(FlaskForm):
    """A new password, entered once: it can be shown, and a password manager may fill it in."""

    password = PasswordField(_l("Password"))


class DetailsForm(PasswordForm):
    """The password and the name of invited professionals and staff, who enter it themselves."""

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
    job_title = StringField(_l("Job title"), [RequiredText(_l("Enter your job title"), _l("Job title"), 100)])

    def details(self) -> Details:
        """Return the entered details for the use case."""
        return Details(self.first_name.data or "", self.last_name.data or "", self.job_title.data or "")


@register()
class ConfirmView(PublicView):
    """Pages that set up an account or confirm a new email address."""

    route_base = "/confirm"

    @expose("/<string:token>", methods=["GET", "POST"])
    @requires_live_link
    def password(self, token: str) -> ResponseReturnValue:
        """Show whom the link is for, and set a password."""
        try:
            with self.work() as work:
                about = account_activation.look(work, token)
        except DeadLink:
            with self.work() as work:
                if not account_activation.can_renew(work, token):
                    raise
            return self.page("confirm/too_old.html", 404, token=token)
        form = DetailsForm() if about.asks_details else PasswordForm()
        if form.is_submitted() and form.validate():
            details = form.details() if isinstance(form, DetailsForm) else None
            try:
                account_activation.choose_password(self.work, token, form.password.data or "", details)
                return redirect(url_for("ConfirmView.two_step", token=token))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page(
            "confirm/password.html",
            422 if form.errors else 200,
            form=form,
            about=about,
            role=_(ROLE_LABELS[about.role]) if about.role else "",
        )

    @expose("/<string:token>/again", methods=["POST"])
    @requires_live_link
    def again(self, token: str) -> ResponseReturnValue:
        """Mail a new link for an open invitation, to the address it was sent to."""
        with self.work() as work:
            account_activation.renew(work, token)
        return redirect(url_for("RegisterView.sent_again"))

    @expose("/<string:token>/two-step", methods=["GET", "POST"])
    @requires_live_link
    def two_step(self, token: str) -> ResponseReturnValue:
        """Explain two-step verification by email, which is mandatory, and open the account."""
        form = FlaskForm()
        with self.work() as work:
            about = account_activation.look(work, token)
        if not about.password_is_chosen:
            return redirect(url_for("ConfirmView.password", token=token))
        if not form.is_submitted():
            back = url_for("ConfirmView.password", token=token)
            return self.page("confirm/two_step.html", form=form, about=about, back=back)
        with self.work() as work:
            outcome = account_activation.finish(work, token)
        return redirect(url_for("RegisterView.ready" if outcome is Outcome.open else "RegisterView.waiting"))

    @expose("/email/<string:token>", methods=["GET", "POST"])
    @requires_live_link
    def email(self, token: str) -> ResponseReturnValue:
        """Confirm a new email address."""
        with self.work() as work:
            address = change_email.new_address_of(work, token)
        hours = change_email.delay_hours(app_context())
        if not FlaskForm().is_submitted():
            return self.page("confirm/email.html", address=address, hours=hours)
        with self.work() as work:
            takes_effect_at = change_email.confirm(work, token)
        if takes_effect_at is None:
            raise DeadLink
        return redirect(url_for("ConfirmView.email_confirmed"))

    @expose("/email")
    def email_confirmed(self) -> ResponseReturnValue:
        """Tell the reader that the new address is confirmed, and when it is in use."""
        return self.page("confirm/email_confirmed.html", hours=change_email.delay_hours(app_context()))

    @expose("/not-me/<string:token>", methods=["GET", "POST"])
    @requires_live_link
    def not_me(self, token: str) -> ResponseReturnValue:
        """Stop a change that the owner of the old address did not ask for, then let them choose a new password."""
        with self.work() as work:
            address = change_email.address_to_keep(work, token)
        if not FlaskForm().is_submitted():
            return self.page("confirm/not_me.html", address=address)
        with self.work() as work:
            reset = change_email.not_me(work, token)
        flash(_("The change is stopped and everyone is logged out of your account."), "success")
        return redirect(url_for("ForgottenView.choose", token=reset))

    @expose("/app/<string:token>", methods=["GET", "POST"])
    @requires_live_link
    def authenticator(self, token: str) -> ResponseReturnValue:
        """Confirm as the owner that the authenticator app is lost."""
        with self.work() as work:
            address = app_reset.address_of(work, token)
        if not FlaskForm().is_submitted():
            return self.page("confirm/authenticator.html", address=address)
        with self.work() as work:
            app_reset.confirm(work, token)
        flash(_("Your authenticator app is removed. Log in with a code that we email you."), "success")
        return redirect(url_for("LogInView.log_in"))
