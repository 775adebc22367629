"""Security headers of every response."""

from flask import Flask, Response, request
from flask_compress import Compress

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; manifest-src 'self'"
)

STATIC_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}
"""For files that are the same for every reader."""

PAGE_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

KEEP_NOTHING = "no-store"


def add_security_headers(answer: Response) -> Response:
    """Add the security headers. A view may set a stricter content policy itself, as downloads do."""
    from app.views.web.assets import csp_nonce

    for name, value in PAGE_HEADERS.items():
        answer.headers[name] = value
    answer.headers.setdefault("Content-Security-Policy", CONTENT_POLICY.format(nonce=csp_nonce()))
    if request.endpoint is None or not request.endpoint.endswith("static"):
        answer.headers["Cache-Control"] = KEEP_NOTHING
    return answer


def init_headers(app: Flask) -> None:
    """Add the headers to every response, error pages and redirects included, and compress pages."""
    Compress(app)  # registered first, so that it runs last
    app.after_request(add_security_headers)
