"""Pages for one's own account: details, password, log-ins and authenticator app."""

import base64
import io

import qrcode
from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_login import current_user
from qrcode.image.svg import SvgPathImage

from app.accounts import account_details, change_email, own_account, sessions
from app.accounts.second_step import BY_EMAIL, PROVE, LogInAgain, Step, WrongCode, send_another, step_at
from app.core.devices import device_name
from app.core.errors import TooMany, ValidationFailed
from app.models import Person
from app.views.accounts.log_in import CLEAR, LogInView, code_problem
from app.views.accounts.proof import proof_first
from app.views.web.access_control import safe_next
from app.views.web.base import PortalView, read_only_work
from app.views.web.cookie import APP_SECRET, PROVING, log_out_browser
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register

PROOF = "proof"
"""The cookie's key for the challenge of a person who proves again who they are."""


@register()
class AccountView(PortalView):
    """Pages for one's own account."""

    route_base = "/account"
    class_permission_name = "Account"

    @expose("/")
    @has_access
    def show(self) -> ResponseReturnValue:
        """Show one's details and what can be changed."""
        work = read_only_work()
        person = work.get(Person, work.me.user_id)
        may_add_app = own_account.may_add_app(work)
        new_email = change_email.pending(work)
        may_change_organisation = account_details.may_propose(work)
        return self.page(
            "account/account.html",
            owner=person,
            may_add_app=may_add_app,
            new_email=new_email,
            may_change_organisation=may_change_organisation,
        )

    @expose("/password", methods=["GET", "POST"])
    @has_access
    def password(self) -> ResponseReturnValue:
        """Change one's password."""
        detour = proof_first(url_for("AccountView.password"))
        if detour is not None:
            return detour
        if request.method == "GET":
            return self.page("account/password.html", wrong={})
        try:
            own_account.change_password(self.work, request.form.get("password", ""), current_user.log_in_id)
        except ValidationFailed as refused:
            return self._refused("account/password.html", refused)
        except TooMany as too_many:
            return self._too_many(too_many)
        flash(_("Your password has been changed. You have been logged out everywhere else."), "success")
        return redirect(url_for("AccountView.show"))

    @expose("/log-ins")
    @has_access
    def log_ins(self) -> ResponseReturnValue:
        """List one's open log-ins."""
        work = read_only_work()
        rows = sessions.my_log_ins(work)
        devices = {row.id: translated(device_name(row.device)) for row in rows}
        return self.page(
            "account/log_ins.html", log_ins=rows, devices=devices, this_one=current_user.log_in_id
        )

    @expose("/log-ins/<int:log_in_id>/end", methods=["POST"])
    @has_access
    def end_log_in(self, log_in_id: int) -> ResponseReturnValue:
        """Log out one device."""
        with self.work() as work:
            sessions.end_one(work, log_in_id)
        flash(_("That device has been logged out."), "success")
        return redirect(url_for("AccountView.log_ins"))

    @expose("/log-ins/end", methods=["POST"])
    @has_access
    def end_log_ins(self) -> ResponseReturnValue:
        """Log out everywhere, including here."""
        with self.work() as work:
            sessions.end_mine(work)
        log_out_browser()
        flash(_("You have been logged out everywhere."), "success")
        return redirect(url_for("LogInView.log_in")), 302, {"Clear-Site-Data": CLEAR}

    # --- proof of identity ------------------------------------------------------------------------

    @expose("/prove", methods=["GET", "POST"])
    @has_access
    def prove(self) -> ResponseReturnValue:
        """Ask for the password again, before a change to how one logs in."""
        if request.method == "GET":
            return self.page("account/prove.html", wrong={}, of_own=self._for_own_account())
        try:
            session[PROOF] = own_account.prove_password(
                self.work, request.form.get("password", ""), session.get(PROOF)
            )
        except ValidationFailed as refused:
            return self._refused("account/prove.html", refused, of_own=self._for_own_account())
        except TooMany as too_many:
            return self._too_many(too_many)
        return redirect(url_for("AccountView.prove_code"))

    @expose("/prove/code", methods=["GET", "POST"])
    @has_access
    def prove_code(self) -> ResponseReturnValue:
        """Ask for the code that completes the proof."""
        work = read_only_work()
        step = step_at(work, session.get(PROOF))
        if step is None or step.purpose != PROVE:
            return redirect(url_for("AccountView.prove"))
        if request.method == "GET":
            return self._ask_code(step)
        entered = request.form.get("code", "")
        try:
            own_account.prove_code(self.work, session.get(PROOF), entered, current_user.log_in_id)
        except WrongCode as wrong:
            return self._ask_code(step, code_problem(step, entered, wrong), 401)
        except TooMany as too_many:
            return self._too_many(too_many)
        except LogInAgain:
            return redirect(url_for("AccountView.prove"))
        session.pop(PROOF, None)
        if not self._for_own_account():
            flash(_("You have confirmed that it is you. Nothing has been changed yet."), "success")
        return redirect(safe_next(session.pop(PROVING, None)) or url_for("AccountView.show"))

    def _ask_code(self, step: Step, wrong: str = "", status: int = 200) -> ResponseReturnValue:
        errors = [{"text": wrong, "href": "#code"}] if wrong else []
        by_email = step.method == BY_EMAIL
        return self.page(
            "account/prove_code.html", status, step=step, by_email=by_email, wrong=wrong, errors=errors
        )

    @expose("/prove/code/send", methods=["POST"])
    @has_access
    def send_proof(self) -> ResponseReturnValue:
        """Send a new code."""
        try:
            session[PROOF] = send_another(self.work, session.get(PROOF))
        except LogInAgain:
            return redirect(url_for("AccountView.prove"))
        except TooMany as too_many:
            return self._too_many(too_many)
        flash(_("We have sent you a new security code."), "success")
        return redirect(url_for("AccountView.prove_code"))

    # --- the authenticator app --------------------------------------------------------------------

    @expose("/authenticator", methods=["GET", "POST"])
    @has_access
    def authenticator(self) -> ResponseReturnValue:
        """Add an authenticator app: scan the code, then enter what the app shows."""
        work = read_only_work()
        if not own_account.may_add_app(work):
            return redirect(url_for("AccountView.show"))
        detour = proof_first(url_for("AccountView.authenticator"))
        if detour is not None:
            return detour
        if request.method == "GET":
            return self._offer_app()
        try:
            with self.work() as work:
                entered = request.form.get("code", "")
                own_account.add_app(work, current_user.log_in_id, session.get(APP_SECRET), entered)
        except ValidationFailed as refused:
            return self._offer_app(translated(refused.faults[0].text), 422)
        session.pop(APP_SECRET, None)
        flash(_("You now log in with the code from your authenticator app."), "success")
        return redirect(url_for("AccountView.show"))

    def _offer_app(self, wrong: str = "", status: int = 200) -> ResponseReturnValue:
        work = read_only_work()
        sealed = session.get(APP_SECRET)
        secret = own_account.app_secret_offered(work, sealed)
        if secret is None:
            session[APP_SECRET] = own_account.new_app_secret(work)
            secret = own_account.app_secret_offered(work, session[APP_SECRET]) or ""
        council = current_app.config["SETTINGS"].council
        address = own_account.app_address(
            secret, current_user.email, f"{council.name} {council.service_name}"
        )
        return self.page(
            "account/authenticator.html",
            status,
            picture=_qr_code(address),
            by_hand=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            wrong=wrong,
            errors=[{"text": wrong, "href": "#code"}] if wrong else [],
        )

    @expose("/authenticator/remove", methods=["GET", "POST"])
    @has_access
    def remove_authenticator(self) -> ResponseReturnValue:
        """Remove the app, so that codes come by email again."""
        work = read_only_work()
        if own_account.may_add_app(work) or not current_user.has_authenticator:
            return redirect(url_for("AccountView.show"))
        detour = proof_first(url_for("AccountView.remove_authenticator"))
        if detour is not None:
            return detour
        if request.method == "GET":
            return self.page("account/remove_authenticator.html")
        with self.work() as work:
            own_account.remove_app(work, current_user.log_in_id)
        flash(_("Your authenticator app has been removed. Security codes come by email again."), "success")
        return redirect(url_for("AccountView.show"))

    def _for_own_account(self) -> bool:
        """Return whether the proof is for one's own account, not for a change to another one."""
        return str(session.get(PROVING) or url_for("AccountView.show")).startswith(self.route_base)

    def _refused(self, template: str, refused: ValidationFailed, **context: bool) -> ResponseReturnValue:
        wrong = {fault.field: translated(fault.text) for fault in refused.faults}
        errors = [{"text": text, "href": f"#{field}"} for field, text in wrong.items()]
        return self.page(template, 422, wrong=wrong, errors=errors, **context)

    def _too_many(self, problem: TooMany) -> ResponseReturnValue:
        return LogInView.too_many(self, problem)


def _qr_code(address: str) -> str:
    """Return the address as a QR code in a data URL, so that the page needs no further request."""
    picture = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(picture)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
