"""The SEND area: the caseload, the queue, and ending one's involvement."""

from datetime import date, timedelta

import pytest

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from tests.browser import post_with_token
from tests.pages import Page
from tests.statements import BUDGET, counted


def area(actor, **args):
    return Page(actor.browser().get("/send/", query_string=args))


def search(app, actor, text, **more):
    return Page(post_with_token(actor.browser(), app, "/send/", {"find": text} | more))


def order(page, *names):
    return sorted(names, key=page.html.index)


def test_the_list_shows_only_my_children(cast, make):
    make.child(linked=(cast.ann,), forenames="Amina", surname="Shah", date_of_birth=date(2017, 3, 14))
    make.child(linked=(cast.bob,), forenames="Zofia", surname="Nowak")
    page = area(cast.ann)
    assert page.heading == "Special Educational Needs and Disabilities"
    assert "Amina Shah" in page.main
    assert "14 March 2017" in page.main
    assert "Year 5" in page.main
    assert "No request received yet" in page.main
    assert "Nowak" not in page.main


@pytest.mark.parametrize(
    ("who", "offered"), [("sana", True), ("ann", False), ("hana", False), ("sol", False)]
)
def test_adding_a_person_is_offered_to_those_who_may(cast, who, offered):
    page = area(getattr(cast, who))

    assert ("/children/add" in [address for _words, address in page.links]) is offered
    assert ("Who can add a child or young person?" in page.main) is not offered


def test_a_request_not_sent_yet_has_no_date_and_says_why(cast, make):
    make.request(make.child(linked=(cast.sana,)), cast.sana)

    assert "Not sent yet" in area(cast.sana).main


def test_what_is_due_first_is_on_top_and_lateness_is_shown(cast, make, clock):
    today = clock.today()
    for surname, days in (("Later", 20), ("Overdue", -2), ("Soon", 5)):
        make.advice(
            make.child(linked=(cast.ann,), surname=surname), cast.ann, due_on=today + timedelta(days=days)
        )
    make.child(linked=(cast.ann,), surname="Nothing")
    page = area(cast.ann)
    assert order(page, "Later", "Overdue", "Soon", "Amina Nothing") == [
        "Overdue",
        "Soon",
        "Later",
        "Amina Nothing",
    ]
    assert "2 days overdue" in page.main
    assert "5 days left" in page.main


def test_the_filters(cast, make):
    owing = make.child(linked=(cast.hana,), surname="Owing")
    make.advice(owing, cast.hana, template="advice_health")
    make.child(linked=(cast.hana,), surname="Idle")
    make.queue(make.child(surname="Queued"), cast.hana)
    closed = make.child(linked=(cast.hana, cast.sana), surname="Closed")
    make.request(closed, cast.sana, CaseState.not_assessing, received_on=date(2026, 9, 1))
    expected = {
        "all": {"Owing", "Idle", "Queued", "Closed"},
        "to_do": {"Owing", "Queued"},
        "queue": {"Queued"},
        "closed": {"Closed"},
        "nonsense": {"Owing", "Idle", "Queued", "Closed"},
    }
    for show, names in expected.items():
        page = area(cast.hana, show=show)
        assert {name for name in expected["all"] if f"Amina {name}" in page.main} == names, show


def test_a_case_asked_for_again_is_not_closed(cast, make):
    child = make.child(linked=(cast.hana, cast.sana), surname="Again")
    make.request(child, cast.sana, CaseState.not_assessing, received_on=date(2025, 9, 1))
    make.request(child, cast.sana, FormState.submitted, received_on=date(2026, 11, 2))
    assert "Again" not in area(cast.hana, show="closed").main
    assert "Request received" in area(cast.hana).main


@pytest.mark.parametrize("typed", ["shah", "SHÁH", "amina shah", "Shah, Amina", "ami"])
def test_a_child_is_found_by_the_start_of_any_name(app, cast, make, typed):
    make.child(linked=(cast.ann,), forenames="Amina", surname="Shah", search_name="shah amina")
    make.child(linked=(cast.ann,), forenames="Zofia", surname="Nowak", search_name="nowak zofia")
    page = search(app, cast.ann, typed)
    assert "Amina Shah" in page.main
    assert "Nowak" not in page.main


@pytest.mark.parametrize("typed", ["shah", "%", "_", "\x00", "' or 1=1 --", "x" * 5000])
def test_a_search_never_reaches_beyond_ones_own_children(app, cast, make, typed):
    make.child(linked=(cast.bob,), forenames="Amina", surname="Shah", search_name="shah amina")
    page = search(app, cast.ann, typed)
    assert page.status == 200
    assert "Amina" not in page.main


def test_a_search_term_is_never_in_an_address(cast):
    page = area(cast.ann)
    assert '<form class="portal-filter" method="post"' in page.html


def test_the_list_comes_in_pages_of_25(cast, make):
    for _ in range(27):
        make.child(linked=(cast.ann,))
    first = area(cast.ann)
    assert first.html.count('scope="row"') == 25
    second = Page(cast.ann.browser().get(first.href("Next page")))
    assert second.html.count('scope="row"') == 2
    assert second.has_link("Previous page")
    assert not second.has_link("Next page")


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "1.5", "²"])
def test_an_odd_page_number_is_the_first_page(cast, make, page):
    make.child(linked=(cast.ann,), surname="Shah")
    assert "Shah" in area(cast.ann, page=page).main


def test_a_child_in_the_queue_is_taken_up_with_one_press(app, cast, make):
    child = make.child(surname="Queued")
    link = make.queue(child, cast.hana)
    make.advice(child, cast.hana, template="advice_health", author_id=None)
    page = area(cast.hana, show="queue")
    assert f'action="/involvement/{link.id}/take-up"' in page.html

    answer = post_with_token(
        cast.hana.browser(), app, f"/involvement/{link.id}/take-up", {}, follow_redirects=True
    )

    assert Page(answer).heading == "Summary"
    assert "This child is assigned to you" in answer.text
    assert "Queued" not in area(cast.idris).main
    assert cast.idris.browser().get(f"/children/{child.id}").status_code == 200, "he can take over"
    assert "Queued" in area(cast.hana, show="to_do").main


@pytest.mark.parametrize("who", ["pat", "olu", "ines"])
def test_the_send_area_is_for_professionals(cast, who):
    assert getattr(cast, who).browser().get("/send/").status_code == 403


def test_no_one_takes_up_by_following_a_link(cast, make):
    link = make.queue(make.child(), cast.hana)
    assert cast.hana.browser().get(f"/involvement/{link.id}/take-up").status_code == 405
    assert cast.hana.browser().post(f"/involvement/{link.id}/take-up").status_code == 400


def test_a_queue_of_another_organisation_does_not_exist_for_me(app, cast, make):
    link = make.queue(make.child(), cast.hana)
    assert post_with_token(cast.ann.browser(), app, f"/involvement/{link.id}/take-up", {}).status_code == 404


def test_stepping_back_asks_first_and_then_closes_the_child(app, cast, make):
    child = make.child(surname="Shah")
    link = make.link(child, cast.ann)
    page = Page(cast.ann.browser().get(f"/involvement/{link.id}/step-back"))
    assert page.heading == "Are you sure you want to end your involvement?"
    assert cast.ann.browser().get(f"/children/{child.id}").status_code == 200

    answer = post_with_token(
        cast.ann.browser(), app, f"/involvement/{link.id}/step-back", {}, follow_redirects=True
    )

    assert "You are no longer linked" in answer.text
    assert cast.ann.browser().get(f"/children/{child.id}").status_code == 404


def test_i_cannot_step_back_for_another_person(cast, make):
    child = make.child(linked=(cast.sana,))
    link = make.link(child, cast.ann)
    assert cast.sana.browser().get(f"/involvement/{link.id}/step-back").status_code == 403


def test_a_colleague_is_brought_in_from_the_people_page(app, cast, make):
    child = make.child(linked=(cast.sana,))
    page = Page(cast.sana.browser().get(f"/children/{child.id}/people"))
    assert "Tom Ellis, Assistant SENCO" in page.html
    assert "Rhys" not in page.html

    path = f"/involvement/children/{child.id}/bring-in"
    answer = post_with_token(
        cast.sana.browser(), app, path, {"colleague": cast.tom.id}, follow_redirects=True
    )

    assert "Your colleague is now linked" in answer.text
    assert cast.tom.browser().get(f"/children/{child.id}").status_code == 200
    again = post_with_token(cast.sana.browser(), app, path, {"colleague": cast.tom.id}, follow_redirects=True)
    assert "Your colleague is now linked" in again.text, "pressed twice, and linked once"
    path = f"/involvement/children/{make.child(linked=(cast.sana, cast.tom)).id}/bring-in"
    again = post_with_token(cast.sana.browser(), app, path, {"colleague": cast.tom.id}, follow_redirects=True)
    assert "Tom Ellis is already linked to this child" in again.text


@pytest.mark.parametrize("odd", ["", "x", "-1", "99999999999999999999"])
def test_bringing_in_no_one_says_so(app, cast, make, odd):
    child = make.child(linked=(cast.sana,))
    answer = post_with_token(
        cast.sana.browser(),
        app,
        f"/involvement/children/{child.id}/bring-in",
        {"colleague": odd},
        follow_redirects=True,
    )
    assert "Choose a colleague to add" in answer.text


def test_the_list_asks_little_of_the_database_however_many_rows(cast, make, context):
    browser = cast.ann.browser()

    def rows(number):
        for _ in range(number):
            child = make.child(linked=(cast.ann,))
            make.advice(child, cast.ann)
            make.request(child, cast.sana, FormState.submitted, received_on=date(2026, 11, 2))

    rows(1)
    browser.get("/send/")
    with counted(context) as few:
        browser.get("/send/")
    rows(8)
    with counted(context) as many:
        browser.get("/send/")
    assert len(few) == len(many) <= BUDGET, "\n".join(many)
