"""Pages for changing the email address one logs in with."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm

from app.accounts import change_email
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.views.accounts.proof import proof_first
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import EmailField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.register import register
from app.views.web.validators import RequiredText


class ChangeEmailForm(FlaskForm):
    """The new address."""

    email = EmailField(
        _l("New email address"),
        [RequiredText(_l("Enter your new email address"), _l("New email address"), 1016)],
    )


@register()
class ChangeEmailView(PortalView):
    """Pages that start the change; the link in the mail confirms it (ConfirmView.email)."""

    route_base = "/account/email"
    class_permission_name = "Account"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def ask(self) -> ResponseReturnValue:
        """Ask for the new address."""
        detour = proof_first(url_for("ChangeEmailView.ask"))
        if detour is not None:
            return detour
        if not change_email.may_ask(read_only_work()):
            status = 422 if request.method == "POST" else 200
            return self.page("change_email/not_now.html", status, address=current_user.email)
        form = ChangeEmailForm()
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    change_email.ask(work, form.email.data or "", current_user.log_in_id)
                return redirect(url_for("ChangeEmailView.sent"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        status = 422 if form.errors else 200
        hours = change_email.delay_hours(app_context())
        return self.page("change_email/ask.html", status, form=form, address=current_user.email, hours=hours)

    @expose("/sent")
    @has_access
    def sent(self) -> ResponseReturnValue:
        """Ask the reader to check the new mailbox, whether or not the address has an account."""
        return self.page("change_email/sent.html", address=current_user.email)

    @expose("/cancel", methods=["POST"])
    @has_access
    def cancel(self) -> ResponseReturnValue:
        """Cancel the change, so that the old address stays."""
        with self.work() as work:
            cancelled = change_email.cancel(work)
        if cancelled:
            flash(_("The change is cancelled. You keep your email address."), "success")
        else:
            flash(_("There was no change to cancel."))
        return redirect(url_for("AccountView.show"))
