"""Work that a professional leaves: it goes to their organisation's queue, and those who need to know are notified."""

import pytest
from sqlalchemy import select

from app.accounts import accounts
from app.cases import advice_requests, handover, links
from app.cases.queries.caseload import Show, caseload, owed_by
from app.core.errors import NotFound, ValidationFailed
from app.core.roles import Role, WorkflowRole
from app.forms.rules.workflow import FormState
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, Child, ChildLink, Form, Message, Organisation, Person
from tests.cast import everything, membership_of


def open_links(context, child):
    with everything(context) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        return [(link.person_id, link.organisation_id) for link in work.session.scalars(statement)]


def messages_to(context, person_id):
    with everything(context) as work:
        rows = work.session.scalars(select(Message).where(Message.recipient_id == person_id))
        return {row.letter: row.facts for row in rows}


def sees(actor, child):
    try:
        with actor.works() as work:
            return bool(work.get(Child, child.id))
    except NotFound:
        return False


def test_a9_closing_an_account_moves_every_link_and_form_to_the_queue(cast, make, context):
    child, other = make.child(), make.child()
    for each in (child, other):
        make.link(each, cast.ann)
    advice = make.advice(child, cast.ann, FormState.draft)

    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)

    team = cast.ann.principal.organisation_id
    assert open_links(context, child) == open_links(context, other) == [(None, team)]
    with cast.bob.works() as work:
        assert work.get(Advice, advice.id).author_id is None
        (waiting,) = caseload(work.session, work.me, Show.queue, "Shah").children[:1]
        assert {each.child_id for each in caseload(work.session, work.me, Show.queue).children} == {
            child.id,
            other.id,
        }
        links.take_up(work, waiting.queue_link_id)
    message = messages_to(context, cast.bob.id)["work_handed_over"]
    assert (message["person"], message["children"], message["forms"]) == ("Ann Kowalska", "2", "1")
    team_message = messages_to(context, None)["work_handed_over_team"]
    assert (team_message["organisation"], team_message["colleagues"]) == (
        "Bradford Educational Psychology Team",
        "1",
    )


def test_a9_the_closing_page_says_how_much_work_goes_where(cast, make):
    child = make.child(linked=(cast.ann,))
    make.advice(child, cast.ann)

    page = cast.ines.browser().get(f"/users/{cast.ann.id}/close").text

    assert "Bradford Educational Psychology Team" in page
    assert "1 child or young person" in page and "1 form that is not finished" in page
    assert child.name not in page
    assert (
        "no work that needs to be handed over" in cast.ines.browser().get(f"/users/{cast.bob.id}/close").text
    )


def test_a9_a_child_with_a_colleague_stays_with_the_colleague(cast, make, context):
    child = make.child(linked=(cast.sana, cast.tom))
    request = make.request(child, cast.sana)

    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)

    assert open_links(context, child) == [(cast.tom.id, cast.tom.principal.organisation_id)]
    with cast.tom.works() as work:
        form = work.get(Form, request.id)
        assert (form.author_id, workflow_roles_of(work, form)) == (None, {WorkflowRole.author})


def test_a9_losing_the_role_moves_work_as_closing_does(cast, make, context):
    child = make.child(linked=(cast.ann,))

    with cast.ines.works() as work:
        accounts.set_roles(work, cast.ann.id, [Role.sen_officer])

    assert open_links(context, child) == [(None, cast.ann.principal.organisation_id)]
    assert "work_handed_over" in messages_to(context, cast.bob.id)


def test_a9_changing_roles_without_leaving_the_profession_moves_no_work(cast, make, context):
    child = make.child(linked=(cast.ann,))
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.ann.id, [Role.professional])
    assert open_links(context, child) == [(cast.ann.id, cast.ann.principal.organisation_id)]


def test_a9_a_link_of_the_former_organisation_opens_nothing(cast, make, context):
    """Should an account change its organisation without a hand-over, the links do not count for the new one."""
    child = make.child(linked=(cast.ann,))
    with everything(context) as work:
        membership_of(work, cast.ann.id).organisation_id = cast.hana.principal.organisation_id
    principal = cast.ann.principal
    object.__setattr__(principal, "organisation_id", cast.hana.principal.organisation_id)
    assert not sees(cast.ann, child)


def test_a9_an_account_opened_again_gets_nothing_back(cast, make):
    child = make.child(linked=(cast.sana,))
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.sana.id)
    with cast.sana.works() as work:
        assert owed_by(work.session, work.me) == []
        assert parts_in_child(work, child) is False


def parts_in_child(work, child):
    return links.open_link_of(work, child.id, work.me.user_id, work.me.organisation_id) is not None


def test_a9_the_sen_team_is_notified_where_there_is_no_queue_to_go_to(cast, make, context):
    child = make.child(linked=(cast.ann,))
    queue = make.queue(child, cast.ann)
    with cast.olu.works() as work:
        links.end_link(work, queue.id)

    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)

    assert open_links(context, child) == []
    assert "work_left" in messages_to(context, None)


def test_a9_a_colleague_who_is_away_does_not_strand_a_child_that_came_through_the_queue(cast, make, context):
    child = make.child()
    waiting = make.queue(child, cast.hana)
    advice = make.advice(child, cast.hana, template="advice_health", author_id=None)
    with cast.hana.works() as work:
        links.take_up(work, waiting.id)

    with cast.idris.works() as work:
        assert owed_by(work.session, work.me) == [], "not among his own tasks"
        assert [each.child_id for each in caseload(work.session, work.me, Show.team).children] == [child.id]
        links.assign(work, waiting.id, cast.idris.id, assigned_to=cast.hana.id)

    assert open_links(context, child) == [(cast.idris.id, cast.idris.principal.organisation_id)]
    with cast.idris.works() as work:
        assert workflow_roles_of(work, work.get(Advice, advice.id)) == {WorkflowRole.author}
    with cast.hana.works() as work:
        assert work.get(Advice, advice.id).author_id == cast.idris.id, "she sees it and writes no more"
        assert workflow_roles_of(work, work.get(Advice, advice.id)) == frozenset()
    assert "child_reassigned" in messages_to(context, cast.hana.id)


def test_a9_a_locum_sees_in_the_list_who_waits_and_what_is_owed_at_the_organisation_they_act_for(cast, make):
    waiting, with_colleague = make.child(), make.child()
    first, second = cast.sana.principal.organisation_id, cast.rhys.principal.organisation_id
    cast.sana.joins(second)
    for each in (waiting, with_colleague):
        make.link(each, cast.sana, organisation_id=first)
    make.queue(waiting, cast.rhys)
    make.link(with_colleague, cast.rhys, through_queue=True)
    owed = make.advice(waiting, cast.rhys, author_id=None)
    make.advice(with_colleague, cast.rhys)
    cast.sana.acts_for(second)
    with cast.sana.works() as work:
        listed = {show: caseload(work.session, work.me, show).children for show in Show}
        assert [each.form_id for each in owed_by(work.session, work.me)] == [owed.id]
    assert [each.child_id for each in listed[Show.queue]] == [waiting.id]
    assert [each.child_id for each in listed[Show.all]] == [waiting.id]
    assert [each.child_id for each in listed[Show.team]] == [with_colleague.id]
    assert "Assign to me" in cast.sana.browser().get("/send/").text
    cast.sana.acts_for(first)
    with cast.sana.works() as work:
        assert len(caseload(work.session, work.me, Show.all).children) == 2
        assert caseload(work.session, work.me, Show.queue).children == []


def test_a9_a_colleagues_own_child_is_not_taken_over(cast, make):
    child = make.child(linked=(cast.sana, cast.tom))
    with cast.olu.works() as work:
        link = links.open_link_of(work, child.id, cast.sana.id, cast.sana.principal.organisation_id)
    with pytest.raises(Exception, match="assign"), cast.tom.works() as work:
        links.assign(work, link.id, cast.tom.id, assigned_to=cast.sana.id)


# --- A8: what the SEN team removed only the SEN team restores -------------------------------------


def removed(cast, make, actor, child):
    link = make.link(child, actor)
    with cast.olu.works() as work:
        links.end_link(work, link.id)


def test_a8_a_colleague_does_not_bring_back_whom_the_sen_team_removed(cast, make, context):
    child = make.child(linked=(cast.sana,))
    removed(cast, make, cast.tom, child)
    with (
        pytest.raises(ValidationFailed, match="Only the SEN team can link them again"),
        cast.sana.works() as work,
    ):
        links.bring_in(work, child.id, cast.tom.id)
    assert not sees(cast.tom, child)

    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.tom.id, despite=True)
    assert sees(cast.tom, child)


def test_a8_the_queue_does_not_show_or_give_the_child_to_whom_the_sen_team_removed(cast, make):
    child = make.child()
    removed(cast, make, cast.hana, child)
    with cast.olu.works() as work:
        waiting = links.link_organisation(work, child.id, cast.hana.principal.organisation_id)

    assert not sees(cast.hana, child)
    with pytest.raises(NotFound), cast.hana.works() as work:
        links.take_up(work, waiting.id)
    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.idris.works() as work:
        links.assign(work, waiting.id, cast.hana.id)

    with cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_health", person_id=cast.hana.id, despite=True)
    assert sees(cast.hana, child), "the SEN team asked her by name"


def test_a8_stepping_back_does_not_return_a_child_to_an_organisation_that_was_removed(cast, make, context):
    child = make.child()
    mine, queue = make.link(child, cast.hana), make.queue(child, cast.hana)
    make.advice(child, cast.hana, template="advice_health")
    with cast.olu.works() as work:
        links.end_link(work, queue.id)

    with cast.hana.works() as work:
        links.step_back(work, mine.id)

    assert open_links(context, child) == []
    assert not sees(cast.idris, child)
    assert "work_left" in messages_to(context, None)
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id, despite=True)
    assert sees(cast.idris, child)


def test_a8_an_organisation_no_longer_in_use_reads_nothing(cast, make, context):
    child = make.child(linked=(cast.hana,))
    make.queue(child, cast.hana)
    assert sees(cast.hana, child) and sees(cast.idris, child)
    with everything(context) as work:
        work.get(Organisation, cast.hana.principal.organisation_id).active = False
    assert not sees(cast.hana, child) and not sees(cast.idris, child)
    with cast.hana.works() as work:
        assert list(work.session.scalars(select(Form.id))) == []
        assert list(work.session.scalars(select(Person.id))) == [cast.hana.id]


# --- A7: to see the queue is not authorship -------------------------------------------------------


def test_a7_after_a_colleague_stepped_back_the_draft_is_read_only_once_it_is_assigned(cast, make, context):
    from tests.integration.core.world import World

    world = World(context, cast, make)
    link = make.link(world.child, cast.hana)
    draft_file = world.rows["draft file of advice in a queue"]
    with cast.hana.works() as work:
        work.get(type(draft_file), draft_file.id)
        links.step_back(work, link.id)
    for who in (cast.hana, cast.idris):
        with pytest.raises(NotFound), who.works() as work:
            work.get(type(draft_file), draft_file.id)

    with cast.idris.works() as work:
        links.take_up(work, world.rows["link in a queue"].id)
    with cast.idris.works() as work:
        assert work.get(type(draft_file), draft_file.id)


def test_a9_two_requests_to_hand_over_at_once_leave_one_place_in_the_queue(cast, make, context):
    child = make.child(linked=(cast.ann,))
    with cast.ines.works() as work:
        assert handover.work_in_hand(work, cast.ann.id) == handover.WorkInHand(children=1, forms=0)
    for _ in range(2):
        with cast.ines.works() as work:
            accounts.deactivate(work, cast.ann.id)
    assert open_links(context, child) == [(None, cast.ann.principal.organisation_id)]
