"""Two records of one child become one: nothing that hung on the newer one is lost, doubled or left open."""

import pytest
from sqlalchemy import func, select

from app.models import Child, ChildLink, Invitation
from app.services import duplicates, invitation_acceptance, invitations
from app.services.mailed_links import OpenLink, Purpose
from app.services.work import unit_of_work
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


def open_links(office, child):
    with everything(office) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        return list(work.session.scalars(statement))


def invite(cast, child):
    with cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Imran", "Hussain", FATHER, "Father"))


def accept(office):
    with unit_of_work(office, None) as work:
        link = OpenLink(0, Purpose.invite, FATHER, None, None, "x")
        return invitation_acceptance.accept(work, link, "hash").id


def test_a_record_merged_into_one_that_is_merged_itself_belongs_to_the_last(office, cast, make, pair):
    older, newer = pair
    merge(cast, newer)
    eldest = make.child()
    with everything(office) as work:
        work.get(Child, older.id).possible_duplicate_of_id = eldest.id
    merge(cast, older)

    with everything(office) as work:
        assert {work.get(Child, each.id).merged_into_id for each in pair} == {eldest.id}
        assert work.get(Child, newer.id).possible_duplicate_of_id is None


def test_an_invitation_to_the_newer_record_opens_the_older_one(office, cast, pair):
    older, newer = pair
    invite(cast, newer)
    merge(cast, newer)

    father = accept(office)

    assert father in [link.person_id for link in open_links(office, older)]
    assert open_links(office, newer) == []


def test_a_parent_invited_to_both_records_is_linked_once_and_so_can_be_unlinked(office, cast, pair):
    older, newer = pair
    invite(cast, newer)
    invite(cast, older)
    merge(cast, newer)

    father = accept(office)

    assert [link.person_id for link in open_links(office, older)].count(father) == 1
    with everything(office) as work:
        settled = func.coalesce(Invitation.accepted_at, Invitation.withdrawn_at)
        assert None not in set(work.session.scalars(select(settled)))


def test_a_child_in_one_queue_twice_waits_there_once(office, cast, make, pair):
    older, newer = pair
    for child in pair:
        make.queue(child, cast.hana)
    merge(cast, newer)

    queues = [link for link in open_links(office, older) if link.person_id is None]
    assert [link.organisation_id for link in queues] == [cast.hana.principal.organisation_id]
