"""Pages for a forgotten password."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app.accounts import forgotten_password
from app.core.errors import ValidationFailed
from app.views.accounts.confirm import PasswordForm
from app.views.web.access_control import public_endpoint
from app.views.web.cookie import chosen_locale
from app.views.web.fields import EmailField
from app.views.web.form_errors import show_errors
from app.views.web.public_views import PublicView, requires_live_link
from app.views.web.register import register
from app.views.web.validators import RequiredText

public_endpoint("ForgottenView.ask", "ForgottenView.sent", "ForgottenView.choose", "ForgottenView.done")


class AskForm(FlaskForm):
    """The address whose password was forgotten."""

    email = EmailField(
        _l("Email address"),
        [RequiredText(_l("Enter your email address"), _l("Email address"), 1016)],
    )


@register()
class ForgottenView(PublicView):
    """Pages that send a link and set a new password."""

    route_base = "/forgotten"

    @expose("/", methods=["GET", "POST"])
    def ask(self) -> ResponseReturnValue:
        """Ask for the address to which the link is sent."""
        form = AskForm()
        if form.validate_on_submit():
            try:
                with self.work() as work:
                    forgotten_password.ask(work, form.email.data or "", chosen_locale())
                return redirect(url_for("ForgottenView.sent"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        return self.page("forgotten/ask.html", 422 if form.errors else 200, form=form)

    @expose("/sent")
    def sent(self) -> ResponseReturnValue:
        """Give the same answer for every address, with or without an account."""
        return self.page("forgotten/sent.html")

    @expose("/<string:token>", methods=["GET", "POST"])
    @requires_live_link
    def choose(self, token: str) -> ResponseReturnValue:
        """Set a new password through the link."""
        form = PasswordForm()
        if form.is_submitted():
            try:
                forgotten_password.choose(self.work, token, form.password.data or "")
                return redirect(url_for("ForgottenView.done"))
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        with self.work() as work:
            address = forgotten_password.address_of(work, token)
        return self.page("forgotten/choose.html", 422 if form.errors else 200, form=form, address=address)

    @expose("/done")
    def done(self) -> ResponseReturnValue:
        """Tell the reader that the new password is set."""
        return self.page("forgotten/done.html")
