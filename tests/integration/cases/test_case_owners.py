"""Who works on a case: given when it is recorded, handed to a colleague, and taken from an officer who leaves."""

import pytest
from sqlalchemy import select

from app.accounts import accounts
from app.cases import case_owners
from app.cases.intake import ReceivedRequest, record_request
from app.cases.queries.find_child import find_child
from app.cases.rules.case_states import Channel, RequestSource
from app.cases.rules.hand_over import Chosen, NotHanded
from app.core.errors import Forbidden, ValidationFailed
from app.core.roles import Role
from app.models import AuditRow, Case, Message
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.security.test_two_at_once import at_once


def record(actor, child):
    with actor.works() as work:
        letter = ReceivedRequest(RequestSource.parent, Channel.paper, work.today)
        return record_request(work, child.id, letter)


def hand_over(actor, to, *cases):
    with actor.works() as work:
        return case_owners.hand_over(work, [Chosen(case.id, case.owner_id) for case in cases], to and to.id)


def owners(context, *cases):
    with everything(context) as work:
        rows = work.session.execute(
            select(Case.id, Case.owner_id).where(Case.id.in_([each.id for each in cases]))
        )
        found = dict(rows.all())
    return [found[case.id] for case in cases]


def letters(context, person_id):
    with everything(context) as work:
        rows = work.session.scalars(select(Message).where(Message.recipient_id == person_id))
        return [(row.letter, row.facts) for row in rows]


def audited(context, event):
    with everything(context) as work:
        return work.session.scalars(select(AuditRow).where(AuditRow.event == event)).all()


def test_the_officer_who_records_a_request_has_its_case(cast, make):
    case = record(cast.olu, make.child())
    assert case.owner_id == cast.olu.id
    assert case.number == "26-00001"


def test_a_request_from_the_portal_has_no_owner_and_the_next_number(cast, make, context):
    record(cast.olu, make.child())
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    fill_in(cast.sana, form.id)
    send(cast.sana, form.id)
    with everything(context) as work:
        case = work.session.scalars(select(Case).where(Case.request_id == form.id)).one()
    assert (case.owner_id, case.number) == (None, "26-00002")


def test_numbers_stay_unique_when_many_cases_are_opened_at_once(cast, make, context):
    children = [make.child() for _ in range(6)]

    def letter(child):
        return lambda work: record_request(
            work, child.id, ReceivedRequest(RequestSource.parent, Channel.paper, work.today)
        )

    deeds = [(actor, letter(child)) for child, actor in zip(children, [cast.olu, cast.mary] * 3, strict=True)]
    assert at_once(*deeds) == ["done"] * 6
    with everything(context) as work:
        numbers = work.session.scalars(select(Case.number).order_by(Case.number)).all()
    assert numbers == [f"26-{place:05}" for place in range(1, 7)]


def test_a_child_is_found_by_the_number_of_the_case(cast, make):
    child = make.child()
    record(cast.olu, child)
    with cast.olu.works() as work:
        assert find_child(work.session, "26-1").opens == child.id
        assert find_child(work.session, "26-00002").children == []


def test_one_case_is_handed_to_a_colleague_who_gets_a_message_about_it(cast, make, context):
    case = record(cast.olu, make.child())
    found = hand_over(cast.olu, cast.mary, case)
    assert ([each.id for each in found.handed], found.not_handed) == ([case.id], [])
    assert owners(context, case) == [cast.mary.id]
    assert letters(context, cast.mary.id) == [("case_handed_over", {"officer": cast.olu.principal.name})]
    assert audited(context, "CaseHandedOver")[0].child_id == case.child_id


def test_many_cases_make_one_message_and_an_entry_each(cast, make, context):
    cases = [make.case(make.child(), owner_id=cast.olu.id) for _ in range(3)]
    hand_over(cast.olu, cast.mary, *cases)
    assert owners(context, *cases) == [cast.mary.id] * 3
    assert letters(context, cast.mary.id) == [
        ("cases_handed_over", {"officer": cast.olu.principal.name, "cases": "3"})
    ]
    assert len(audited(context, "CaseOwnerChanged")) == 3


def test_an_officer_who_takes_a_case_gets_no_message(cast, make, context):
    case = make.case(make.child())
    hand_over(cast.olu, cast.olu, case)
    assert owners(context, case) == [cast.olu.id]
    assert letters(context, cast.olu.id) == []


def test_what_is_not_handed_over_is_named_with_the_reason(cast, make, context):
    fine, theirs, moved = (
        make.case(make.child()),
        make.case(make.child(), owner_id=cast.mary.id),
        make.case(make.child()),
    )
    hand_over(cast.mary, cast.olu, moved)
    gone = Chosen(10_000, None)
    with cast.olu.works() as work:
        chosen = [*(Chosen(each.id, each.owner_id) for each in (fine, theirs, moved)), gone]
        found = case_owners.hand_over(work, chosen, cast.mary.id)
    assert [each.id for each in found.handed] == [fine.id]
    assert [(case and case.id, why) for case, why in found.not_handed] == [
        (theirs.id, NotHanded.has_it),
        (moved.id, NotHanded.changed),
        (None, NotHanded.gone),
    ]
    assert owners(context, moved) == [cast.olu.id]


def test_two_who_hand_the_same_case_on_at_once_hand_it_once(cast, make, context):
    case = make.case(make.child())

    def to(actor):
        return lambda work: case_owners.hand_over(work, [Chosen(case.id, None)], actor.id)

    assert at_once((cast.olu, to(cast.mary)), (cast.mary, to(cast.olu))) == ["done", "done"]
    assert len(audited(context, "CaseHandedOver")) == 1


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_no_one_else_can_pass_a_case_on(cast, make, context, who):
    case = make.case(make.child(linked=(cast.sana, cast.ann, cast.pat)))
    with pytest.raises(Forbidden):
        hand_over(getattr(cast, who), cast.mary, case)
    assert owners(context, case) == [None]


@pytest.mark.parametrize("to", ["sana", "pat", "ines", None])
def test_a_case_goes_to_the_sen_team_only(cast, make, context, to):
    case = make.case(make.child())
    with pytest.raises(ValidationFailed) as refused:
        hand_over(cast.olu, to and getattr(cast, to), case)
    assert [fault.field for fault in refused.value.faults] == ["colleague"]
    assert owners(context, case) == [None]


@pytest.mark.parametrize("number", [0, 101])
def test_none_and_too_many_at_once_are_refused(cast, number):
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        case_owners.hand_over(work, [Chosen(each, None) for each in range(1, number + 1)], cast.mary.id)


LEAVE = {
    "account closed": accounts.deactivate,
    "role lost": lambda work, person: accounts.set_roles(work, person, {Role.professional}),
}


@pytest.mark.parametrize("how", LEAVE)
def test_the_cases_of_an_officer_who_leaves_have_no_owner_and_the_team_gets_a_message(
    cast, make, context, how
):
    cases = [make.case(make.child(), owner_id=cast.olu.id) for _ in range(2)]
    other = make.case(make.child(), owner_id=cast.mary.id)
    with cast.ines.works() as work:
        LEAVE[how](work, cast.olu.id)
    assert owners(context, *cases, other) == [None, None, cast.mary.id]
    assert ("cases_left", {"person": cast.olu.principal.name, "cases": "2"}) in letters(context, None)
    assert len(audited(context, "CaseWithoutOwner")) == 2


def test_an_officer_who_becomes_a_manager_keeps_their_cases(cast, make, context):
    case = make.case(make.child(), owner_id=cast.olu.id)
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.olu.id, {Role.sen_manager})
    assert owners(context, case) == [cast.olu.id]


def test_a_case_handed_over_while_the_colleague_leaves_is_left_with_no_one(cast, make, context):
    case = make.case(make.child(), owner_id=cast.mary.id)

    def leave(work):
        accounts.deactivate(work, cast.olu.id)

    def hand(work):
        case_owners.hand_over(work, [Chosen(case.id, cast.mary.id)], cast.olu.id)

    came = at_once((cast.ines, leave), (cast.mary, hand))
    assert came in (["ValidationFailed", "done"], ["done", "done"])
    assert owners(context, case) in ([None], [cast.mary.id])
