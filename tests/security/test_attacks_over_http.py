"""Requests by people whose way in has ended: an organisation not in use, someone who stepped back, a colleague in the
queue. Each path that reads or writes a child's record answers as if there were none."""

import pytest
from sqlalchemy import select

from app.cases import links
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.models import DraftRevision, Organisation, SectionDraft
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything
from tests.integration.core.world import World
from tests.make import Maker

READ = ("/forms/{form}", "/forms/{form}/check", "/forms/{form}/sent", "/documents/{document}/download")
SHUT = {302, 403, 404, 409}


def try_everything(actor: Actor, world: World, name: str = "") -> dict[str, int]:
    """The answers to each way of reading and writing this form of the world."""
    form = world.rows["advice in a queue"]
    document = world.rows["draft file of advice in a queue"]
    browser = actor.browser()
    numbers = {"form": form.id, "document": document.id}
    found = {path: browser.get(path.format(**numbers)).status_code for path in READ}
    for path, data in (
        (f"/forms/{form.id}/section/about/autosave", {"version": "0"}),
        (f"/forms/{form.id}/submit", {"send_key": "x"}),
    ):
        found[path] = post_with_token(browser, actor.app, path, data).status_code
    return found


@pytest.mark.parametrize("attack", ["not in use", "stepped back", "in the queue", "ended"])
def test_A7_A8_no_path_reads_or_writes_for_someone_whose_way_in_has_ended(
    context: AppContext, cast: Cast, make: Maker, attack: str
) -> None:
    world = World(context, cast, make)
    who = cast.idris if attack == "in the queue" else cast.hana
    if attack != "in the queue":
        link = make.link(world.child, cast.hana)
    if attack == "not in use":
        with everything(context) as work:
            work.get(Organisation, cast.hana.principal.organisation_id).active = False
    elif attack == "stepped back":
        with cast.hana.works() as work:
            links.step_back(work, link.id)
    elif attack == "ended":
        with cast.olu.works() as work:
            links.end_link(work, link.id)

    answers = try_everything(who, world)

    if attack in ("stepped back", "in the queue"):
        # the queue sees that the form exists, and nothing that is written in it
        assert answers["/documents/{document}/download"] == 404
    assert all(code in SHUT for path, code in answers.items() if path != "/forms/{form}"), answers
    with who.works() as work:
        assert list(work.session.scalars(select(SectionDraft.id))) == []
        assert list(work.session.scalars(select(DraftRevision.id))) == []


def test_A8_an_organisation_not_in_use_finds_and_lists_no_child(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(
        linked=(cast.sana, cast.ann), forenames="Zebedee", surname="Quark", search_name="quark zebedee"
    )
    make.request(child, cast.sana, FormState.draft)
    before = cast.sana.browser().get("/send/").text
    assert "Quark" in before
    with everything(context) as work:
        work.get(Organisation, cast.sana.principal.organisation_id).active = False

    browser = cast.sana.browser()
    pages = [browser.get(path, follow_redirects=True).text for path in ("/", "/send/", "/messages/")]
    pages.append(post_with_token(browser, cast.sana.app, "/send/", {"find": "Quark"}).text)
    assert not any("Zebedee" in page for page in pages)
    assert browser.get(f"/children/{child.id}").status_code == 404
