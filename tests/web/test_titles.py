"""Page titles: whose page it is (initials, never the name), what it is, and which part of a list it shows."""

import pytest

from app.core.names import initials
from app.forms.rules.workflow import FormState
from tests.access.world import build_world
from tests.every_page import every_page
from tests.pages import Page

ABOUT_A_CHILD = {"child_id", "form_id", "draft_form_id", "link_id", "section", "message_id"}


@pytest.fixture
def world(context, cast, make):
    return build_world(context, cast, make)


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "olu", "mary"])
def test_d5_every_page_about_a_child_has_initials_in_its_title_and_never_a_name(app, cast, world, who):
    wrong, seen = [], 0
    for page in every_page(app, cast, world, (who,), posts=True):
        title = Page(page.answer).title
        if not title.split("(")[0].split(",")[0].strip():
            wrong.append(f"{page.name} has no title")
        if any(f"ours-{part}" in title.lower() for part in ("child", "surname", "known", "subject")):
            wrong.append(f"{page.name} names the child: {title}")
        if "ours-child" in page.answer.text.lower() and _about_one(app, page):
            seen += 1
            if ", O.O." not in title:
                wrong.append(f"{page.name}: {title}")
    assert wrong == []
    assert seen > 3


def _about_one(app, page):
    view = page.endpoint.split(".")[0]
    arguments = {argument for rule in app.url_map.iter_rules(page.endpoint) for argument in rule.arguments}
    return bool(
        arguments & ABOUT_A_CHILD or (arguments and view in {"ChildList", "RequestList", "AdviceList"})
    )


def test_d5_two_pages_of_one_child_have_different_titles(cast, make):
    child = make.child(linked=(cast.sana,))
    browser = cast.sana.browser()

    titles = [
        Page(browser.get(f"/children/{child.id}{part}")).title
        for part in ("", "/forms", "/people", "/messages")
    ]

    assert len(set(titles)) == 4
    assert all(title.endswith(f", {initials(child.name)}") for title in titles)


def test_d5_a_list_says_which_page_it_shows_and_whether_it_is_filtered_or_searched(app, cast, make, press):
    for _ in range(60):
        make.request(make.child(), cast.sana, FormState.submitted)
    browser = cast.olu.browser()

    def title(path):
        return Page(browser.get(path)).title

    assert title("/requests/list/") == "Requests for an assessment (page 1 of 3)"
    assert title("/requests/list/?page_RequestList=2") == "Requests for an assessment (page 3 of 3)"
    assert title("/requests/list/?show=new").endswith("(page 1 of 3, filtered)")
    found = press(browser, "/people/list/", {"find": "Zofia"})
    assert "search results" in Page(found).title


def test_d5_the_list_of_the_children_of_a_professional_says_so_too(cast, make, press):
    make.child(linked=(cast.sana,))
    browser = cast.sana.browser()

    assert Page(browser.get("/send/")).title == "Special Educational Needs and Disabilities"
    assert Page(press(browser, "/send/", {"find": "Zofia"})).title.endswith("(search results)")


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Amina Noor Shah", "A.S."), ("Zofia", "Z."), ("", ""), ("ana-maria o’neill", "A.O.")],
)
def test_d5_initials(name, letters):
    assert initials(name) == letters
