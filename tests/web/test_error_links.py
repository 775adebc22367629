"""Links from an error lead to the section with its errors shown, and to the field."""

import re
import uuid

import pytest

from tests.filled_forms import fill_in, save
from tests.pages import Page


@pytest.fixture
def unsent(press, cast, started):
    """The page that says what is missing, after a press of "Send to the SEN team"."""
    return Page(press(cast.sana.browser(), f"/forms/{started.id}/submit", {"send_key": uuid.uuid4().hex}))


def errors_linked(page):
    block = re.search(r'error-summary__list">(.*?)</ul>', page.html, re.DOTALL)[1]
    return re.findall(r'<a href="([^"]+)">', block)


def test_d4_every_link_after_a_failed_submit_opens_its_section_with_that_error(cast, unsent):
    links = errors_linked(unsent)
    assert len(links) > 5
    browser = cast.sana.browser()
    for link in links:
        address, _, anchor = link.partition("#")
        page = Page(browser.get(address.replace("&amp;", "&")))
        assert page.status == 200
        assert anchor in page.errors, link
        assert anchor in page.ids


def test_d4_the_task_list_leads_to_what_is_wrong(cast, started):
    fill_in(cast.sana, started.id)
    with cast.sana.works() as work:
        save(work, started.id, "child", {"attendance": "often"})
    browser = cast.sana.browser()
    tasks = Page(browser.get(f"/forms/{started.id}"))
    link = tasks.href("The child")

    assert "check=answers#attendance" in link
    page = Page(browser.get(link.partition("#")[0]))
    assert list(page.errors) == ["attendance"]
    assert page.title.startswith("Error:")


def test_d4_a_section_opened_otherwise_shows_no_errors_of_what_is_still_empty(cast, started):
    page = Page(cast.sana.browser().get(f"/forms/{started.id}/section/child"))

    assert page.errors == {}
    assert Page(cast.sana.browser().get(f"/forms/{started.id}/section/child?check=x")).errors == {}
