"""The audit page: for managers only, in words, and searchable."""

import re

import pytest

from app.accounts.events import RolesChanged
from app.cases.events import ChildLinked
from app.children.events import ChildViewed
from app.core.notifications import NOTIFICATIONS
from app.core.unit_of_work import unit_of_work
from app.forms.events import FormShared, FormViewed
from app.operations.queries.audit import LINES
from app.views.operations.audit_words import SENTENCES
from tests.browser import post_with_token
from tests.statements import counted


def page(browser, path: str, status: int = 200) -> str:
    """What the page says."""
    answer = browser.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def happens(actor, *events) -> None:
    """These events happen."""
    with actor.works() as work:
        for event in events:
            work.record(event)


def test_everything_that_can_happen_has_words(app):
    assert set(SENTENCES) == {event.__name__ for event in NOTIFICATIONS}


@pytest.mark.parametrize("event", sorted(SENTENCES))
def test_the_words_hold_together(event):
    kind, sentence = SENTENCES[event]

    assert str(kind)
    assert str(sentence) % {"who": "Ann", "person": "Bob", "form": "Advice"}


@pytest.mark.parametrize("actor", ["ann", "pat", "olu", "ines"])
def test_only_managers_read_the_audit(cast, make, actor):
    child = make.child(linked=(cast.ann, cast.pat))
    browser = getattr(cast, actor).browser()

    for path in ("/audit/", f"/audit/?child_id={child.id}"):
        assert browser.get(path).status_code == 403


def test_a_child_s_audit_says_who_did_what(cast, make):
    child = make.child(forenames="Amina", surname="Shah", linked=(cast.ann,))
    link = make.link(child, cast.sana)
    form = make.advice(child, cast.ann)
    happens(cast.olu, ChildViewed(child_id=child.id), ChildLinked(child_id=child.id, link_id=link.id))
    happens(cast.ann, FormViewed(child_id=child.id, form_id=form.id))
    happens(
        cast.olu, FormShared(child_id=child.id, form_id=form.id, shared_with=("professionals", "parents"))
    )
    happens(cast.bob, ChildViewed(child_id=make.child().id))

    text = page(cast.mary.browser(), f"/audit/?child_id={child.id}")

    assert "Audit for Amina Shah" in text
    for words in (
        "Olu Adeyemi opened the child’s page",
        "Olu Adeyemi linked Sana Iqbal to the child",
        "Ann Kowalska read “",
        "Shared with: linked professionals, parents and carers",
    ):
        assert words in text, words
    assert "read “a form”" not in text
    assert "Bob Hughes" not in text


def test_a_child_that_is_not_there(cast):
    assert cast.mary.browser().get("/audit/?child_id=999999").status_code == 404
    page(cast.mary.browser(), f"/audit/?child_id={'9' * 40}")


def look_for(app, browser, typed: str) -> str:
    """Type a name into the search box."""
    return post_with_token(browser, app, "/audit/", {"find": typed}).text


def test_a_child_is_found_by_name_and_the_name_stays_out_of_the_address(app, cast, make):
    child = make.child(forenames="Amina", surname="Shah", search_name="shah amina")
    make.child(forenames="Leon", surname="Beck", search_name="beck leon")

    text = look_for(app, cast.mary.browser(), "Sháh")

    assert "Amina Shah" in text
    assert not re.search(r'(href|action)="[^"]*[Ss]h', text.split("<main")[1].split("</main")[0])
    assert "born 14 March 2017" in text
    assert "Leon Beck" not in text
    assert f"child_id={child.id}" in text


def test_a_person_is_found_by_name(app, cast):
    text = look_for(app, cast.mary.browser(), "kowalska")

    assert "What Ann Kowalska did" in text
    assert f"actor_id={cast.ann.id}" in text
    assert "Bob Hughes" not in text


def test_an_unused_name_finds_no_one(app, cast):
    text = look_for(app, cast.mary.browser(), "nobody of this name")

    assert "There is no such child." in text
    assert "There is no such person." in text


def test_by_person_kind_and_day(cast, make, clock):
    child = make.child()
    happens(cast.olu, ChildViewed(child_id=child.id))
    clock.forward(days=2)
    happens(cast.ann, ChildViewed(child_id=child.id))
    happens(cast.ann, RolesChanged(person_id=cast.bob.id, roles=("sen_officer",)))
    browser = cast.mary.browser()

    def found(query: str) -> list[str]:
        return re.findall(r'data-label="What happened">([^<]*)', page(browser, f"/audit/?{query}"))

    assert found(f"actor_id={cast.ann.id}") == [
        "Ann Kowalska changed the roles of Bob Hughes",
        "Ann Kowalska opened the child’s page",
    ]
    assert found(f"actor_id={cast.ann.id}&kind=ChildViewed") == ["Ann Kowalska opened the child’s page"]
    assert found("kind=ChildViewed&until=23/11/2026") == ["Olu Adeyemi opened the child’s page"]
    assert found("kind=ChildViewed&since=24+11+2026") == ["Ann Kowalska opened the child’s page"]
    assert found(f"actor_id={cast.pat.id}") == []
    assert browser.get("/audit/?actor_id=999999").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "since=31/2/2026",
        "since=x",
        "until=1/1/99999",
        "until=1/1/1",
        "until=²/1/2026",
    ],
)
def test_a_date_that_does_not_exist_is_reported(cast, query):
    text = page(cast.mary.browser(), f"/audit/?{query}")

    assert text.count("Enter a real date") == 2
    assert "<title>Error:" in text


def test_that_the_audit_was_read_is_in_the_audit(cast, make):
    child = make.child()
    browser = cast.mary.browser()
    page(browser, f"/audit/?child_id={child.id}")

    assert "Mary Doyle viewed the audit" in page(browser, f"/audit/?child_id={child.id}")


def test_pages_follow_each_other(cast, make, context):
    child = make.child()
    with unit_of_work(context, cast.olu.principal) as work:
        for _ in range(LINES + 5):
            work.record(ChildViewed(child_id=child.id))
    browser = cast.mary.browser()

    first = page(browser, f"/audit/?child_id={child.id}&kind=ChildViewed")
    older = re.search(r'href="([^"]*before=\d+[^"]*)" rel="next"', first)[1].replace("&amp;", "&")

    assert "kind=ChildViewed" in older
    assert f"{LINES} times" in first
    assert "5 times" in page(browser, older)


def test_the_past_of_a_merged_record_is_the_child_s(cast, make):
    child = make.child()
    other = make.child(merged_into_id=child.id)
    happens(cast.bob, ChildViewed(child_id=other.id))

    assert "Bob Hughes opened the child’s page" in page(cast.mary.browser(), f"/audit/?child_id={child.id}")


def test_the_number_of_statements_does_not_grow(cast, make, context):
    child = make.child(linked=(cast.ann,))
    form = make.advice(child, cast.ann)
    browser = cast.mary.browser()

    sizes = []
    for so_many in (2, 20):
        with unit_of_work(context, cast.olu.principal) as work:
            for _ in range(so_many):
                work.record(FormViewed(child_id=child.id, form_id=form.id))
                work.record(RolesChanged(person_id=cast.bob.id, roles=()))
        with counted(context) as sent:
            page(browser, "/audit/")
        sizes.append(len(sent))

    assert sizes[0] == sizes[1] <= 10


def test_repeats_are_one_entry_under_their_day_with_each_time(cast, make, clock):
    child = make.child()
    for _visit in range(3):
        cast.olu.browser().get(f"/children/{child.id}")
        clock.forward(minutes=10)
    clock.forward(days=1)
    cast.olu.browser().get(f"/children/{child.id}")

    text = page(cast.mary.browser(), f"/audit/?child_id={child.id}")

    days = re.findall(r'<caption class="govuk-table__caption[^"]*">([^<]*)</caption>', text)
    assert days == ["24 November 2026", "23 November 2026"]
    assert text.count('data-label="What happened">Olu Adeyemi opened the child’s page') == 2
    [times] = re.findall(r'<div class="govuk-details__text">([^<]*)</div>', text)
    assert len(times.split(", ")) == 3
