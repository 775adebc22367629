"""What no browser would send and any program can: odd words, odd bodies, odd files, odd methods."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

BOUNDARY = "--------here-it-ends"
ODD_TEXTS = [
    "", " ", "\x00", "a\x00b", "\u202egnp.exe", "\u0661\u0662", "１２", "\ufeff", "\u2028", "\ud800", "\udfff\ud800",
    "'", "\"><script>alert(1)</script>", "' OR 1=1 --", "{{7*7}}", "%(x)s", "{0.__class__}", "%s%n", "../../etc/passwd",
    "..\\..\\x", "a\r\nSet-Cookie: x=1", "null", "None", "true", "NaN", "-1", "0", "1e400", "1.5", "2147483648",
    "9" * 40, "-" * 60, "x" * 10_001, "ß" * 300, "\U0001f9d1\u200d\U0001f9b3" * 40, "عائشہ", "2026-02-31", "31", "y", "[]", "{}",
    "\x1b[31m", "\x7f", "\ufffe", "file:///etc/passwd", "//evil.example", "javascript:alert(1)", "=1+1", "@SUM(1)",
]  # fmt: skip
FILE_NAMES = [
    "a.pdf", "../../x.pdf", "a.pdf.exe", "\u202efdp.exe", "a\x00.pdf", "x" * 300 + ".pdf", "", ".", "C:\\a.docx", "a.svg",
    "CON.txt", "a\r\nb.txt", "=1+1.txt", "عائشہ.txt", "a;b.txt", 'a"b.txt', ".htaccess", "a.txt/", "%2e%2e%2fa.txt", "\ud800.txt",
]  # fmt: skip
CONTENT_TYPES = [
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "application/json",
    "application/json; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 400,
    "text/plain", "application/xml", "", "x", "application/x-www-form-urlencoded; charset=none-such", "*/*",
]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "BREW"]
HEADERS: list[tuple[str, str]] = [
    ("Accept", "application/json"), ("Accept", "*/*;q=abc"), ("Accept-Language", "xx-yy;q=9,,,"), ("Accept-Language", "ur"),
    ("X-HTTP-Method-Override", "DELETE"), ("Range", "bytes=5-1"), ("If-None-Match", "*"), ("If-Modified-Since", "yesterday"),
    ("Referer", "http://localhost/\xff"), ("User-Agent", "\x00\xff"), ("X-Forwarded-For", "'; --"), ("Cookie", "sid=x; sid=y; =;"),
    ("Authorization", "Basic \xff"), ("Authorization", "Bearer a.b.c"), ("Content-Length", "3"), ("X-Request-ID", "a b\x00"),
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(max_size=40),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Nd", "Zl", "Zp"]), max_size=12),
    st.integers(-(2**70), 2**70).map(str),
)
"""One value that a person may type, or a program send."""

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@dataclass(frozen=True)
class Asked:
    """One request, put together by hand."""

    method: str
    path: str
    query: str
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        shown = (
            f"{self.method} {self.path[:200]}?{self.query[:200]} {self.content_type!r} {self.body[:300]!r}"
        )
        return f"{shown} {dict(self.headers)!r}"


def encoded(text: str) -> str:
    """As it is in an address or a form: halves of characters go out as the bytes they would be."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def form_of(fields: Sequence[tuple[str, str]]) -> str:
    """Fields as a browser sends them."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in fields)


def parts_of(fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, bytes]]) -> bytes:
    """Fields and files as a browser sends them together, but for names that a browser would have corrected."""
    lines = []
    for name, value in fields:
        lines.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode(
                "utf-8", "surrogatepass"
            )
        )
    for name, filename, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: a/b\r\n\r\n'
        lines += [head.encode("utf-8", "surrogatepass"), content, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


def fields(names: Sequence[str], known: Sequence[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Fields by the names that our pages have, and by others; other people's numbers among the values."""
    name = st.sampled_from(names) | st.text(max_size=8)
    return st.lists(st.tuples(name, texts | st.sampled_from(known)), max_size=12)


def bodies(names: Sequence[str], known: Sequence[str], token: str) -> st.SearchStrategy[tuple[bytes, str]]:
    """What may be sent, and what it says it is."""
    some, marked = fields(names, known), [("csrf_token", token)]
    file = st.tuples(
        st.sampled_from(names),
        st.sampled_from(FILE_NAMES),
        st.binary(max_size=60) | st.just(b"%PDF-1.7\n%%EOF"),
    )
    return st.one_of(
        some.map(lambda given: (form_of(given + marked).encode(), "application/x-www-form-urlencoded")),
        some.map(lambda given: (form_of(given + marked).encode(), "application/x-www-form-urlencoded")),
        st.tuples(some, st.lists(file, max_size=3)).map(
            lambda both: (parts_of(both[0] + marked, both[1]), f"multipart/form-data; boundary={BOUNDARY}")
        ),
        jsons.map(lambda value: (json.dumps(value).encode(), "application/json")),
        st.tuples(st.binary(max_size=80), st.sampled_from(CONTENT_TYPES)),
    )


class Sender:
    """Puts requests together for one person: the names their pages have, numbers that are others', and their token."""

    def __init__(self, names: Sequence[str], known: Sequence[str], token: str) -> None:
        self.token = token
        self.fields, self.bodies = fields(names, known), bodies(names, known, token)

    def to(
        self, rule: str, methods: Sequence[str], values: Mapping[str, Sequence[str]]
    ) -> st.SearchStrategy[Asked]:
        """Requests to one route: its own methods mostly, real numbers and words mostly, and then anything."""
        places = {
            place: st.sampled_from(sound) | st.sampled_from(sound) | texts for place, sound in values.items()
        }
        usual = st.sampled_from(methods)
        method = usual | usual | usual | st.sampled_from(METHODS)
        headers = st.lists(st.sampled_from(HEADERS), max_size=2)

        @st.composite
        def build(draw: st.DrawFn) -> Asked:
            path = rule
            for place, value in places.items():
                path = path.replace(place, encoded(draw(value)) or "%20")
            chosen = draw(method)
            body, content_type = draw(self.bodies) if chosen not in {"GET", "HEAD"} else (b"", "")
            query = form_of(draw(self.fields)) if draw(st.booleans()) else ""
            odd = draw(headers) if draw(st.integers(0, 3)) == 0 else []
            return Asked(chosen, path, query, body, content_type, (*odd, ("X-CSRFToken", self.token)))

        return build()
