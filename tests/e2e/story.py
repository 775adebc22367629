"""What people do in the story, with a mouse or a keyboard."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.domain.forms import FormDefinition, parse
from app.seed.files import form_seed
from app.seed.filled import filled_answers
from tests.e2e.conftest import PASSWORD, Portal
from tests.unit.browser_fields import fields_of

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Visitor:
    """Somebody at a browser. Every page they come to is looked over as they pass."""

    def __init__(self, page: Page, portal: Portal, javascript: bool) -> None:
        self.page, self.portal, self.javascript = page, portal, javascript
        self.seen: set[str] = set()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.complaints: list[str] = []

    def look_over(self) -> None:
        """One heading, no sideways scrolling at 320 pixels, and nothing that axe finds."""
        place = re.sub(r"\d+", "0", self.page.url.split("?")[0].split("#")[0])
        if place in self.seen:
            return
        self.seen.add(place)
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has not one h1"
        if not self.javascript:
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

    def presses(self, name: str) -> None:
        """Press a button in the page."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.look_over()

    def follows(self, name: str) -> None:
        """Follow a link in the page."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=name).first.click()
        self.look_over()

    def types(self, **fields: str) -> None:
        """Type into boxes by their names."""
        for name, text in fields.items():
            self.page.fill(f'[name="{name}"]', text)

    def chooses(self, name: str, value: str) -> None:
        """Choose a radio button or tick a box."""
        self.page.check(f'[name="{name}"][value="{value}"]')

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

    def fills(self, template: str, signed_by: str, sections: int | None = None) -> None:
        """Fill in the form on the screen, section by section, from its task list."""
        definition = parse(form_seed(template)["definition"])
        answers = filled_answers(definition, signed_by=signed_by)
        start = self.page.url
        for place in self._sections()[:sections]:
            self.page.goto(start)
            self.page.locator(".govuk-task-list__link").nth(place).click()
            self.page.wait_for_load_state("load")
            self.look_over()
            self._fill_section(
                definition, answers, self.page.url.rstrip("/").split("/section/")[1].split("/")[0]
            )
            self.presses("Save and continue")
            assert self.page.locator(".govuk-error-summary").count() == 0, self.page.locator(
                "main"
            ).inner_text()
            assert "/compare" not in self.page.url, "a page must not be in conflict with its own autosave"
        self.page.goto(start)

    def _sections(self) -> list[int]:
        return list(range(self.page.locator(".govuk-task-list__link").count()))

    def _fill_section(self, definition: FormDefinition, answers: dict[str, Any], section_id: str) -> None:
        section = definition.section(section_id)
        given = answers.get(section_id, {})
        shown = [question for question in section.questions if question.id in given]
        fields = {
            name: texts
            for name, texts in fields_of(section, given, shown).items()
            if name != "questions-shown"
        }
        for boxes_first in (True, False):
            for name, texts in fields.items():
                for text in texts:
                    self._enter(name, text, boxes_first)

    def _enter(self, name: str, text: str, boxes: bool) -> None:
        every = self.page.locator(f'main form [name="{name}"]')
        if text == "" or every.count() == 0:
            return
        kind = every.first.evaluate("box => box.tagName === 'SELECT' ? 'select' : box.type")
        if (kind in {"radio", "checkbox", "select"}) != boxes:
            return
        if kind in {"radio", "checkbox"}:
            self.page.check(f'main form [name="{name}"][value="{text}"]')
        elif kind == "select":
            every.first.select_option(text)
        elif every.first.is_visible():
            every.first.fill(text.replace("\r\n", "\n"))
