"""Two records of one child become one: nothing that hung on the newer one is lost, doubled or left open."""

import pytest
from sqlalchemy import func, select

from app.accounts.mailed_links import OpenLink, Purpose
from app.cases import duplicates, invitation_acceptance, invitations, links, merges
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.unit_of_work import unit_of_work
from app.models import Child, ChildLink, ChildName, Consent, Invitation
from tests.cast import everything
from tests.make import parent

FATHER = "father@mail.example"


@pytest.fixture
def pair(make, cast):
    older = make.child(linked=(cast.rhys,))
    return older, make.child(linked=(cast.sana,), possible_duplicate_of_id=older.id)


def merge(cast, child):
    with cast.olu.works() as work:
        duplicates.same_child(work, child.id)


def open_links(context, child):
    with everything(context) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        return list(work.session.scalars(statement))


def invite(cast, child):
    with cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Imran", "Hussain", FATHER, "Father"))


def accept(context):
    with unit_of_work(context, None) as work:
        link = OpenLink(0, Purpose.invite, FATHER, None, None, "x")
        return invitation_acceptance.accept(work, link, "hash").id


def test_a_record_merged_into_one_that_is_merged_itself_belongs_to_the_last(context, cast, make, pair):
    older, newer = pair
    merge(cast, newer)
    eldest = make.child()
    with everything(context) as work:
        work.get(Child, older.id).possible_duplicate_of_id = eldest.id
    merge(cast, older)

    with everything(context) as work:
        assert {work.get(Child, each.id).merged_into_id for each in pair} == {eldest.id}
        assert work.get(Child, newer.id).possible_duplicate_of_id is None


def test_an_invitation_to_the_newer_record_opens_the_older_one(context, cast, pair):
    older, newer = pair
    invite(cast, newer)
    merge(cast, newer)

    father = accept(context)

    assert father in [link.person_id for link in open_links(context, older)]
    assert open_links(context, newer) == []


def test_a_parent_invited_to_both_records_is_linked_once_and_so_can_be_unlinked(context, cast, pair):
    older, newer = pair
    invite(cast, newer)
    invite(cast, older)
    merge(cast, newer)

    father = accept(context)

    assert [link.person_id for link in open_links(context, older)].count(father) == 1
    with everything(context) as work:
        settled = func.coalesce(Invitation.accepted_at, Invitation.withdrawn_at)
        assert None not in set(work.session.scalars(select(settled)))


def test_a_child_in_one_queue_twice_waits_there_once(context, cast, make, pair):
    older, newer = pair
    for child in pair:
        make.queue(child, cast.hana)
    merge(cast, newer)

    queues = [link for link in open_links(context, older) if link.person_id is None]
    assert [link.organisation_id for link in queues] == [cast.hana.principal.organisation_id]


def undo(actor, reason="They are cousins"):
    merge_id = 1  # the first in a fresh database
    with actor.works() as work:
        merges.undo_merge(work, merge_id, reason)


def test_b2_an_undone_merge_gives_back_what_came_with_the_merged_record(context, cast, make, pair):
    older, newer = pair
    make.link(newer, cast.rhys)
    consent = make.consent(newer, cast.pat)
    with everything(context) as work:
        work.get(Child, newer.id).nhs_number = "9434765919"
    merge(cast, newer)
    added_since = make.consent(older, cast.olu)
    undo(cast.olu)

    with everything(context) as work:
        assert work.get(Child, newer.id).merged_into_id is None
        assert work.get(Child, older.id).nhs_number is None
        assert work.get(Consent, consent.id).child_id == newer.id
        assert work.get(Consent, added_since.id).child_id == older.id
    assert {link.person_id for link in open_links(context, newer)} == {cast.sana.id, cast.rhys.id}
    assert {link.person_id for link in open_links(context, older)} == {cast.rhys.id}
    with cast.sana.works() as work:
        assert work.get(Child, newer.id).id == newer.id
        with pytest.raises(NotFound):
            work.get(Child, older.id)
    with everything(context) as work:
        names = set(work.session.scalars(select(ChildName.child_id).where(ChildName.child_id == newer.id)))
    assert names == {newer.id}, "the child is found by name again"


def test_b2_a_person_removed_since_the_merge_stays_removed(context, cast, make, pair):
    older, newer = pair
    make.link(newer, cast.rhys)
    merge(cast, newer)
    (link,) = [each for each in open_links(context, older) if each.person_id == cast.rhys.id]
    with cast.olu.works() as work:
        links.end_link(work, link.id)
    undo(cast.olu)

    assert {each.person_id for each in open_links(context, newer)} == {cast.sana.id}


def test_b2_a_merge_is_undone_once_and_with_a_reason(cast, pair):
    merge(cast, pair[1])
    with pytest.raises(ValidationFailed):
        undo(cast.olu, " ")
    undo(cast.olu)
    with pytest.raises(InvalidState):
        undo(cast.mary)


@pytest.mark.parametrize("who", ["sana", "rhys", "pat", "ines"])
def test_b2_only_the_sen_team_undoes_a_merge(cast, pair, who):
    merge(cast, pair[1])

    with pytest.raises((NotFound, Forbidden)):
        undo(getattr(cast, who))


def test_b2_a_detail_corrected_since_the_merge_stays(context, cast, pair):
    older, newer = pair
    with everything(context) as work:
        work.get(Child, newer.id).nhs_number = "9434765919"
    merge(cast, newer)
    with everything(context) as work:
        work.get(Child, older.id).nhs_number = "9434765870"
    undo(cast.olu)

    with everything(context) as work:
        assert work.get(Child, older.id).nhs_number == "9434765870"


def test_b2_two_records_with_the_same_form_open_are_not_merged_halfway(context, cast, make, pair):
    for child in pair:
        make.advice(child, cast.ann)

    with pytest.raises(ValidationFailed):
        merge(cast, pair[1])
    with everything(context) as work:
        assert work.get(Child, pair[1].id).merged_into_id is None


def test_every_table_with_a_child_moves_with_a_merge_or_is_named_here():
    own = {"child", "child_name", "child_merge", "audit"}
    tables = Child.metadata.tables.values()
    with_a_child = {
        table.name for table in tables for key in table.foreign_keys if key.column.table.name == "child"
    }
    assert with_a_child - own == {table.__tablename__ for table in merges.MOVING}


def test_a_person_linked_to_the_two_records_for_two_schools_stays_linked_for_both(context, cast, make, pair):
    older, newer = pair
    first, second = cast.sana.principal.organisation_id, cast.rhys.principal.organisation_id
    cast.sana.joins(second)
    make.link(older, cast.sana, organisation_id=second)
    doubled = make.link(older, cast.hana)
    make.link(newer, cast.hana)
    merge(cast, newer)

    def places(child, actor):
        return sorted(
            each.organisation_id for each in open_links(context, child) if each.person_id == actor.id
        )

    assert places(older, cast.sana) == sorted([first, second])
    assert places(older, cast.hana) == [doubled.organisation_id]
    undo(cast.olu)
    assert (places(older, cast.sana), places(newer, cast.sana)) == ([second], [first])
    assert places(older, cast.hana) == places(newer, cast.hana) == [doubled.organisation_id]
