"""What this browser carries: a signed cookie with random numbers in it, and nothing about anybody."""

from flask import Response, current_app, request, session
from flask_login import login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts.known_device import KnownDevice, known_device
from app.accounts.saved_submissions import form_mark, owner_of
from app.accounts.sessions import find_session
from app.core.try_limits import DEVICE_LIFE
from app.security import app_context
from app.views.web.csrf import sent_token

CHALLENGE, NEXT, SAVED_SUBMISSION, APP_SECRET, PROVING = "challenge", "next", "kept", "app_secret", "proving"
SURVIVES = ("locale", SAVED_SUBMISSION, NEXT)
"""What a browser still knows when somebody else begins to log in on it: no word of what the last one did."""


def start_afresh() -> None:
    """Forget the browser's cookie, so that nothing from before a log-in counts after it."""
    survivors = {name: session[name] for name in SURVIVES if name in session}
    session.clear()
    session.update(survivors)


def enter_browser(sid: str, person_id: int) -> None:
    """From now on this browser is logged in: new numbers, new form tokens."""
    start_afresh()
    session["sid"] = sid
    session["csrf_token"] = form_mark(app_context(), person_id)
    found = find_session(app_context().database.session(), sid, app_context().clock.now())
    if found is not None:
        login_user(found)


def leave_browser() -> None:
    """Logged out: only the language is remembered."""
    logout_user()
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale


def chosen_locale() -> str | None:
    """The language chosen on this browser, if one was."""
    locale = session.get("locale")
    return locale if locale in current_app.config["LANGUAGES"] else None


# --- the form's token -----------------------------------------------------------------------------


def form_owner() -> int | None:
    """Whose page the form that was just sent stood on, as its hidden token says; None for anybody's."""
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        mark = URLSafeTimedSerializer(keys, salt="wtf-csrf-token").loads(sent_token())
    except BadData:
        return None
    return owner_of(app_context(), mark) if isinstance(mark, str) else None


# --- the device -----------------------------------------------------------------------------------


def _device_cookie() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def this_device() -> KnownDevice | None:
    """The device, if somebody logged in from it before."""
    return known_device(app_context(), request.cookies.get(_device_cookie()))


def remember_device(answer: Response, token: str | None) -> None:
    """Know this device again, so that strangers who try this account's password cannot shut its owner out."""
    if token is None:
        return
    answer.set_cookie(
        _device_cookie(),
        token,
        max_age=int(DEVICE_LIFE.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
