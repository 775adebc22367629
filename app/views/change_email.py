"""Changing the e-mail address one logs in with, from one's account page."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField

from app.domain.errors import Refused
from app.services import change_email as desk
from app.views.base import PortalView
from app.views.faults import put_faults
from app.views.quick import lazy_gettext as _l
from app.views.typed import Typed, tidy


class ChangeEmailForm(FlaskForm):
    """The new address, and the password that shows it is really them."""

    email = EmailField(
        _l("New email address"),
        [Typed(_l("Enter your new email address"), _l("New email address"), 1016)],
        filters=[tidy],
    )
    password = PasswordField(
        _l("Current password"), [Typed(_l("Enter the password you log in with now"), _l("Password"), 512)]
    )


class ChangeEmailView(PortalView):
    """Ask for the change; the link in the mail makes it (ConfirmView.email)."""

    route_base = "/account/email"
    class_permission_name = "Account"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def ask(self) -> ResponseReturnValue:
        """Which address, and the password."""
        form = ChangeEmailForm()
        if form.validate_on_submit():
            try:
                desk.ask(self.work, form.email.data or "", form.password.data or "")
                return redirect(url_for("ChangeEmailView.sent"))
            except Refused as refused:
                put_faults(form, refused.faults)
        status = 422 if form.errors else 200
        return self.page("change_email/ask.html", status, form=form, address=current_user.email)

    @expose("/sent")
    @has_access
    def sent(self) -> ResponseReturnValue:
        """Check the new mailbox. The same answer whether or not the address is somebody's."""
        return self.page("change_email/sent.html", address=current_user.email)
