"""What a browser does that Flask's test client does not: carry the form's token."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer


def token_for(browser: FlaskClient, app: Flask) -> str:
    """A form token that goes with this browser's cookie, as the page it stood on would have given."""
    with browser.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", "0" * 40)
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw))


def post_with_token(browser: FlaskClient, app: Flask, path: str, data: dict[str, Any], **how: Any) -> Any:
    """Press a form's button."""
    return browser.post(path, data=data | {"csrf_token": token_for(browser, app)}, **how)
