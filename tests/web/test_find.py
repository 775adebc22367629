"""The search box in the header of the SEN team's pages, and its results."""

import logging
from datetime import date

import pytest

from app.core.names import search_name
from tests.browser import post_with_token
from tests.pages import Page
from tests.statements import BUDGET, counted
from tests.web.test_child_records import events


@pytest.fixture
def entered(make):
    def enter(forenames: str, surname: str, known_as: str = "", **columns):
        words = search_name(surname, forenames, known_as)
        return make.child(
            forenames=forenames, surname=surname, known_as=known_as, search_name=words, **columns
        )

    return enter


def search(app, actor, text, **more):
    return post_with_token(actor.browser(), app, "/find/", {"find": text} | more)


@pytest.mark.parametrize("who", ["olu", "mary"])
def test_the_box_is_on_every_page_of_the_sen_team_and_is_posted(cast, who):
    for path in ("/", "/people/list/", "/find/", "/messages/", "/account/"):
        html = getattr(cast, who).browser().get(path).text
        assert '<form class="portal-header__find" method="post" action="/find/" role="search"' in html, path
        assert '<label class="govuk-visually-hidden" for="find-a-child">' in html


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_no_one_else_has_the_box_or_the_page(app, cast, make, who):
    make.child(linked=(cast.sana,), forenames="Amina", surname="Shah", search_name="shah amina")
    actor = getattr(cast, who)

    assert "portal-header__find" not in actor.browser().get("/").text
    assert actor.browser().get("/find/").status_code == 403
    answer = search(app, actor, "Shah")
    assert answer.status_code == 403
    assert "Amina" not in answer.text


def test_strangers_have_no_box(app):
    assert "portal-header__find" not in app.test_client().get("/login/", follow_redirects=True).text


def test_the_results_show_name_birthday_school_status_and_why(app, cast, make, entered):
    school = make.organisation(name="Holly Bank")
    entered("Amina", "Shah", known_as="Minnie", date_of_birth=date(2015, 3, 27), setting_id=school.id)
    page = Page(search(app, cast.olu, "minnie"))

    assert (page.status, page.heading) == (200, "Find a child")
    for shown in ("Amina Shah", "27 March 2015", "Holly Bank", "No request received yet", "Known as Minnie"):
        assert shown in page.main
    assert "Similar spelling" in Page(search(app, cast.olu, "Aminah Sha")).main
    assert "Why found" not in Page(search(app, cast.olu, "Amina Shah")).main


def test_what_was_typed_stays_in_the_box_and_in_no_address(app, cast, entered):
    entered("Amina", "Shah")
    page = Page(search(app, cast.olu, 'Shah "x'))
    assert 'value="Shah &#34;x"' in page.html
    assert not [href for _words, href in page.links if "shah" in href.lower()]
    assert "Shah" not in page.title


def test_a_number_opens_the_child(app, cast, entered):
    child = entered("Amina", "Shah", nhs_number="9434765919")
    answer = search(app, cast.olu, "943 476 5919")

    assert answer.status_code == 302
    assert answer.location == f"/children/{child.id}"


def test_the_results_come_in_pages_that_are_posted(app, cast, entered):
    for number in range(27):
        entered(f"Amina{number:02}", "Shah")
    first = Page(search(app, cast.olu, "shah"))
    assert first.html.count('scope="row"') == 25
    assert "1 to 25 of 27" in first.main
    assert 'name="page" value="2"' in first.html

    second = Page(search(app, cast.olu, "shah", page="2"))
    assert second.html.count('scope="row"') == 2
    assert "26 to 27 of 27" in second.main
    assert Page(search(app, cast.olu, "shah", page="x")).html.count('scope="row"') == 25


@pytest.mark.parametrize("text", ["%", "-", "🙂", "_", "\x00", "' or 1=1 --", "x" * 5000])
def test_signs_find_no_child_and_the_page_says_what_can_be_entered(app, cast, entered, text):
    entered("Amina", "Shah")
    page = Page(search(app, cast.olu, text))
    assert page.status == 200
    assert "Amina" not in page.main
    assert "What you can enter" in page.main


def test_an_empty_search_and_the_bare_page_say_what_can_be_entered(app, cast):
    for answer in (search(app, cast.olu, ""), cast.olu.browser().get("/find/?find=Shah")):
        page = Page(answer)
        assert "What you can enter" in page.main
        assert "No child or young person found" not in page.main


def test_a_search_is_audited_and_in_no_log(app, cast, entered, context, caplog):
    entered("Amina", "Shah")
    with caplog.at_level(logging.DEBUG):
        search(app, cast.olu, "Shah")
    assert [row.facts for row in events(context, "ChildrenListed")] == [
        {"list_name": "FindView", "asked": {"find": "Shah"}, "rows": 1}
    ]
    assert "shah" not in caplog.text.lower()


def test_searches_are_limited(app, cast):
    browser = cast.olu.browser()
    codes = {post_with_token(browser, app, "/find/", {"find": "x"}).status_code for _ in range(61)}
    assert codes == {200, 429}


@pytest.mark.parametrize("text", ["Mohamed Shah", "Robetson", "shah 27/3/2015", "BD9 4NQ", "Holly Bank Shah"])
def test_a_search_asks_the_database_as_often_however_many_children_there_are(
    app, cast, make, entered, context, text
):
    school = make.organisation(name="Holly Bank")
    asked = []
    for more in (1, 30):
        for number in range(more):
            entered(f"Mohammed{number}", "Shah", date_of_birth=date(2015, 3, 27), setting_id=school.id)
            entered("Pat", "Robertson")
        browser = cast.olu.browser()
        browser.get("/find/")
        with counted(context) as sent:
            assert post_with_token(browser, app, "/find/", {"find": text}).status_code == 200
        asked.append(len(sent))

    assert asked[0] == asked[1] <= BUDGET, sent
