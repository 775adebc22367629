"""Reads an answer as a suspicious browser does: what its headers allow, and whether the page keeps to it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

REVEALING = {"Server", "X-Powered-By", "X-AspNet-Version", "X-Generator", "Via"}
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store",
}
"""On every answer that is not a file the same for everyone."""

NONE = ["'none'"]
NONCE = re.compile(r"'nonce-([\w-]{24})'")
OWN = {"'self'", "'none'", "data:"}
FETCHES = {"src", "href", "action", "formaction", "poster", "data", "srcset"}


def policy_of(answer: Any) -> dict[str, list[str]]:
    """The content policy: directive to what it allows. Two policies, or one directive twice, is an error."""
    [policy] = answer.headers.getlist("Content-Security-Policy")
    parts = [each.split() for each in policy.split(";") if each.strip()]
    allowed = {name: sources for name, *sources in parts}
    assert len(allowed) == len(parts), "a directive stands twice, and only the first counts"
    return allowed


class Suspicious(HTMLParser):
    """Notes all that a page runs, styles or fetches other than as the policy says."""

    def __init__(self, nonce: str | None) -> None:
        super().__init__()
        self.nonce, self.wrong = nonce, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.wrong += [f"<{tag} {name}=>" for name in given if name == "style" or name.startswith("on")]
        if tag in {"style", "base", "object", "embed", "iframe", "applet"}:
            self.wrong.append(f"<{tag}>")
        if tag == "meta" and given.get("http-equiv", "").lower() not in {"", "refresh"}:
            self.wrong.append("<meta http-equiv>")
        if tag == "script" and not given.get("src") and given.get("nonce") != self.nonce:
            self.wrong.append("a script without this answer's one-time word")
        self.wrong += [
            f"<{tag}> leads to {given[name]}"
            for name in FETCHES & set(given)
            if self._outside(tag, given[name])
        ]

    def _outside(self, tag: str, target: str) -> bool:
        """Leads elsewhere. A link may, when a person presses it; what a page fetches or sends may not."""
        parts = urlsplit(target.strip())
        if parts.scheme in {"javascript", "vbscript"}:
            return True
        return tag not in {"a", "link"} and bool(parts.netloc or parts.scheme not in {"", "data"})


def faults_of_policy(answer: Any) -> Iterator[str]:
    """What the answer's content policy allows that it must not."""
    policy = policy_of(answer)
    if [word for sources in policy.values() for word in sources if "unsafe" in word or word == "*"]:
        yield f"the policy is not strict: {policy}"
    for name in ("default-src", "frame-ancestors"):
        if policy.get(name) != NONE:
            yield f"{name} is {policy.get(name)}"
    if "sandbox" in policy:
        yield from ["the sandbox is open"] if policy["sandbox"] else []
    else:
        yield from _faults_of_page_policy(policy)


def _faults_of_page_policy(policy: dict[str, list[str]]) -> Iterator[str]:
    for name, wanted in (("base-uri", NONE), ("object-src", NONE), ("form-action", ["'self'"])):
        if policy.get(name) != wanted:
            yield f"{name} is {policy.get(name)}"
    for name, sources in policy.items():
        beyond = [word for word in sources if word not in OWN and not NONCE.fullmatch(word)]
        if beyond or (name != "img-src" and "data:" in sources):
            yield f"{name} allows {sources}"


def faults_of_headers(answer: Any) -> Iterator[str]:
    """Which header is missing, sent twice, says something else or tells too much."""
    for name, value in EXACTLY.items():
        if answer.headers.getlist(name) != [value]:
            yield f"{name}: {answer.headers.getlist(name)}"
    if any(
        f"{feature}=()" not in answer.headers.get("Permissions-Policy", "")
        for feature in ("camera", "geolocation", "microphone")
    ):
        yield "the page may use camera, microphone or place"
    if revealed := REVEALING & set(answer.headers.keys()):
        yield f"tells what it runs on: {revealed}"
    if "Access-Control-Allow-Origin" in answer.headers:
        yield "other sites may read it"
    for name in ("ETag", "Last-Modified", "Expires"):
        if name in answer.headers:
            yield f"{name} helps to keep it"


def faults_of_cookies(answer: Any) -> Iterator[str]:
    """Which cookie could be read by a script, sent in the clear, sent from another site or set by a neighbour."""
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, *flags = (part.strip() for part in cookie.split(";"))
        given = {flag.lower() for flag in flags}
        if not name.startswith("__Host-"):
            yield f"{name.partition('=')[0]} has no __Host- name"
        if missing := {"secure", "httponly", "path=/"} - given:
            yield f"{name.partition('=')[0]} lacks {sorted(missing)}"
        if not {"samesite=lax", "samesite=strict"} & given:
            yield f"{name.partition('=')[0]} goes along from other sites"
        if any(flag.startswith("domain=") for flag in given):
            yield f"{name.partition('=')[0]} is shared with other hosts"


def faults_of_page(answer: Any) -> Iterator[str]:
    """What the page holds that the policy would have to forgive."""
    if answer.mimetype != "text/html":
        return
    words = NONCE.findall(answer.headers["Content-Security-Policy"])
    page = Suspicious(words[0] if words else None)
    page.feed(answer.get_data(as_text=True))
    page.close()
    yield from page.wrong


def faults_of(answer: Any) -> list[str]:
    """Everything that is wrong with an answer, to any request of any person."""
    return [
        *faults_of_policy(answer),
        *faults_of_headers(answer),
        *faults_of_cookies(answer),
        *faults_of_page(answer),
    ]
