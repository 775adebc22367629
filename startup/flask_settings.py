"""Turn the settings into the configuration of Flask, Flask-AppBuilder and their extensions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from config import Settings

MEGABYTE = 1024 * 1024
AUTH_DB = 1
LANGUAGES = {
    "en": {"flag": "gb", "name": "English", "dir": "ltr"},
    "ur": {"flag": "pk", "name": "اردو", "dir": "rtl"},
    "pl": {"flag": "pl", "name": "Polski", "dir": "ltr"},
}
AWAITING_CHECK = frozenset({"ur", "pl"})
"""Languages whose translation no native speaker has checked yet; every page in them shows a notice."""
TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"

# Flask-AppBuilder's own features. The portal has its own log-in, registration, reset and screens, and no REST API.
APPBUILDER_SETTINGS: dict[str, Any] = {
    "AUTH_TYPE": AUTH_DB,
    "AUTH_USER_REGISTRATION": False,
    "AUTH_ROLES_MAPPING": {},
    "AUTH_ROLES_SYNC_AT_LOGIN": False,
    "AUTH_GROUPS_SYNC_AT_LOGIN": False,
    "AUTH_AUTO_CREATE_GROUPS": False,
    "AUTH_API_LOGIN_ALLOW_MULTIPLE_PROVIDERS": False,
    "AUTH_RATE_LIMITED": False,
    "RATELIMIT_ENABLED": False,
    "ADDON_MANAGERS": [],
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_OPENAPI_VIEWS": False,
    "FAB_ADD_SECURITY_API": False,
    "FAB_ADD_SECURITY_VIEWS": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
    "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
    "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
    "FAB_API_ALLOW_JSON_QS": False,
    "FAB_API_KEY_ENABLED": False,
    "FAB_API_MAX_PAGE_SIZE": 100,
    "FAB_API_SHOW_STACKTRACE": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_PASSWORD_COMPLEXITY_ENABLED": False,  # its rules are weaker than ours and skip registration
    "FAB_ROLES": {},  # its patterns match by prefix; roles are synced from our own table
    "FAB_ROLES_MAPPING": {},
    # Tables come from migrations and permissions from `portal sync`, once, at deploy: a web process writes neither.
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
}


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return the content of `app.config`. A test checks each setting of AppBuilder."""
    return {
        **APPBUILDER_SETTINGS,
        **_pages(settings),
        **_cookies(settings),
        **_mail(settings),
    }


def _pages(settings: Settings) -> dict[str, Any]:
    own = urlsplit(settings.public_base_url).netloc
    local = [f"{host}:{settings.port}" for host in settings.trusted_hosts] if settings.demo else []
    return {
        "DEBUG": False,
        "TESTING": False,
        "PROPAGATE_EXCEPTIONS": False,
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "PREFERRED_URL_SCHEME": urlsplit(settings.public_base_url).scheme,
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        # Whole names only: a pattern such as "localhost:*" would let "localhost:x@elsewhere" through.
        "FAB_SAFE_REDIRECT_HOSTS": sorted({own, *local}),
        "MAX_CONTENT_LENGTH": (settings.max_upload_mb + 1) * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,  # long free text
        "MAX_FORM_PARTS": 2000,  # tables with many repeating rows
        "APP_NAME": settings.council.service_name,
        "LANGUAGES": {code: LANGUAGES[code] for code in settings.languages},
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_DEFAULT_TIMEZONE": "Europe/London",
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
    }


def _cookies(settings: Settings) -> dict[str, Any]:
    secure = settings.secure_cookies
    return {
        "SESSION_COOKIE_NAME": "__Host-sid" if secure else "sid",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_absolute_hours),
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,  # lives as long as the log-in: a form left open over lunch still saves
        "WTF_CSRF_SSL_STRICT": True,
        # Pages and what scripts read. Built files are compressed already, and people's files go out as they are.
        "COMPRESS_MIMETYPES": ["text/html", "application/json"],
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_STREAMS": False,
        "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
    }


def _mail(settings: Settings) -> dict[str, Any]:
    return {
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USE_TLS": settings.mail_use_tls,
        "MAIL_USE_SSL": settings.mail_use_ssl,
        "MAIL_USERNAME": settings.mail_username,
        "MAIL_PASSWORD": settings.mail_password,
        "MAIL_DEFAULT_SENDER": settings.mail_default_sender,
        "MAIL_TIMEOUT": settings.mail_timeout,
        "MAIL_DEBUG": False,
        "MAIL_SUPPRESS_SEND": False,
    }
