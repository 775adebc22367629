"""Logging in and out: email address and password, then a security code."""

from math import ceil

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_login import current_user

from app.accounts import log_in, sessions
from app.accounts.second_step import (
    BY_EMAIL,
    LOG_IN,
    LogInAgain,
    Passed,
    Step,
    WrongCode,
    send_another,
    step_at,
    verify,
)
from app.core.errors import TooMany
from app.views.web.access_control import public_endpoint, record_activity, safe_next
from app.views.web.base import PortalView
from app.views.web.cookie import (
    CHALLENGE,
    NEXT,
    SAVED_SUBMISSION,
    chosen_locale,
    clear_cookie,
    log_in_browser,
    log_out_browser,
    remember_device,
    this_device,
)
from app.views.web.i18n import gettext as _

public_endpoint("LogInView.log_in", "LogInView.second_step", "LogInView.send_code")

CLEAR = '"cache", "storage"'
"""Clear the pages in the browser's cache. The cookie is emptied by name, so that the device stays known."""


def _demo_accounts() -> list[tuple[str, str, str]]:
    """Return role, name and email address of the demo's people; none on a live portal."""
    if not current_app.config["SETTINGS"].demo:
        return []
    from app.seed.cast import DEMO_ACCOUNTS

    return DEMO_ACCOUNTS


def _demo_email() -> str:
    """Return the email address of the demo person whose number is in the web address, or an empty text."""
    accounts, number = _demo_accounts(), request.args.get("demo", 0, type=int)
    return accounts[number - 1][2] if 0 < number <= len(accounts) else ""


class LogInView(PortalView):
    """Pages for logging in and out."""

    route_base = "/login"
    class_permission_name = "Account"

    @expose("/", methods=["GET", "POST"])
    def log_in(self) -> ResponseReturnValue:
        """Ask for the email address and password."""
        if current_user.is_authenticated:
            return redirect(safe_next(request.args.get("next")) or url_for("HomeView.home"))
        if request.method == "GET":
            return self._ask_password({}, timed_out="sid" in session)
        email, password = request.form.get("email", ""), request.form.get("password", "")
        missing = {} if email.strip() else {"email": _("Enter your email address")}
        if not password:
            missing["password"] = _("Enter your password")
        if missing:
            return self._ask_password(missing, 422)
        try:
            secret = log_in.give_password(
                self.work,
                log_in.Credentials(email, password),
                this_device(),
                chosen_locale(),
                before=session.get(CHALLENGE),
            )
        except log_in.WrongPassword:
            return self._ask_password({"email": _("Your email address or password is wrong")}, 401)
        except TooMany as too_many:
            return self.too_many(too_many)
        session[NEXT] = safe_next(request.args.get("next"))
        clear_cookie()
        session[CHALLENGE] = secret
        return redirect(url_for("LogInView.second_step"))

    def _ask_password(
        self, errors: dict[str, str], status: int = 200, timed_out: bool = False
    ) -> ResponseReturnValue:
        return self.page(
            "log_in/log_in.html",
            status,
            wrong=errors,
            errors=[{"text": text, "href": f"#{field}"} for field, text in errors.items()],
            email=request.form.get("email", _demo_email()),
            demo_accounts=_demo_accounts(),
            next=safe_next(request.args.get("next")),
            timed_out=timed_out,
            saved=bool(session.get(SAVED_SUBMISSION)),
        )

    @expose("/code", methods=["GET", "POST"])
    def second_step(self) -> ResponseReturnValue:
        """Ask for the security code, from the email or the authenticator app."""
        secret = session.get(CHALLENGE)
        with self.work() as work:
            step = step_at(work, secret)
        if current_user.is_authenticated or step is None or step.purpose != LOG_IN:
            return self._begin_again()
        if request.method == "GET":
            return self.ask_code(step)
        entered = request.form.get("code", "")
        try:
            passed = verify(self.work, secret, entered)
            return self._let_in(passed)
        except WrongCode as wrong:
            return self.ask_code(step, code_problem(step, entered, wrong), 401)
        except TooMany as too_many:
            return self.too_many(too_many)
        except (LogInAgain, log_in.WrongPassword):
            return self._begin_again()

    def ask_code(self, step: Step, wrong: str = "", status: int = 200) -> ResponseReturnValue:
        """Return the page "Check your email", with an error if there is one."""
        return self.page(
            "log_in/second_step.html",
            status,
            step=step,
            by_email=step.method == BY_EMAIL,
            wrong=wrong,
            errors=[{"text": wrong, "href": "#code"}] if wrong else [],
        )

    def _begin_again(self) -> ResponseReturnValue:
        if CHALLENGE in session:
            session.pop(CHALLENGE)
            if not current_user.is_authenticated:
                flash(_("That security code can no longer be used. Log in again to get a new one."))
        return redirect(url_for("LogInView.log_in"))

    def _let_in(self, passed: Passed) -> ResponseReturnValue:
        with self.work() as work:
            entered = log_in.enter(work, passed, chosen_locale(), this_device())
        log_in_browser(entered.sid, passed.person_id)
        if entered.locale:
            session["locale"] = entered.locale
        after = session.pop(NEXT, None)
        onward = (
            url_for("SavedSubmissionView.show")
            if SAVED_SUBMISSION in session
            else safe_next(after) or url_for("HomeView.home")
        )
        answer = redirect(onward)
        remember_device(answer, entered.new_device)
        return answer

    @expose("/code/send", methods=["POST"])
    def send_code(self) -> ResponseReturnValue:
        """Send a new code."""
        if current_user.is_authenticated:
            return redirect(url_for("LogInView.log_in"))
        try:
            session[CHALLENGE] = send_another(self.work, session.get(CHALLENGE))
        except LogInAgain:
            return self._begin_again()
        except TooMany as too_many:
            return self.too_many(too_many)
        flash(_("We have sent you a new security code."), "success")
        return redirect(url_for("LogInView.second_step"))

    @expose("/out", methods=["POST"])
    @has_access
    def log_out(self) -> ResponseReturnValue:
        """Log out on this device."""
        with self.work() as work:
            sessions.end_one(work, current_user.log_in_id)
        log_out_browser()
        flash(_("You have logged out."), "success")
        return redirect(url_for("LogInView.log_in")), 302, {"Clear-Site-Data": CLEAR}

    @expose("/stay", methods=["POST"])
    @has_access
    def stay(self) -> ResponseReturnValue:
        """Record activity, for the button "Stay logged in"."""
        with self.work() as work:
            record_activity(work)
        if request.accept_mimetypes.best == "application/json":
            return {"stay": True}
        return redirect(url_for("HomeView.home"))

    def too_many(self, problem: TooMany) -> ResponseReturnValue:
        """Return the page shown after too many tries, with the time to wait."""
        minutes = ceil(problem.retry_after / 60)
        body, status = self.page("log_in/too_many.html", 429, minutes=minutes, hours=ceil(minutes / 60))
        return body, status, {"Retry-After": str(problem.retry_after)}


def code_problem(step: Step, entered: str, wrong: WrongCode) -> str:
    """Return the message for a wrong code, with what to do next."""
    if not entered.strip():
        return _("Enter the security code")
    if step.method != BY_EMAIL:
        if wrong.tries_left <= 0:
            return _(
                "You have entered a wrong security code too many times. Go back and log in again to carry on"
            )
        return _("Enter the 6 digit code that your app shows now. Each code works once")
    if wrong.tries_left <= 0:
        return _(
            "You have entered a wrong security code too many times. Select “Send a new code” to carry on"
        )
    return _("Enter the 6 digit security code we sent you. Check that it is from the newest email")
