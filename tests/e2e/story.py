"""What people do in the story, with a mouse or a keyboard."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from app.forms.definitions import FormDefinition, parse
from app.seed.files import form_seed
from app.seed.filled import filled_answers
from tests.e2e.conftest import PASSWORD, Portal
from tests.e2e.input import Input, Keyboard, Mouse, box_over
from tests.unit.browser_fields import fields_of

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EXPECTED = re.compile(r"status of (404|409|422)")
"""The browser's own complaint about an answer that says "not found" or "please correct this"."""


class Visitor:
    """A person at a browser. Every page they come to is looked over as they pass."""

    def __init__(self, page: Page, portal: Portal, javascript: bool = True, keyboard: bool = False) -> None:
        self.page, self.portal, self.javascript = page, portal, javascript
        self.input: Input = Keyboard(page) if keyboard else Mouse(page)
        self.seen: set[str] = set()
        self.complaints: list[str] = []
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and not EXPECTED.search(text):
            self.complaints.append(text)

    def look_over(self) -> None:
        """One heading, no sideways scrolling at 320 pixels, and nothing that axe finds."""
        place = re.sub(r"\d+", "0", self.page.url.split("?")[0].split("#")[0])
        if place in self.seen:
            return
        self.seen.add(place)
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has not one h1"
        if not self.javascript or isinstance(self.input, Keyboard):
            return
        found = Axe().run(self.page, options=RULES).response["violations"]
        assert found == [], f"{self.page.url}: {[(each['id'], each['nodes'][0]['html']) for each in found]}"
        self.page.set_viewport_size({"width": 320, "height": 900})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        assert width <= 320, f"{self.page.url} is {width} pixels wide on a 320 pixel screen"

    def goes_to(self, path: str) -> None:
        """Open an address."""
        answer = self.page.goto(path)
        assert answer is not None and answer.status == 200, f"{path}: {answer.status if answer else None}"
        self.look_over()

    def is_refused(self, path: str) -> None:
        """An address that is not for them: there is no such page."""
        answer = self.page.goto(path)
        assert answer is not None and answer.status == 404
        self.look_over()

    def presses(self, name: str) -> None:
        """Press a button in the page; a link that looks like one counts as one."""
        self._leaves_by(self.page.locator("main").get_by_role("button", name=name, exact=True))

    def follows(self, name: str | re.Pattern[str], among: str = "main") -> None:
        """Follow a link."""
        self._leaves_by(self.page.locator(among).get_by_role("link", name=name))

    def _leaves_by(self, target: Locator) -> None:
        with self.page.expect_navigation():
            self.input.press(target.first)
        self.look_over()

    def types(self, **fields: str) -> None:
        """Type into boxes by their names."""
        for name, text in fields.items():
            self.input.type(self.page.locator(f'main [name="{name}"]'), text)

    def chooses(self, label: str | re.Pattern[str]) -> None:
        """Choose a radio button or tick a box by its words."""
        self.input.tick(self.page.locator("main").get_by_label(label).first)

    def picks(self, name: str, label: str) -> None:
        """Choose from a drop-down list by its words."""
        target = self.page.locator(f'main select[name="{name}"]')
        value = target.locator("option", has_text=label).first.get_attribute("value")
        assert value
        self.input.pick(target, value)

    def sees(self, text: str) -> None:
        """The words stand on the page."""
        shown = self.page.locator("main").inner_text()
        assert text in shown, f"“{text}” is not on {self.page.url}: {shown[:600]}"

    def logs_in(self, email: str, password: str = PASSWORD) -> None:
        """Password, then the code from the mail."""
        self.goes_to("/login/")
        self.types(email=email, password=password)
        self.presses("Log in")
        self.types(code=self.portal.code_for(email))
        self.presses("Verify")
        assert "/login" not in self.page.url, self.page.locator("main").inner_text()

    def proves_who_they_are(self, email: str, password: str = PASSWORD) -> None:
        """Password and code again, before a change to who has access."""
        self.types(password=password)
        self.presses("Continue")
        self.types(code=self.portal.code_for(email))
        self.presses("Verify")
        self.sees("Nothing has been changed yet")

    def logs_out(self) -> None:
        """Leave for the day, by the menu of the account."""
        self.input.press(self.page.locator("header .portal-account summary"))
        self._leaves_by(self.page.locator("header").get_by_role("button", name="Log out"))

    def fills(self, template: str, signed_by: str, sections: slice = slice(None)) -> None:
        """Fill in the form on the screen from its task list, a section at a time."""
        definition = parse(form_seed(template)["definition"])
        answers = filled_answers(definition, signed_by=signed_by)
        start = self.page.url
        links = self.page.locator(".govuk-task-list__link")
        for place in range(links.count())[sections]:
            self._leaves_by(links.nth(place))
            self._fill_section(definition, answers, self.page.url.split("/section/")[1])
            self.presses("Save and continue")
            message = self.page.locator(".govuk-error-summary")
            assert message.count() == 0, message.inner_text()
            assert "/compare" not in self.page.url, "a page must not be in conflict with its own autosave"
            self.page.goto(start)

    def _fill_section(self, definition: FormDefinition, answers: dict[str, Any], section_id: str) -> None:
        section = definition.section(section_id)
        given = answers.get(section_id, {})
        answered = [question for question in section.questions if question.id in given]
        for name, texts in fields_of(section, given, answered).items():
            for text in texts:
                self._enter(self.page.locator(f'main form [name="{name}"]'), text)

    def _enter(self, boxes: Locator, text: str) -> None:
        if text == "" or boxes.count() == 0:
            return
        kind = boxes.first.evaluate("box => box.tagName === 'SELECT' ? 'select' : box.type")
        if kind in {"radio", "checkbox"}:
            self.input.tick(boxes.and_(self.page.locator(f'[value="{text}"]')))
        elif not boxes.first.is_visible() and box_over(boxes.first) is None:
            return
        elif kind == "select":
            self.input.pick(boxes.first, text)
        else:
            self.input.type(boxes.first, text.replace("\r\n", "\n"))
