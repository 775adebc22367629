"""The CSRF token, masked with a new random value in each response.

Pages are compressed, and a page that repeats request data beside a constant secret lets an attacker who
watches response sizes find the secret (BREACH). Flask-WTF's token is the same on every page of a session, so
it is combined with a random mask, as in Django: no two responses share a part of it.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from wtforms.validators import ValidationError


def csrf_token() -> str:
    """Return the token for the forms of this response."""
    token: str | None = g.get("masked_csrf_token")
    if token is None:
        token = g.masked_csrf_token = mask(generate_csrf())
    return token


def mask(token: str) -> str:
    """Return a random mask followed by the token combined with it."""
    plain = token.encode()
    random = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(random + _combined(random, plain)).decode()


def unmask(sent: str) -> str:
    """Return the token without its mask. An invalid token is returned unchanged, and its signature fails."""
    try:
        both = urlsafe_b64decode(sent.encode())
        half = len(both) // 2
        return _combined(both[:half], both[half:]).decode()
    except (NotBase64, ValueError):
        return sent


def _combined(one: bytes, other: bytes) -> bytes:
    if len(one) != len(other):
        raise ValueError("a mask is as long as the token")
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def sent_token() -> str:
    """Return the token of the form or, from a script, of a header, without its mask."""
    sent = request.form.get(current_app.config["WTF_CSRF_FIELD_NAME"])
    if not sent:
        headers = current_app.config["WTF_CSRF_HEADERS"]
        sent = next((request.headers[name] for name in headers if request.headers.get(name)), "")
    return unmask(sent)


class MaskedCSRF(CSRFProtect):
    """Flask-WTF's protection with a masked token."""

    def init_app(self, app: Flask) -> None:
        """Protect every view, and provide the masked token to templates."""
        super().init_app(app)
        app.context_processor(lambda: {"csrf_token": csrf_token})
        app.jinja_env.globals["csrf_token"] = csrf_token  # imported macros see globals only

    def protect(self, apply_exemptions: bool = False) -> None:
        """Reject a request that changes data without a valid token, or from another site."""
        if apply_exemptions and not request.endpoint:
            return
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        try:
            validate_csrf(sent_token())
        except ValidationError as error:
            raise CSRFError(str(error.args[0])) from None
        if request.is_secure and current_app.config["WTF_CSRF_SSL_STRICT"]:
            from_page = urlsplit(request.referrer or "")
            if (from_page.scheme, from_page.netloc) != ("https", request.host):
                raise CSRFError("The referrer is missing or does not match the host.")
        g.csrf_valid = True  # so that Flask-WTF's forms do not check again
