"""The form pages in a browser: fill in, save, compare, check, send."""

import re
import uuid

import pytest
from sqlalchemy import select

from app.models import Submission
from tests.cast import everything
from tests.filled_forms import answers_now, fill_in, save, send
from tests.web.form_browser import ANSWERS, REQUEST, errors_on, shown_on, text_of, typed

# --- filling in -----------------------------------------------------------------------------------


def test_the_task_list_says_how_far_each_section_is(cast, started):
    with cast.tom.works() as work:
        save(work, started.id, "reason", ANSWERS["reason"])
        save(work, started.id, "child", {"attendance": "often"})

    page = cast.sana.browser().get(f"/forms/{started.id}")

    words = text_of(page)
    assert page.status_code == 200
    assert "You have completed 1 of 13 sections." in words
    assert "Tom Ellis saved this section at 9:30am" in words
    assert "Tom Ellis last saved something at 9:30am" in words
    assert "Why you are asking now Tom Ellis saved this section at 9:30am Completed" in words
    assert "There is a problem" in words


@pytest.mark.parametrize("section", [section.id for section in REQUEST.sections])
def test_every_section_is_drawn_saved_and_followed_by_the_next(cast, started, press, section):
    browser = cast.sana.browser()
    assert browser.get(f"/forms/{started.id}/section/{section}").status_code == 200

    answer = press(browser, f"/forms/{started.id}/section/{section}", typed(section) | {"then": "continue"})

    ids = [one.id for one in REQUEST.sections]
    following = ids[ids.index(section) + 1 :]
    assert answer.status_code == 302
    assert answer.location == (
        f"/forms/{started.id}/section/{following[0]}" if following else f"/forms/{started.id}/check"
    )
    saved = answers_now(cast.sana, started.id, section)
    for question in REQUEST.section(section).questions:
        if question.is_entered and ANSWERS[section].get(question.id):
            assert saved[question.id] == ANSWERS[section][question.id] or question.kind in (
                "table",
                "declaration",
            )


def test_what_is_wrong_is_stored_and_reported(cast, started, press):
    answer = press(
        cast.sana.browser(), f"/forms/{started.id}/section/child", typed("child", attendance="most days")
    )

    assert answer.status_code == 422
    assert errors_on(answer) == [("#attendance", "Attendance must be a number, like 12 or 12.5")]
    assert "Error:" in answer.get_data(as_text=True).split("</title>")[0]
    assert 'value="most days"' in answer.get_data(as_text=True)
    assert 'name="version" value="1"' in answer.get_data(as_text=True)
    assert answers_now(cast.sana, started.id, "child")["attendance"] == "most days"


def test_save_and_come_back_later_never_stops_anyone(cast, started, press):
    fields = typed("child", attendance="most days") | {"then": "later"}

    answer = press(cast.sana.browser(), f"/forms/{started.id}/section/child", fields)

    assert (answer.status_code, answer.location) == (302, f"/forms/{started.id}")


def test_rows_come_and_go_without_a_script_and_nothing_typed_is_lost(cast, started, press):
    browser, path = cast.sana.browser(), f"/forms/{started.id}/section/family"

    added = press(browser, path, typed("family") | {"_add": "adults"})
    assert added.status_code == 302 and added.location.startswith(f"{path}#adults-2-")
    rows = answers_now(cast.sana, started.id, "family")["adults"]
    assert [row["full_name"] for row in rows] == ["Nadia Ellwood", "Craig Ellwood", ""]
    assert 'name="adults-2-full_name"' in browser.get(path).get_data(as_text=True)

    removed = press(browser, path, typed("family", 1) | {"_remove": "adults:0"})
    assert removed.status_code == 302
    rows = answers_now(cast.sana, started.id, "family")["adults"]
    assert [row["full_name"] for row in rows] == ["Craig Ellwood"]


@pytest.mark.parametrize(
    "button", [{"_add": "sex"}, {"_add": "no_such"}, {"_remove": "adults"}, {"_remove": "x:1"}]
)
def test_buttons_that_no_page_has_do_nothing(cast, started, press, button):
    answer = press(cast.sana.browser(), f"/forms/{started.id}/section/family", typed("family") | button)

    assert answer.status_code == 404
    assert "adults" not in answers_now(cast.sana, started.id, "family")


def test_a_row_can_be_added_to_a_table_no_one_has_filled(cast, started, press):
    path = f"/forms/{started.id}/section/evidence"

    press(cast.sana.browser(), path, typed("evidence", professionals=[]) | {"_add": "professionals"})

    assert len(answers_now(cast.sana, started.id, "evidence")["professionals"]) == 2


def test_a_section_that_does_not_apply_is_not_there(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    assert cast.ann.browser().get(f"/forms/{advice.id}/section/adulthood").status_code == 404
    assert cast.ann.browser().get(f"/forms/{advice.id}/section/riddle").status_code == 404


def test_the_asking_note_and_the_day_it_is_due_are_on_top(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann, asking_note="Please see her at school.")

    words = text_of(cast.ann.browser().get(f"/forms/{advice.id}"))

    assert "Please see her at school." in words
    assert "needs your advice by 4 January 2027" in words


# --- saving by itself -----------------------------------------------------------------------------


def test_autosave_answers_the_time_and_the_version(cast, started, press):
    path = f"/forms/{started.id}/section/views/autosave"

    answer = press(cast.sana.browser(), path, typed("views"))

    assert answer.get_json() == {"saved_at": "9:30am", "version": 1}


def test_autosave_over_a_colleague_leads_to_the_comparison(cast, started, press):
    with cast.tom.works() as work:
        save(work, started.id, "views", {"child_views": "Tom's text"})
    browser, path = cast.sana.browser(), f"/forms/{started.id}/section/views"

    answer = press(browser, f"{path}/autosave", typed("views", 0, child_views="Sana's text"))

    assert answer.status_code == 409
    compare = answer.get_json()["compare"]
    words = text_of(browser.get(compare))
    assert "Tom&#39;s text" in words and "Sana&#39;s text" in words
    assert "Compare the two versions" in text_of(browser.get(f"/forms/{started.id}"))


def test_a_conflict_shows_both_texts_and_is_settled_answer_by_answer(cast, started, press):
    with cast.tom.works() as work:
        save(work, started.id, "views", {"child_views": "Tom's text", "parent_views": "Tom's parents"})
    browser, path = cast.sana.browser(), f"/forms/{started.id}/section/views"
    mine = typed("views", 0, child_views="Sana's text", parent_views="Sana's parents")

    clash = press(browser, path, mine)
    assert clash.status_code == 409
    assert "Tom Ellis saved this section after you opened it" in text_of(clash)
    assert answers_now(cast.tom, started.id, "views")["child_views"] == "Tom's text"
    for name in re.findall(r'name="(pick-[a-z_]+)"', clash.get_data(as_text=True)):
        assert name.removeprefix("pick-") in {question.id for question in REQUEST.section("views").questions}

    unchosen = press(browser, f"{path}/compare", shown_on(clash) | {"pick-child_views": "mine"})
    assert unchosen.status_code == 422
    assert ("#pick-parent_views") in [href for href, _text in errors_on(unchosen)]

    rest = {f"pick-{question.id}": "mine" for question in REQUEST.section("views").questions}
    chosen = rest | {
        "pick-child_views": "by_hand",
        "by-hand-child_views": "Both",
        "pick-parent_views": "theirs",
    }
    settled = press(browser, f"{path}/compare", chosen | shown_on(clash))
    assert settled.status_code == 302
    saved = answers_now(cast.tom, started.id, "views")
    assert (saved["child_views"], saved["parent_views"]) == ("Both", "Tom's parents")


# --- checking and sending -------------------------------------------------------------------------


def test_check_lists_every_missing_part_with_a_link_to_its_place(cast, started, press):
    fill_in(cast.sana, started.id, reason={"why_now": ""}, child={"sex": ""})
    browser = cast.sana.browser()

    page = browser.get(f"/forms/{started.id}/check")
    assert "2 parts are missing or need correcting" in text_of(page)

    sent = press(browser, f"/forms/{started.id}/submit", {"send_key": uuid.uuid4().hex})
    assert sent.status_code == 422
    links = [href for href, _text in errors_on(sent)]
    assert links == [
        f"/forms/{started.id}/section/child?check=all#sex",
        f"/forms/{started.id}/section/reason?check=all#why_now",
    ]
    for link in links:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in browser.get(address).get_data(as_text=True)


def test_every_change_link_leads_to_its_question(cast, started):
    fill_in(cast.sana, started.id)
    browser = cast.sana.browser()
    page = browser.get(f"/forms/{started.id}/check").get_data(as_text=True)
    links = re.findall(r'href="(/forms/\d+/section/[a-z_]+)#([a-z0-9_-]+)"', page)
    assert len(links) > 50

    pages = {address: browser.get(address).get_data(as_text=True) for address in {one for one, _ in links}}
    assert [one for one in links if f'id="{one[1]}"' not in pages[one[0]]] == []


@pytest.mark.parametrize("template", ["request", "advice_psychology", "advice_health"])
def test_every_missing_part_of_an_empty_form_can_be_reached(cast, make, template):
    child = make.child(linked=(cast.sana,))
    form = (
        make.request(child, cast.sana)
        if template == "request"
        else make.advice(child, cast.sana, template=template)
    )
    browser = cast.sana.browser()
    page = browser.get(f"/forms/{form.id}/check").get_data(as_text=True)
    inset = re.search(r"govuk-inset-text.*?</div>", page, re.S).group()
    links = re.findall(r'href="(/forms/\d+/section/[a-z_]+\?check=all)#([a-z0-9_-]+)"', inset)
    assert len(links) >= 7

    pages = {address: browser.get(address).get_data(as_text=True) for address in {one for one, _ in links}}
    assert [one for one in links if f'id="{one[1]}"' not in pages[one[0]]] == []


def test_sending_shows_what_happens_next(context, cast, started, press):
    fill_in(cast.sana, started.id)
    browser = cast.sana.browser()
    page = browser.get(f"/forms/{started.id}/check").get_data(as_text=True)
    key = re.search(r'name="send_key" value="([0-9a-f]{32})"', page).group(1)

    answers = [press(browser, f"/forms/{started.id}/submit", {"send_key": key}) for _ in range(2)]

    assert {(one.status_code, one.location) for one in answers} == {(302, f"/forms/{started.id}/sent")}
    words = text_of(browser.get(f"/forms/{started.id}/sent"))
    assert "Request sent" in words
    assert "It must decide whether to assess by 4 January 2027" in words
    with everything(context) as work:
        assert len(work.session.scalars(select(Submission)).all()) == 1


def test_nothing_was_sent_yet(cast, started):
    assert cast.sana.browser().get(f"/forms/{started.id}/sent").status_code == 404


def test_what_was_sent_opens_to_read_and_no_longer_to_write(cast, started, press):
    fill_in(cast.sana, started.id)
    send(cast.sana, started.id)
    browser = cast.sana.browser()

    assert browser.get(f"/forms/{started.id}").location == f"/forms/{started.id}/read"
    assert browser.get(f"/forms/{started.id}/section/reason").status_code == 409
    assert press(browser, f"/forms/{started.id}/section/reason", typed("reason")).status_code == 409
    assert "Despite three terms" in text_of(browser.get(f"/forms/{started.id}/read"))
