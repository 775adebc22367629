"""The style sheet and scripts: named after their content, compressed and cached for a year."""

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
    """The built files; a hash in each name lets browsers cache them without checking."""

    FOREVER = A_YEAR


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    """Add the security headers of pages to files."""
    for name, value in STATIC_HEADERS.items():
        headers[name] = value


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return the built file of each plain name, as written by frontend/build.sh."""
    found: dict[str, str] = json.loads((BUILD_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def asset_url(name: str) -> str:
    """Return the address of a built file: asset_url("portal.css") -> /static/build/portal.3f2a….css."""
    return BUILD_PREFIX + manifest()[name]


def csp_nonce() -> str:
    """Return the nonce of this response, with which the content policy allows our scripts."""
    nonce: str | None = g.get("csp_nonce")
    if nonce is None:
        nonce = g.csp_nonce = secrets.token_urlsafe(18)
    return nonce


def init_assets(app: Flask) -> None:
    """Serve built files before the application, and let templates link to them."""
    app.wsgi_app = BuiltFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(BUILD_FOLDER),
        prefix=BUILD_PREFIX,
        allow_all_origins=False,
        immutable_file_test=r"\.[0-9a-f]{12}\.\w+$",
        add_headers_function=_add_headers,
    )
    app.jinja_env.globals.update(asset_url=asset_url, csp_nonce=csp_nonce)
