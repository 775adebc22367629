"""The session cookie: signed, with random ids and no personal data."""

from flask import current_app, request, session
from flask_login import login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug import Response

from app.accounts.known_device import KnownDevice, known_device
from app.accounts.saved_submissions import FormOwner, form_mark, owner_of
from app.accounts.sessions import SignedIn, find_session
from app.core.command_line import app_context
from app.core.try_limits import DEVICE_LIFE
from app.views.web.csrf import sent_token

CHALLENGE, NEXT, SAVED_SUBMISSION, APP_SECRET, PROVING = (
    "challenge",
    "next",
    "saved_submission",
    "app_secret",
    "proving",
)
SURVIVES = ("locale", SAVED_SUBMISSION, NEXT)
"""The keys that remain when another person starts to log in; none of them shows what the last person did."""


def clear_cookie() -> None:
    """Clear the cookie before a log-in, except for the keys in SURVIVES."""
    survivors = {name: session[name] for name in SURVIVES if name in session}
    session.clear()
    session.update(survivors)


def log_in_browser(sid: str, person_id: int) -> None:
    """Log this browser in, with a new session id and new form tokens."""
    clear_cookie()
    session["sid"] = sid
    found = find_session(app_context().database.session(), sid, app_context().clock.now())
    mark_forms(person_id, found.principal.organisation_id if found is not None else None)
    if found is not None:
        login_user(found)


def log_out_browser() -> None:
    """Clear the cookie at log-out, except for the language."""
    logout_user()
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale


def chosen_locale() -> str | None:
    """Return the language chosen in this browser, or None."""
    locale = session.get("locale")
    return locale if locale in current_app.config["LANGUAGES"] else None


# --- form token ---------------------------------------------------------------------------------


def mark_forms(person_id: int, organisation_id: int | None) -> None:
    """Give the pages from now on tokens for this person, who acts for this organisation; older pages' are refused."""
    session["csrf_token"] = form_mark(app_context(), person_id, organisation_id)


def acts_for_another(signed_in: SignedIn) -> bool:
    """Return whether this browser's pages were opened for another organisation than the one the person acts for.

    Pages whose mark says nothing, of before the upgrade or of a key that is gone, may be for any one of several.
    """
    owner = owner_of(app_context(), session.get("csrf_token"))
    if owner is None:
        return signed_in.has_several
    return owner != FormOwner(signed_in.principal.user_id, signed_in.principal.organisation_id)


def form_owner() -> FormOwner | None:
    """Return the person whose page posted the form, from its hidden token; None for a public page."""
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    try:
        mark = URLSafeTimedSerializer(keys, salt="wtf-csrf-token").loads(sent_token())
    except BadData:
        return None
    return owner_of(app_context(), mark) if isinstance(mark, str) else None


# --- device -----------------------------------------------------------------------------------


def _device_cookie() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def this_device() -> KnownDevice | None:
    """Return the device, if a person logged in from it before."""
    return known_device(app_context(), request.cookies.get(_device_cookie()))


def remember_device(answer: Response, token: str | None) -> None:
    """Remember this device, so that failed log-ins from elsewhere cannot lock the owner out."""
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
