"""The portal's style sheet and scripts: found by a name that changes with their content, sent compressed and kept for a year."""

import json
import secrets
from functools import lru_cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, g
from whitenoise import WhiteNoise

from app.views.web.headers import STATIC_HEADERS

BUILD_FOLDER = Path(__file__).resolve().parents[2] / "static" / "build"
BUILD_PREFIX = "/static/build/"
A_YEAR = 365 * 24 * 60 * 60


class BuiltFiles(WhiteNoise):
    """Sends built files; every one carries a hash in its name, so a browser need never ask again."""

    FOREVER = A_YEAR


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    """Files go out with the same protections as pages."""
    for name, value in STATIC_HEADERS.items():
        headers[name] = value


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Which built file stands for which plain name, as frontend/build.sh wrote it."""
    found: dict[str, str] = json.loads((BUILD_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def asset_url(name: str) -> str:
    """The address of a built file: asset_url("portal.css") -> /static/build/portal.3f2a….css."""
    return BUILD_PREFIX + manifest()[name]


def csp_nonce() -> str:
    """This answer's one-time word, which lets a script of ours run under the content policy."""
    nonce: str | None = g.get("csp_nonce")
    if nonce is None:
        nonce = g.csp_nonce = secrets.token_urlsafe(18)
    return nonce


def init_assets(app: Flask) -> None:
    """Send built files ahead of the application, and let pages name them."""
    app.wsgi_app = BuiltFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(BUILD_FOLDER),
        prefix=BUILD_PREFIX,
        allow_all_origins=False,
        immutable_file_test=r"\.[0-9a-f]{12}\.\w+$",
        add_headers_function=_add_headers,
    )
    app.jinja_env.globals.update(asset_url=asset_url, csp_nonce=csp_nonce)
