"""Where mailed links lead. Opening a page changes nothing; only its button does, and none of them logs anybody in."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField

from app.domain.errors import Refused
from app.services import change_email, setting_up
from app.services.setting_up import Outcome
from app.views.faults import put_faults
from app.views.gate import open_to_all
from app.views.quick import lazy_gettext as _l
from app.views.strangers import StrangerView, while_the_link_works

open_to_all(
    "ConfirmView.password", "ConfirmView.two_step", "ConfirmView.email", "ConfirmView.email_confirmed"
)


class PasswordForm(FlaskForm):
    """A new password, typed once: it can be shown, and a password manager may fill it in."""

    password = PasswordField(_l("Password"))


class ConfirmView(StrangerView):
    """Setting up an account, and confirming a new e-mail address."""

    route_base = "/confirm"

    @expose("/<string:token>", methods=["GET", "POST"])
    @while_the_link_works
    def password(self, token: str) -> ResponseReturnValue:
        """First page: is this you? Then choose a password."""
        form = PasswordForm()
        if form.is_submitted():
            try:
                setting_up.choose_password(self.work, token, form.password.data or "")
                return redirect(url_for("ConfirmView.two_step", token=token))
            except Refused as refused:
                put_faults(form, refused.faults)
        with self.work() as work:
            about = setting_up.look(work, token)
        return self.page("confirm/password.html", 422 if form.errors else 200, form=form, about=about)

    @expose("/<string:token>/two-step", methods=["GET", "POST"])
    @while_the_link_works
    def two_step(self, token: str) -> ResponseReturnValue:
        """Second page: two-step verification by email, which nobody can do without."""
        form = FlaskForm()
        with self.work() as work:
            about = setting_up.look(work, token)
        if not about.password_is_chosen:
            return redirect(url_for("ConfirmView.password", token=token))
        if not form.is_submitted():
            back = url_for("ConfirmView.password", token=token)
            return self.page("confirm/two_step.html", form=form, about=about, back=back)
        with self.work() as work:
            outcome = setting_up.finish(work, token)
        return redirect(url_for("RegisterView.ready" if outcome is Outcome.open else "RegisterView.waiting"))

    @expose("/email/<string:token>", methods=["GET", "POST"])
    @while_the_link_works
    def email(self, token: str) -> ResponseReturnValue:
        """A new e-mail address is confirmed from the new address."""
        with self.work() as work:
            address = change_email.new_address_of(work, token)
        if not FlaskForm().is_submitted():
            return self.page("confirm/email.html", address=address)
        here = current_user.log_in_id if current_user.is_authenticated else None
        with self.work() as work:
            change_email.confirm(work, token, keep_log_in=here)
        return redirect(url_for("ConfirmView.email_confirmed"))

    @expose("/email")
    def email_confirmed(self) -> ResponseReturnValue:
        """The new address counts."""
        return self.page("confirm/email_confirmed.html")
