"""Who is involved with a child, and how that begins and ends."""

import pytest
from sqlalchemy import select

from app.cases import links
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.core.roles import WorkflowRole
from app.forms.rules.workflow import FormState
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, Child, ChildLink, Form, Person
from tests.cast import everything


def sees(actor, child):
    try:
        with actor.works() as work:
            return bool(work.get(Child, child.id))
    except NotFound:
        return False


def names(work):
    return [event.name for event in work.events]


def open_links(context, child):
    with everything(context) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        return list(work.session.scalars(statement))


def test_linking_a_psychologist_opens_the_child_to_her_and_to_no_colleague(cast, make):
    child = make.child()
    assert not sees(cast.ann, child)

    with cast.olu.works() as work:
        link = links.link_person(work, child.id, cast.ann.id, " Specialist   psychologist ")
        assert names(work) == ["ChildLinked"]

    assert link.relationship_to_child == "Specialist psychologist"
    assert sees(cast.ann, child)
    assert not sees(cast.bob, child)


def test_without_words_the_job_title_says_what_they_are(cast, make):
    child = make.child()
    with cast.olu.works() as work:
        link = links.link_person(work, child.id, cast.ann.id)
        assert link.relationship_to_child == "Educational psychologist"


def test_no_one_is_linked_twice(cast, make):
    child = make.child(linked=(cast.ann,))
    with pytest.raises(ValidationFailed, match="Ann Kowalska is already linked"), cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id)


@pytest.mark.parametrize("who", ["pat", "olu", "ines"])
def test_only_professionals_are_linked_as_professionals(cast, make, who):
    child = make.child()
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        links.link_person(work, child.id, getattr(cast, who).id)


def test_a_closed_account_cannot_be_linked(cast, make, context):
    child = make.child()
    with everything(context) as work:
        work.get(Person, cast.ann.id).active = False
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id)


@pytest.mark.parametrize("who", ["sana", "pat"])
def test_only_the_sen_team_links(cast, make, who):
    child = make.child(linked=(cast.sana, cast.pat))
    actor = getattr(cast, who)
    with pytest.raises(Forbidden), actor.works() as work:
        links.link_person(work, child.id, actor.id)
    with pytest.raises(Forbidden), actor.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id)


def test_a_queue_shows_the_child_to_the_whole_organisation_also_once_it_is_taken_up(cast, make):
    child = make.child()
    with cast.olu.works() as work:
        link = links.link_organisation(work, child.id, cast.hana.principal.organisation_id)
        assert names(work) == ["ChildLinked"]
    assert sees(cast.hana, child)
    assert sees(cast.idris, child)
    assert not sees(cast.ann, child)

    with cast.hana.works() as work:
        links.take_up(work, link.id)
        assert names(work) == ["LinkTakenUp"]

    assert sees(cast.hana, child)
    assert sees(cast.idris, child), "a colleague can take over while she is away"
    assert not sees(cast.ann, child)


def test_taking_up_brings_the_queues_advice_along(cast, make):
    child = make.child()
    link = make.queue(child, cast.hana)
    mine = make.advice(child, cast.hana, template="advice_health", author_id=None)
    sent = make.advice(child, cast.hana, FormState.submitted, template="advice_health", author_id=None)

    with cast.hana.works() as work:
        assert workflow_roles_of(work, work.get(Advice, mine.id)) == frozenset()
        taken = links.take_up(work, link.id)

    assert (taken.person_id, taken.relationship_to_child) == (cast.hana.id, "Speech and language therapist")
    with cast.hana.works() as work:
        advice = work.get(Advice, mine.id)
        assert advice.author_id == cast.hana.id
        assert workflow_roles_of(work, advice) == {WorkflowRole.author}
        assert work.get(Advice, sent.id).author_id is None


def test_a_child_is_taken_up_once(cast, make):
    link = make.queue(make.child(), cast.hana)
    with cast.hana.works() as work:
        links.take_up(work, link.id)
    with pytest.raises(ValidationFailed, match="Hana Begum has been assigned"), cast.idris.works() as work:
        links.take_up(work, link.id)
    with cast.hana.works() as work:
        assert links.take_up(work, link.id).person_id == cast.hana.id, "the same request, the same answer"
        assert names(work) == []


def test_a_person_already_linked_takes_the_work_and_stays_linked_once(cast, make, context):
    child = make.child(linked=(cast.hana,))
    link = make.queue(child, cast.hana)
    advice = make.advice(child, cast.hana, template="advice_health", author_id=None)

    with cast.hana.works() as work:
        links.take_up(work, link.id)

    assert [each.person_id for each in open_links(context, child)] == [cast.hana.id]
    with cast.hana.works() as work:
        assert work.get(Advice, advice.id).author_id == cast.hana.id


@pytest.mark.parametrize("who", ["olu", "ann"])
def test_only_the_organisations_own_professionals_take_up(cast, make, who):
    child = make.child(linked=(cast.ann,))
    link = make.queue(child, cast.hana)
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        links.take_up(work, link.id)


def test_a_senco_brings_in_her_colleague_who_then_shares_the_draft(cast, make):
    child = make.child(linked=(cast.sana,))
    request = make.request(child, cast.sana)
    assert not sees(cast.tom, child)

    with cast.sana.works() as work:
        links.bring_in(work, child.id, cast.tom.id)
        assert names(work) == ["ColleagueBroughtIn"]

    with cast.tom.works() as work:
        assert workflow_roles_of(work, work.get(Form, request.id)) == {WorkflowRole.author}
    with cast.sana.works() as work:
        assert links.bring_in(work, child.id, cast.tom.id).person_id == cast.tom.id
        assert names(work) == [], "the same request again, the same answer"


def test_a_colleague_whom_another_person_linked_is_not_brought_in_twice(cast, make):
    child = make.child(linked=(cast.sana, cast.tom))
    with pytest.raises(ValidationFailed, match="already linked"), cast.sana.works() as work:
        links.bring_in(work, child.id, cast.tom.id)


def test_a_person_from_elsewhere_cannot_be_brought_in(cast, make):
    child = make.child(linked=(cast.sana, cast.ann))
    with pytest.raises(NotFound), cast.sana.works() as work:
        links.bring_in(work, child.id, cast.rhys.id)
    with pytest.raises(Forbidden), cast.sana.works() as work:
        links.bring_in(work, child.id, cast.ann.id)


def test_waiting_in_the_queue_is_not_enough_to_bring_in_a_colleague(cast, make):
    child = make.child()
    make.queue(child, cast.hana)
    with pytest.raises(Forbidden), cast.hana.works() as work:
        links.bring_in(work, child.id, cast.idris.id)


@pytest.mark.parametrize("who", ["pat", "olu"])
def test_bringing_in_is_for_professionals(cast, make, who):
    child = make.child(linked=(cast.pat,))
    with pytest.raises((Forbidden, NotFound)), getattr(cast, who).works() as work:
        links.bring_in(work, child.id, cast.tom.id)


def test_ending_a_link_closes_the_child_and_her_own_advice_at_once(cast, make):
    child = make.child()
    link = make.link(child, cast.ann)
    advice = make.advice(child, cast.ann)

    with cast.olu.works() as work:
        links.end_link(work, link.id)
        assert names(work) == ["LinkEnded"]

    assert not sees(cast.ann, child)
    with pytest.raises(NotFound), cast.ann.works() as work:
        work.get(Advice, advice.id)
    with cast.olu.works() as work:
        links.end_link(work, link.id)
        assert names(work) == [], "the same request again, the same answer"


def test_a_professional_does_not_end_another_persons_involvement(cast, make):
    child = make.child(linked=(cast.sana,))
    link = make.link(child, cast.ann)
    with pytest.raises(Forbidden), cast.sana.works() as work:
        links.end_link(work, link.id)
    with pytest.raises(Forbidden), cast.sana.works() as work:
        links.step_back(work, link.id)
    assert sees(cast.ann, child)


def test_a_parent_does_not_step_back_here(cast, make):
    link = make.link(make.child(), cast.pat)
    with pytest.raises(Forbidden), cast.pat.works() as work:
        links.step_back(work, link.id)


def test_stepping_back_leaves_the_work_with_the_organisation(cast, make, context):
    child = make.child()
    link = make.link(child, cast.ann)
    advice = make.advice(child, cast.ann)

    with cast.ann.works() as work:
        links.step_back(work, link.id)
        assert names(work) == ["ChildLinked", "LinkEnded"]

    waiting = open_links(context, child)
    assert [(each.person_id, each.organisation_id) for each in waiting] == [
        (None, cast.ann.principal.organisation_id)
    ]
    assert sees(cast.bob, child)
    with cast.bob.works() as work:
        links.take_up(work, waiting[0].id)
        assert work.get(Advice, advice.id).author_id == cast.bob.id
    with cast.ann.works() as work:
        assert workflow_roles_of(work, work.get(Advice, advice.id)) == frozenset(), (
            "she sees it and writes no more"
        )


def test_stepping_back_with_nothing_owed_or_a_colleague_there_makes_no_queue(cast, make, context):
    free, shared = make.child(), make.child(linked=(cast.tom,))
    make.request(shared, cast.sana)
    for child in (free, shared):
        link = make.link(child, cast.sana)
        with cast.sana.works() as work:
            links.step_back(work, link.id)
    assert open_links(context, free) == []
    assert [each.person_id for each in open_links(context, shared)] == [cast.tom.id]
