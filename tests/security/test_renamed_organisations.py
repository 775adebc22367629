"""A2: a note that names an organisation means it under every name that it had or gets."""

import pytest
from sqlalchemy import select

from app.cases import duplicates, links
from app.core.errors import ValidationFailed
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms.named_later import hold_before_renaming, note_organisation_renamed
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Child, Organisation
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_memberships import letters_to, place_of
from tests.security.test_named_in_queues import sees
from tests.security.test_named_workplaces import no_one_at
from tests.security.test_races_with_notes import note_to_send
from tests.security.test_two_at_once import Deed, at_once
from tests.statements import counted

NEW = "Aire Valley Academy"


def rename(cast: Cast, actor: Actor, name: str = NEW) -> None:
    """The administrator gives this person's organisation another name."""
    browser, place = cast.ines.browser(), place_of(actor)
    with everything(browser.application.extensions["app_context"]) as work:
        kind = work.get(Organisation, place).kind.name
    typed = {"name": name, "kind": kind, "active": "y"}
    answer = post_with_token(browser, browser.application, f"/organisations/edit/{place}", typed)
    assert answer.status_code == 302, answer.text


@pytest.fixture
def child(cast: Cast, make: Maker) -> Child:
    """Pat's child."""
    return make.child(linked=(cast.pat,))


def test_A2_a_note_under_the_former_name_means_the_organisation(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    make.link(child, cast.ann)
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    cast.tom.joins(place_of(cast.rhys))
    cast.bob.joins(place_of(cast.rhys))
    rename(cast, cast.rhys)
    rename(cast, cast.rhys, "Aire Valley Trust")
    for deed in (
        lambda work: links.link_organisation(work, child.id, place_of(cast.rhys)),
        lambda work: links.link_person(work, child.id, cast.rhys.id),
        lambda work: links.link_person(work, child.id, cast.tom.id),
        lambda work: links.link_organisation(work, child.id, place_of(cast.tom)),
    ):
        with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
            deed(work)
    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.ann.works() as work:
        links.bring_in(work, child.id, cast.bob.id)
    make.queue(child, cast.tom)
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, place_of(cast.ann), despite=True)
    assert not sees(cast.bob, child)


def test_A2_a_note_that_comes_after_the_new_name_and_a_merge_count_the_former_one(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    other = make.child(possible_duplicate_of_id=child.id)
    cast.tom.joins(place_of(cast.rhys))
    former = no_one_at(context, cast.rhys)
    rename(cast, cast.rhys)
    make.queue(child, cast.sana)
    make.link(other, cast.rhys)
    assert sees(cast.tom, child)
    note_that_must_not_know(cast, make, child, former)
    assert not sees(cast.tom, child) and sees(cast.sana, child)
    with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
        duplicates.same_child(work, other.id)


def test_A2_an_organisation_that_takes_the_name_in_a_note_is_compared_with_it(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    queued, own, untouched = child, make.child(linked=(cast.pat,)), make.child(linked=(cast.pat,))
    cast.tom.joins(place_of(cast.rhys))
    make.queue(queued, cast.sana)
    for each in (own, untouched):
        make.link(each, cast.tom)
    for each in (queued, own):
        note_that_must_not_know(cast, make, each, f"No one at {NEW}")
    note_that_must_not_know(cast, make, untouched, "Rosa Lund")
    assert sees(cast.tom, queued)
    rename(cast, cast.rhys)
    assert not sees(cast.tom, queued) and sees(cast.sana, queued)
    assert sees(cast.tom, own), "the SEN team decides about one who is linked by name"
    assert letters_to(context, None).count("named_organisation_renamed") == 1
    text = cast.olu.browser().get("/messages/").text
    assert "An organisation that may not know about a child has another name" in text


def test_A2_a_new_name_is_audited_with_the_one_before(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        before = work.get(Organisation, place_of(cast.rhys)).name
    for _ in range(2):
        rename(cast, cast.rhys)
    with everything(context) as work:
        rows = select(AuditRow).where(AuditRow.event == "OrganisationRenamed")
        (row,) = work.session.scalars(rows).all()
        assert (row.facts["before"], row.facts["after"]) == (before, NEW)
        assert work.get(Organisation, place_of(cast.rhys)).earlier_names == (before,)
    rename(cast, cast.rhys, before)
    with everything(context) as work:
        assert work.get(Organisation, place_of(cast.rhys)).earlier_names == (before, NEW)


def test_A4_a_new_name_takes_as_many_statements_where_many_children_are_concerned(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for each in (cast.tom, cast.bob):
        each.joins(place_of(cast.rhys))

    def renamed(name: str, children: int) -> int:
        for _ in range(children):
            child = make.child(linked=(cast.pat,))
            make.queue(child, cast.ann)
            note_that_must_not_know(cast, make, child, "Rosa Lund")
        with counted(context) as taken:
            rename(cast, cast.rhys, name)
        return len(taken)

    renamed("Aire One", 1)
    assert renamed("Aire Two", 3) == renamed("Aire Three", 0)


ROUNDS = 4


def renaming(organisation_id: int, name: str) -> Deed:
    """What the page for an organisation does with another name, in its order."""

    def deed(work: UnitOfWork) -> None:
        organisation = work.get(Organisation, organisation_id)
        before = organisation.name
        hold_before_renaming(work.session, organisation_id)
        organisation.name = name
        work.session.flush()
        note_organisation_renamed(work, organisation_id, before)

    return deed


def test_A2_a_note_sent_while_the_organisation_takes_the_name_in_it(cast: Cast, make: Maker) -> None:
    cast.tom.joins(place_of(cast.rhys))
    for each in range(ROUNDS):
        queued, name = make.child(linked=(cast.pat,)), f"Aire Valley Academy {each}"
        make.queue(queued, cast.sana)
        send = note_to_send(cast, make, queued, f"No one at {name}", each)
        results = at_once((cast.pat, send), (cast.ines, renaming(place_of(cast.rhys), name)))
        assert results == ["done", "done"]
        assert not sees(cast.tom, queued)


def test_A9_an_organisation_gets_another_name_while_a_child_returns_to_its_queue(
    cast: Cast, make: Maker
) -> None:
    for each in range(ROUNDS):
        child = make.child(linked=(cast.pat,))
        link = make.link(child, cast.sana)
        make.advice(child, cast.sana, FormState.asked, "advice_education")
        results = at_once(
            (cast.sana, lambda work, n=link.id: links.step_back(work, n)),
            (cast.ines, renaming(place_of(cast.sana), f"Aire Valley School {each}")),
        )
        assert results == ["done", "done"]
