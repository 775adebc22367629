"""A simple browser for proofs: cookies, form tokens, one persistent connection, and retries.

It resends silently only where a real browser does: the server closed a persistent connection before it answered.
"""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.smtp_server import SmtpServer

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class NoAnswer(Exception):
    """The page cannot be reached."""


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    location: str
    text: str
    headers: Mapping[str, str]


class Browser:
    """One person's browser. It sends the headers of an https proxy."""

    def __init__(self, port: int, host: str, timeout: float = 60, keep: bool = True) -> None:
        self.port, self.host, self.timeout, self.keep = port, host, timeout, keep
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.resent = 0
        """How often a persistent connection was closed and the request was sent again on a new one."""
        self._line: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Answer:
        """Submit a form with the token of the last page."""
        given = {"csrf_token": self.token, **fields}
        if not files:
            return self._ask("POST", path, urlencode(given).encode(), "application/x-www-form-urlencoded")
        return self._ask("POST", path, *_in_parts(given, files))

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def log_in(self, email: str, password: str, mail: SmtpServer) -> None:
        """Log in with the password and the code from the mail."""
        self.get("/login/")
        half = self.post("/login/", {"email": email, "password": password})
        if half.location != "/login/code":
            raise RuntimeError(f"{email} could not give a password: {half.status} {half.location}")
        self.get("/login/code")
        whole = self.post("/login/code", {"code": mail.code_for(email)})
        if whole.status != 302 or whole.location != "/":
            raise RuntimeError(f"{email} could not log in: {whole.status} {whole.location}")
        self.get("/")

    def _ask(self, method: str, path: str, body: bytes | None, kind: str = "") -> Answer:
        reused = self._line is not None
        try:
            return self._exchange(method, path, body, kind)
        except (http.client.HTTPException, OSError) as cut:
            self.close()
            if not (reused and isinstance(cut, http.client.RemoteDisconnected | ConnectionError)):
                raise NoAnswer(f"{type(cut).__name__} {cut}") from cut
        self.resent += 1
        try:
            return self._exchange(method, path, body, kind)
        except (http.client.HTTPException, OSError) as cut:
            self.close()
            raise NoAnswer(f"{type(cut).__name__} {cut}") from cut

    def _exchange(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        self._line.request(method, path, body, self._headers(kind))
        reply = self._line.getresponse()
        text = reply.read().decode("utf-8", "replace")
        self._take_cookies(reply)
        if not self.keep or reply.will_close:
            self.close()
        if found := TOKEN.search(text):
            self.token = found[1]
        return Answer(reply.status, reply.getheader("Location", ""), text, dict(reply.getheaders()))

    def _headers(self, kind: str) -> dict[str, str]:
        return {
            "Host": self.host,
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Accept": "text/html,application/xhtml+xml",
            "Referer": f"https://{self.host}/",
            "X-Forwarded-For": "192.0.2.10",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": self.host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        } | ({"Content-Type": kind} if kind else {})

    def _take_cookies(self, reply: http.client.HTTPResponse) -> None:
        for line in reply.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name.strip()] = value.strip()


def until_sent(
    browser: Browser, path: str, fields: Mapping[str, str], seconds: float = 180
) -> tuple[Answer, int]:
    """Submit a form, and again after every error, as a person would. Return the answer and the number of attempts."""
    end, presses = time.monotonic() + seconds, 0
    while True:
        presses += 1
        try:
            answer = browser.post(path, fields)
            if answer.status < 500:
                return answer, presses
            problem = f"{answer.status}"
        except NoAnswer as silent:
            problem = str(silent)
        if time.monotonic() > end:
            raise TimeoutError(f"{path} was not answered in {seconds:g} s: {problem}")
        time.sleep(0.2)


def _in_parts(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    mark = "-----------------------------proof-of-a-boundary"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'.encode()
        + b"Content-Type: application/octet-stream\r\n\r\n"
        + content
        + b"\r\n"
        for name, (called, content) in files.items()
    ]
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
