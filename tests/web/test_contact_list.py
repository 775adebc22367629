"""The SEN team's generated list of the people linked to children, in which a relationship is corrected."""

from html import unescape

import pytest
from sqlalchemy import select

from app.cases.relationships import correct_relationship
from app.core.errors import Forbidden, InvalidState
from app.models import AuditRow, ChildLink
from tests.browser import post_with_token
from tests.cast import everything
from tests.filled_forms import fill_in, send

FIELD = "relationship_to_child"


@pytest.fixture
def link(cast, make):
    return make.link(make.child(), cast.pat, relationship_to_child="Father")


def words_of(context, number: int) -> str:
    with everything(context) as work:
        return work.get(ChildLink, number).relationship_to_child


def corrections(context) -> list[tuple[int, dict]]:
    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == "RelationshipCorrected"))
        return [(row.actor_id, row.facts) for row in rows]


def test_an_officer_corrects_what_a_person_is_to_a_child(app, cast, context, link):
    browser, path = cast.olu.browser(), f"/contacts/edit/{link.id}"

    listed = browser.get("/contacts/list/").text
    assert cast.pat.principal.name in listed and "Parent or carer" in listed and "Father" in listed
    record = browser.get(f"/contacts/show/{link.id}").text
    assert f'href="{path}"' in record and "/contacts/delete/" not in record
    form = browser.get(path).text
    assert 'value="Father"' in form and "Save it all the same" not in form
    empty = post_with_token(browser, app, path, {FIELD: " "})
    assert empty.status_code == 422 and f'href="#{FIELD}"' in empty.text
    assert "Enter what they are to the child" in empty.text
    assert post_with_token(browser, app, path, {FIELD: " Step-father "}).status_code == 302
    assert words_of(context, link.id) == "Step-father"
    [(actor, facts)] = corrections(context)
    assert (actor, facts["before"], facts["after"]) == (cast.olu.id, "Father", "Step-father")
    audit = unescape(cast.mary.browser().get("/audit/").text)
    assert f"corrected what {cast.pat.principal.name} is to the child" in audit
    assert "Father → Step-father" in audit


def test_a_correction_without_a_token_changes_nothing(cast, context, link):
    answer = cast.olu.browser().post(f"/contacts/edit/{link.id}", data={FIELD: "Uncle"})

    assert answer.status_code == 400
    assert (words_of(context, link.id), corrections(context)) == ("Father", [])


def test_nothing_is_recorded_where_nothing_was_changed(app, cast, context, link):
    post_with_token(cast.olu.browser(), app, f"/contacts/edit/{link.id}", {FIELD: "Father"})

    assert corrections(context) == []


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_no_one_else_corrects_it(app, cast, context, link, who):
    actor = getattr(cast, who)
    browser = actor.browser()

    for path in ("list/", f"show/{link.id}", f"edit/{link.id}", "export.csv"):
        assert browser.get(f"/contacts/{path}").status_code == 403
    answer = post_with_token(browser, app, f"/contacts/edit/{link.id}", {FIELD: "Uncle"})
    assert answer.status_code == 403
    with pytest.raises(Forbidden), actor.works() as work:
        correct_relationship(work, link.id, "Uncle")
    assert words_of(context, link.id) == "Father"


def test_a_link_that_has_ended_is_not_listed_and_stays_as_it_was(app, cast, context, link):
    browser = cast.olu.browser()
    with everything(context) as work:
        work.get(ChildLink, link.id).ended_at = work.now

    answer = post_with_token(browser, app, f"/contacts/edit/{link.id}", {FIELD: "Uncle"})

    assert answer.status_code == 404
    assert cast.pat.principal.name not in browser.get("/contacts/list/").text
    with pytest.raises(InvalidState), cast.olu.works() as work:
        correct_relationship(work, link.id, "Uncle")
    assert words_of(context, link.id) == "Father"


def test_the_officer_is_warned_where_a_form_names_such_a_person(app, cast, context, make):
    child = make.child()
    make.link(child, cast.pat, relationship_to_child="Mother")
    uncle = make.link(child, cast.quinn, relationship_to_child="Uncle")
    consent = make.consent(child, cast.pat)
    rows = [{"name": "his father, John Hussain", "why": "There is a court order."}]
    fill_in(cast.pat, consent.id, sharing={"not_share": rows})
    send(cast.pat, consent.id)
    browser, path = cast.olu.browser(), f"/contacts/edit/{uncle.id}"

    warned = post_with_token(browser, app, path, {FIELD: "Father"})
    assert warned.status_code == 422 and "must not know about this child" in unescape(warned.text)
    assert "Save it all the same" in warned.text
    assert words_of(context, uncle.id) == "Uncle"
    assert post_with_token(browser, app, path, {FIELD: "Father", "despite": "y"}).status_code == 302
    assert words_of(context, uncle.id) == "Father"
