"""One child is added once, whatever is pressed; records are corrected and unmerged on pages; lists are on record."""

import re

import pytest
from sqlalchemy import func, select

from app.models import AuditRow, Child, ChildMerge, Request
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.web.test_children import GOOD

RIGHT = {"surname": "Shaw", "reason": "The birth certificate says so", "version": "1", "setting_id": ""}


def add(app, actor, browser=None, **changes):
    return post_with_token(browser or actor.browser(), app, "/children/add", GOOD | changes)


def key_on(browser):
    return re.search(r'name="add_key" value="([^"]+)"', browser.get("/children/add").text)[1]


def rows(context, table):
    with everything(context) as work:
        return work.session.scalar(select(func.count()).select_from(table))


def events(context, name):
    with everything(context) as work:
        return work.session.scalars(
            select(AuditRow).where(AuditRow.event == name).order_by(AuditRow.id)
        ).all()


def the_child(context):
    with everything(context) as work:
        return work.session.scalars(select(Child)).one()


# --- B7 -------------------------------------------------------------------------------------------


def test_b7_back_a_typo_corrected_and_pressed_again_is_one_child(app, cast, context):
    browser = cast.sana.browser()
    key = key_on(browser)
    first = add(app, cast.sana, browser, add_key=key, surname="Shsh")
    again = add(app, cast.sana, browser, add_key=key)

    assert first.location == again.location
    assert (rows(context, Child), rows(context, Request)) == (1, 1)
    assert the_child(context).surname == "Shah"
    (corrected,) = events(context, "ChildCorrected")
    assert corrected.facts["changes"]["surname"] == ["Shsh", "Shah"]


def test_b7_pressed_twice_is_one_child(app, cast, context):
    browser = cast.sana.browser()
    key = key_on(browser)
    assert (
        add(app, cast.sana, browser, add_key=key).location
        == add(app, cast.sana, browser, add_key=key).location
    )
    assert rows(context, Child) == 1


@pytest.mark.parametrize(
    "typo", [{"surname": "Shsh"}, {"date_of_birth-day": "15"}, {"upn": "", "upn_missing_reason": "UN2"}]
)
def test_b7_a_page_opened_again_asks_whether_it_is_the_same_child(app, cast, context, typo):
    add(app, cast.sana, add_key="one", **typo)
    asked = add(app, cast.sana, add_key="two")

    assert asked.status_code == 409
    page = Page(asked)
    assert "You are already linked to a child with similar details" in page.main
    assert 'value="Amina"' in page.html, "nothing typed is lost"
    assert rows(context, Child) == 1

    same = add(app, cast.sana, add_key="two", same_child="yes")
    assert same.location == f"/children/{the_child(context).id}"
    child = the_child(context)
    assert (child.surname, child.date_of_birth.day, child.upn) == ("Shah", 14, "B801200005001")


def test_b7_a_twin_is_another_child(app, cast, context):
    add(app, cast.sana, add_key="one")
    twin = {"forenames": "Adam", "upn": "", "upn_missing_reason": "UN2"}
    assert add(app, cast.sana, add_key="two", **twin).status_code == 409
    assert add(app, cast.sana, add_key="two", same_child="no", **twin).status_code == 302
    assert rows(context, Child) == 2


def test_b7_a_child_another_person_is_linked_to_is_never_mentioned(app, cast, context):
    add(app, cast.rhys, add_key="one")
    assert add(app, cast.sana, add_key="one").status_code == 302
    assert rows(context, Child) == 2


def test_b7_what_was_sent_is_not_corrected_from_the_page_that_added_it(app, cast, context):
    add(app, cast.sana, add_key="one")
    with everything(context) as work:
        request = work.session.scalars(select(Request)).one()
        request.received_on = work.today
    add(app, cast.sana, add_key="one", surname="Shaw")
    assert the_child(context).surname == "Shah"


# --- B2 -------------------------------------------------------------------------------------------


def test_b2_an_officer_corrects_a_record_from_the_childs_page(app, cast, context):
    add(app, cast.sana)
    child = the_child(context)
    browser = cast.olu.browser()
    path = Page(browser.get(f"/children/{child.id}")).href("Correct this record")
    shown = Page(browser.get(path))
    assert shown.heading == "Correct a record"
    assert 'value="Shah"' in shown.html

    answer = post_with_token(browser, app, path, GOOD | RIGHT | {"version": str(child.version)})

    assert answer.status_code == 302
    assert the_child(context).surname == "Shaw"


def test_b2_a_refused_correction_loses_nothing_and_says_where(app, cast, context):
    add(app, cast.sana)
    child = the_child(context)
    path = f"/children/{child.id}/correct"
    answer = post_with_token(cast.olu.browser(), app, path, GOOD | RIGHT | {"reason": "", "upn": "nonsense"})

    assert answer.status_code == 422
    page = Page(answer)
    assert set(page.errors) == {"upn", "reason"}
    assert 'value="Shaw"' in page.html
    assert the_child(context).surname == "Shah"


def test_b2_a_record_changed_meanwhile_is_not_overwritten(app, cast, context):
    add(app, cast.sana)
    path = f"/children/{the_child(context).id}/correct"
    post_with_token(cast.mary.browser(), app, path, GOOD | RIGHT | {"surname": "Shore"})
    answer = post_with_token(cast.olu.browser(), app, path, GOOD | RIGHT)

    assert answer.status_code == 422
    assert "Someone has changed this record" in answer.text
    assert the_child(context).surname == "Shore"


@pytest.mark.parametrize("who", ["rhys", "ann", "pat"])
def test_b2_a_person_who_may_not_correct_finds_no_page(app, cast, context, who):
    add(app, cast.sana)
    path = f"/children/{the_child(context).id}/correct"
    browser = getattr(cast, who).browser()
    assert browser.get(path).status_code in {403, 404}
    assert post_with_token(browser, app, path, GOOD | RIGHT).status_code in {403, 404}
    assert the_child(context).surname == "Shah"


def test_b2_the_author_of_a_draft_request_corrects_the_record(app, cast, context):
    add(app, cast.sana)
    browser = cast.sana.browser()
    path = Page(browser.get(f"/children/{the_child(context).id}")).href("Correct this record")
    assert "School or setting</h2>" not in browser.get(path).text
    assert post_with_token(browser, app, path, GOOD | RIGHT).status_code == 302
    assert the_child(context).surname == "Shaw"


def test_b2_a_merge_is_undone_from_the_record(app, cast, context, make):
    add(app, cast.rhys)
    add(app, cast.sana)
    browser = cast.olu.browser()
    with everything(context) as work:
        older, newer = work.session.scalars(select(Child.id).order_by(Child.id)).all()
    post_with_token(browser, app, f"/children/{newer}/duplicate", {"answer": "same"})
    path = Page(browser.get(f"/children/{older}/correct")).href("Undo this merge, Amina Shah")

    refused = post_with_token(browser, app, path, {"reason": ""})
    assert refused.status_code == 422
    assert post_with_token(browser, app, path, {"reason": "Cousins"}).location == f"/children/{older}"
    assert browser.get(f"/children/{newer}").status_code == 200
    assert browser.get(path).status_code == 409
    assert rows(context, ChildMerge) == 1
    (row,) = events(context, "MergeUndone")
    assert row.facts == {"of_child_id": newer, "reason": "Cousins"}


# --- A12 ------------------------------------------------------------------------------------------


def test_a12_a_list_a_search_and_an_export_of_children_are_in_the_audit(app, cast, context, make):
    make.child()
    browser = cast.olu.browser()
    browser.get("/people/list/")
    post_with_token(browser, app, "/people/list/", {"find": "Amina"})
    browser.get("/people/list/?show=duplicates")
    browser.get("/people/export.csv")

    read = [(row.actor_id, row.facts) for row in events(context, "ChildrenListed")]
    assert read == [
        (cast.olu.id, {"list_name": "ChildList", "asked": {}, "rows": 1}),
        (cast.olu.id, {"list_name": "ChildList", "asked": {"find": "Amina"}, "rows": 1}),
        (cast.olu.id, {"list_name": "ChildList", "asked": {"show": "duplicates"}, "rows": 0}),
    ]
    (exported,) = events(context, "ListExported")
    assert (exported.actor_id, exported.facts["rows"]) == (cast.olu.id, 1)


@pytest.mark.parametrize("path", ["/requests/list/", "/advice/list/"])
def test_a12_lists_of_forms_name_children_too(cast, context, path):
    assert cast.olu.browser().get(path).status_code == 200
    assert len(events(context, "ChildrenListed")) == 1


def test_a12_a_professionals_own_list_and_search_are_in_the_audit(app, cast, context, make):
    make.child(linked=(cast.sana,))
    browser = cast.sana.browser()
    browser.get("/send/")
    post_with_token(browser, app, "/send/", {"find": "Amina"})
    assert [row.facts["asked"] for row in events(context, "ChildrenListed")] == [
        {"show": "all", "page": "1"},
        {"find": "Amina"},
    ]


def test_a12_the_audit_page_says_what_was_asked(app, cast, make):
    make.child()
    post_with_token(cast.olu.browser(), app, "/people/list/", {"find": "Amina"})
    page = Page(cast.mary.browser().get("/audit/"))
    assert "read a list of children" in page.main
    assert "Children and young people, searched for: Amina (1 row)" in page.main


def test_a12_adding_children_is_limited(app, cast, context, monkeypatch):
    from app.cases import children
    from app.core import activity_limits
    from app.core.try_limits import Limit

    monkeypatch.setattr(children, "ADDED", Limit("child", 1, activity_limits.ADDED.within))
    add(app, cast.sana, add_key="one")
    answer = add(app, cast.sana, add_key="two", same_child="no")
    assert answer.status_code == 422
    assert "You have added many children in a short time" in answer.text
    assert rows(context, Child) == 1
