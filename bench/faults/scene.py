"""A school's SENCO at work while something breaks: she sends forms, types in sections and adds files."""

import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sqlalchemy import select

from app.models import Submission
from bench.browser import Answer, Browser
from bench.fixtures import Fixtures
from bench.stack import Stack

WHO = "sana"
A_FILE = b"Notes of a visit on Monday.\n"
_submission = Submission.__table__


@dataclass
class Scene:
    """A running portal, a logged-in person, and forms ready to submit."""

    portal: Stack
    fixtures: Fixtures
    browser: Browser
    forms: list[int]
    acknowledged: dict[int, str] = field(default_factory=dict)

    def send(self) -> Answer:
        """Send the next form; what is acknowledged is remembered."""
        form_id, key = self.forms.pop(), uuid.uuid4().hex
        answer = self.browser.post(f"/forms/{form_id}/submit", {"send_key": key})
        self.note(answer, form_id, key)
        return answer

    def note(self, answer: Answer, form_id: int, key: str) -> None:
        """Remember a form that was acknowledged."""
        if was_sent(answer):
            self.acknowledged[form_id] = key

    def open_section(self) -> str:
        """Open a section of the last form, which is never sent; gives the version the page was made from."""
        page = self.browser.get(f"/forms/{self.forms[0]}/section/views")
        version = re.search(r'name="version" value="(\d+)"', page.text)
        if version is None:
            raise RuntimeError(f"the section does not open: {page.status}")
        return version[1]

    def save_section(self, version: str, text: str) -> Answer:
        """Type in that section, and save."""
        typed = {"version": version, "child_views": text, "then": "later"}
        return self.browser.post(f"/forms/{self.forms[0]}/section/views", typed)

    def add_file(self, name: str = "notes.txt", content: bytes = A_FILE) -> Answer:
        """Add a file to the last form's papers."""
        place = f"/forms/{self.forms[0]}/section/papers"
        return self.browser.post(
            place, {"version": "1", "_upload": "care_plan"}, {"care_plan": (name, content)}
        )

    def send_again(self, page: Answer) -> Answer:
        """Press the button on a page that holds what was sent."""
        form = _Form("send-again")
        form.feed(page.text)
        if not form.action:
            return page
        answer = self.browser.post(form.action, form.fields)
        if found := re.fullmatch(r"/forms/(\d+)/submit", form.action):
            self.note(answer, int(found[1]), form.fields["send_key"])
        return answer

    def lost(self) -> int:
        """Acknowledged submissions that are not there exactly once."""
        with self.portal.context.database.engine.connect() as connection:
            rows = connection.execute(select(_submission.c.form_id, _submission.c.send_key))
            stored = Counter((row.form_id, row.send_key) for row in rows)
        return sum(stored[one] != 1 for one in self.acknowledged.items())


def was_sent(answer: Answer) -> bool:
    """Return the page after submitting."""
    return answer.status == 302 and answer.location.endswith("/sent")


def says_what_to_do(answer: Answer) -> bool:
    """Tell whether this is a complete page of the portal that asks people to try again and shows no internals."""
    page = answer.text
    return answer.status == 503 and "<h1" in page and "few minutes" in page and "Traceback" not in page


class _Form(HTMLParser):
    """The action and hidden fields of the form with this id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what belongs to the form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
            if self.inside:
                self.action = given.get("action", "")
        elif tag == "input" and self.inside:
            self.fields[given["name"]] = given.get("value", "")
