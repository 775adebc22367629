"""How a person works a page: with a mouse, or with nothing but the keyboard."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 400
"""No page has more places than this to tab through, so a person who has not arrived by then is caught in a trap."""

HAS_RING = """box => {
    const label = box.labels && box.labels[0]
    const seen = [getComputedStyle(box), ...(label ? [getComputedStyle(label, '::before')] : [])]
    return seen.some(style => style.boxShadow !== 'none' || (style.outlineStyle !== 'none' && style.outlineWidth !== '0px'))
}"""


def box_over(select: Locator) -> Locator | None:
    """Return the box to type in that the script put over a long select; None for an ordinary select."""
    box = select.locator("xpath=preceding-sibling::div//input[@role='combobox']")
    return box if box.count() else None


class Input(Protocol):
    """What a person does to one element of a page."""

    def press(self, target: Locator) -> None:
        """A button or a link."""

    def tick(self, target: Locator) -> None:
        """A radio button or a box, so that it is chosen."""

    def pick(self, target: Locator, value: str) -> None:
        """One choice of a drop-down list."""

    def type(self, target: Locator, text: str) -> None:
        """Text, in place of the old text."""


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def tick(self, target: Locator) -> None:
        target.check()

    def pick(self, target: Locator, value: str) -> None:
        if box := box_over(target):
            words = target.locator(f"option[value='{value}']").inner_text()
            box.fill(words)
            target.page.get_by_role("option", name=words, exact=True).click()
        else:
            target.select_option(value)

    def type(self, target: Locator, text: str) -> None:
        target.fill(text)


class Keyboard:
    """Tab, arrows, Space, Return and letters; whatever has the focus must show that it has."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        self._tab_to(target)
        self.page.keyboard.press("Enter")

    def tick(self, target: Locator) -> None:
        if target.is_checked():
            return
        if target.get_attribute("type") == "checkbox":
            self._tab_to(target)
            self.page.keyboard.press("Space")
        else:
            self._choose(target)
        assert target.is_checked(), "the keys did not choose it"

    def _choose(self, target: Locator) -> None:
        """Tab leads to a group of radio buttons once; the arrows lead through it."""
        name = target.get_attribute("name")
        group = self.page.locator(f'main [type=radio][name="{name}"]')
        self._tab_to(group)
        for _ in range(group.count() + 1):
            if target.evaluate("box => box === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")

    def pick(self, target: Locator, value: str) -> None:
        if box := box_over(target):
            self.type(box, target.locator(f"option[value='{value}']").inner_text())
            self.page.keyboard.press("ArrowDown")
            self.page.keyboard.press("Enter")
            assert target.input_value() == value, "the keys did not choose it"
            return
        self._tab_to(target)
        for _ in range(target.locator("option").count()):
            if target.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        assert target.input_value() == value, "the arrows do not lead there"

    def type(self, target: Locator, text: str) -> None:
        self._tab_to(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def _tab_to(self, target: Locator) -> None:
        """Press Tab until the focus is on it (on one of them, where there are several)."""
        wanted = target.element_handles()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate_handle("document.activeElement").as_element()
            if here and any(here.evaluate("(here, it) => here === it", it) for it in wanted):
                assert here.evaluate(HAS_RING), f"nothing shows that this has the focus: {target}"
                return
        raise AssertionError(f"Tab does not lead to {target} on {self.page.url}")
