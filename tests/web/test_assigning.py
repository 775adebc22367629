"""Pages on which a waiting child is assigned within an organisation."""

import pytest

from app.core.roles import WorkflowRole
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, ChildLink
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page


@pytest.fixture
def waiting(cast, make):
    child = make.child(surname="Queued")
    link = make.queue(child, cast.hana)
    advice = make.advice(
        child, cast.hana, template="advice_health", author_id=None, asking_note="How does she speak?"
    )
    return child, link, advice


def test_b15_a_waiting_form_offers_assign_to_me(app, cast, waiting):
    _child, link, advice = waiting
    page = Page(cast.hana.browser().get(f"/forms/{advice.id}"))
    assert "Assign to me" in page.main and "How does she speak?" in page.main
    assert "Idris Clarke, Therapies administrator" in page.html

    path = f"/involvement/{link.id}/assign"
    answer = post_with_token(
        cast.hana.browser(), app, path, {"colleague": cast.hana.id}, follow_redirects=True
    )

    assert "This child is assigned to you. You can start the advice." in answer.text
    assert "Assign to me" not in Page(cast.hana.browser().get(f"/forms/{advice.id}")).main
    with cast.hana.works() as work:
        assert workflow_roles_of(work, work.get(Advice, advice.id)) == {WorkflowRole.author}


def test_b15_a_coordinator_assigns_a_colleague_in_one_step(app, cast, context, waiting):
    child, link, advice = waiting
    for path in (f"/children/{child.id}", f"/children/{child.id}/people"):
        assert "Assign to a colleague" in Page(cast.idris.browser().get(path)).main

    path = f"/involvement/{link.id}/assign"
    answer = post_with_token(
        cast.idris.browser(), app, path, {"colleague": cast.hana.id}, follow_redirects=True
    )

    assert "The child is assigned to Hana Begum. We have told them." in answer.text
    with everything(context) as work:
        assert work.get(ChildLink, link.id).person_id == cast.hana.id
        assert work.get(Advice, advice.id).author_id == cast.hana.id


def test_b15_a_colleague_takes_over_from_the_page_of_the_form(app, cast, context, make, waiting):
    _child, link, advice = waiting
    path = f"/involvement/{link.id}/assign"
    post_with_token(cast.hana.browser(), app, path, {"colleague": cast.hana.id})

    page = Page(cast.idris.browser().get(f"/forms/{advice.id}"))
    assert "Assigned to Hana Begum" in page.main
    assert "Queued" in Page(cast.idris.browser().get("/send/", query_string={"show": "team"})).main
    data = {"colleague": cast.idris.id, "assigned_to": cast.hana.id}
    answer = post_with_token(cast.idris.browser(), app, path, data, follow_redirects=True)

    assert "This child is assigned to you" in answer.text
    late = post_with_token(
        cast.idris.browser(), app, path, {"colleague": cast.hana.id}, follow_redirects=True
    )
    assert "Check who is involved now" in late.text


@pytest.mark.parametrize("odd", ["", "x", "-1", "99999999999999999999"])
def test_b15_assigning_to_no_one_says_so(app, cast, waiting, odd):
    path = f"/involvement/{waiting[1].id}/assign"
    answer = post_with_token(cast.idris.browser(), app, path, {"colleague": odd}, follow_redirects=True)
    assert "Choose a colleague" in answer.text


@pytest.mark.parametrize("who", ["ann", "pat", "olu"])
def test_b15_only_the_organisations_own_people_assign(app, cast, waiting, who):
    path = f"/involvement/{waiting[1].id}/assign"
    answer = post_with_token(getattr(cast, who).browser(), app, path, {"colleague": cast.ann.id})
    assert answer.status_code in {403, 404}


def test_b15_the_people_page_says_why_there_is_no_colleague_to_add(cast, make):
    alone, together = make.child(linked=(cast.sol,)), make.child(linked=(cast.sana, cast.tom))
    page = Page(cast.sol.browser().get(f"/children/{alone.id}/people"))
    assert "No one else in your organisation has a confirmed account yet" in page.main
    page = Page(cast.sana.browser().get(f"/children/{together.id}/people"))
    assert "The others in your organisation are already linked to this child" in page.main
