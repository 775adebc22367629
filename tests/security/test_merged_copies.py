"""What was sent to a parent by name stays theirs, and only theirs, when two records are merged and when they are two again."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import duplicates, links, merges, notices, plans
from app.cases.moved_copies import ADDRESSED
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.core.base import Row
from app.core.errors import NotFound
from app.documents import documents
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import ChildLink, ChildMerge, Document, Notice, NoticeCopy, Plan, Submission
from tests.cast import everything


@pytest.fixture
def pair(make, cast):
    """Two records of one child: pat is a parent on both, quinn on the older one only."""
    older = make.child(linked=(cast.pat, cast.quinn))
    return older, make.child(linked=(cast.sana, cast.pat), possible_duplicate_of_id=older.id)


@pytest.fixture
def sent(cast, make, context):
    """Sends a draft plan, a notice and shares advice about this record with its parents of these names."""
    return lambda child, *whom: Sent(cast, make, context, child, whom)


class Sent:
    """A plan, a notice and a form that were sent to some parents about one record."""

    def __init__(self, cast, make, context, child, whom):
        self.cast, self.context = cast, context
        case = make.case(child, state=CaseState.preparing_plan)
        chosen = frozenset(self._link(child.id, each) for each in whom)
        with cast.olu.works() as work:
            to_serve = PlanToServe(work.today, Served.portal, chosen)
            file = documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))
            plan = plans.serve_draft(work, case.id, to_serve, file)
            self.plan, self.file = plan.id, plan.document_id
        with cast.olu.works() as work:
            text = notices.text_for(work, case.id, NoticeKind.N6)
            letter = NoticeToServe(NoticeKind.N6, text.title, text.body, work.today, Served.portal, chosen)
            self.notice = notices.serve_notice(work, case.id, letter).id
        templates = ("advice_psychology", "advice_health", "advice_social_care", "advice_education")
        with everything(context) as work:
            taken = len(work.session.scalars(select(Plan.id)).all()) - 1
        form = make.advice(child, cast.ann, FormState.accepted, template=templates[taken])
        self.form = form.id
        make.share(form)
        with cast.olu.works() as work:
            set_sharing(work, form.id, SharingChoice(links=chosen))

    def _link(self, child_id, actor):
        with everything(self.context) as work:
            found = select(ChildLink.id).where(
                ChildLink.child_id == child_id,
                ChildLink.person_id == actor.id,
                ChildLink.ended_at.is_(None),
            )
            return work.session.scalars(found).one()

    def read_by(self, actor):
        """What this person reads of it."""
        found = set()
        with actor.works() as work:
            for name, table, number in (
                ("plan", Plan, self.plan),
                ("file", Document, self.file),
                ("notice", Notice, self.notice),
            ):
                if work.find(table, number) is not None:
                    found.add(name)
            copies = work.session.scalars(select(NoticeCopy).where(NoticeCopy.notice_id == self.notice))
            found |= {"copy" for _ in copies}
            shared = select(Submission.id).where(Submission.form_id == self.form)
            found |= {"form" for _ in work.session.scalars(shared)}
        return found


EVERYTHING = {"plan", "file", "notice", "copy", "form"}


def merge(cast, pair):
    with cast.olu.works() as work:
        duplicates.same_child(work, pair[1].id)


def undo(cast, context):
    with everything(context) as work:
        merge_id = work.session.scalars(select(ChildMerge.id).order_by(ChildMerge.id.desc())).first()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "They are cousins")


def test_a_parent_on_both_records_reads_after_the_merge_what_was_sent_on_either(cast, context, pair, sent):
    on_older, on_newer = sent(pair[0], cast.pat), sent(pair[1], cast.pat)
    assert [each.read_by(cast.pat) for each in (on_older, on_newer)] == [EVERYTHING] * 2
    merge(cast, pair)
    assert [each.read_by(cast.pat) for each in (on_older, on_newer)] == [EVERYTHING] * 2
    assert [each.read_by(cast.quinn) for each in (on_older, on_newer)] == [set()] * 2
    undo(cast, context)
    assert [each.read_by(cast.pat) for each in (on_older, on_newer)] == [EVERYTHING] * 2
    assert [each.read_by(cast.quinn) for each in (on_older, on_newer)] == [set()] * 2


def test_what_was_sent_between_stays_with_its_record_and_its_reader(cast, context, pair, sent):
    merge(cast, pair)
    between = sent(pair[0], cast.pat, cast.quinn)
    undo(cast, context)
    assert between.read_by(cast.pat) == EVERYTHING
    assert between.read_by(cast.quinn) == EVERYTHING


def test_what_was_sent_between_about_the_other_record_s_case_goes_back_with_it(cast, context, make, pair):
    case = make.case(pair[1], state=CaseState.preparing_plan)
    merge(cast, pair)
    with everything(context) as work:
        found = select(ChildLink.person_id, ChildLink.id).where(
            ChildLink.child_id == pair[0].id, ChildLink.ended_at.is_(None)
        )
        link_of = dict(work.session.execute(found).all())
    chosen = frozenset({link_of[cast.pat.id], link_of[cast.quinn.id]})
    with cast.olu.works() as work:
        file = documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))
        plan = plans.serve_draft(work, case.id, PlanToServe(work.today, Served.portal, chosen), file).id
    undo(cast, context)
    with cast.pat.works() as work:
        assert work.find(Plan, plan) is not None
    with cast.quinn.works() as work:  # not linked to that record
        assert work.find(Plan, plan) is None


def test_a_parent_removed_since_reads_nothing_again(cast, context, pair, sent):
    on_older, on_newer = sent(pair[0], cast.pat), sent(pair[1], cast.pat)
    merge(cast, pair)
    with everything(context) as work:
        own = select(ChildLink.id).where(
            ChildLink.child_id == pair[0].id,
            ChildLink.person_id == cast.pat.id,
            ChildLink.ended_at.is_(None),
        )
        link_id = work.session.scalars(own).one()
    with cast.olu.works() as work:
        links.end_link(work, link_id)
    assert [each.read_by(cast.pat) for each in (on_older, on_newer)] == [set()] * 2
    undo(cast, context)
    assert [each.read_by(cast.pat) for each in (on_older, on_newer)] == [set()] * 2


def test_a_parent_removed_before_and_invited_again_reads_nothing_by_a_merge(cast, context, make, pair, sent):
    on_older = sent(pair[0], cast.pat)
    with everything(context) as work:
        own = select(ChildLink).where(ChildLink.child_id == pair[0].id, ChildLink.person_id == cast.pat.id)
        work.session.scalars(own).one().ended_at = work.now - timedelta(days=1)
    make.link(pair[0], cast.pat)
    merge(cast, pair)
    assert on_older.read_by(cast.pat) == set()
    undo(cast, context)
    assert on_older.read_by(cast.pat) == set()


def test_a_parent_of_one_record_reads_what_was_sent_to_them_through_merge_and_undo(
    cast, context, make, pair, sent
):
    on_older = sent(pair[0], cast.quinn)
    merge(cast, pair)
    assert on_older.read_by(cast.quinn) == EVERYTHING
    undo(cast, context)
    assert on_older.read_by(cast.quinn) == EVERYTHING
    assert on_older.read_by(cast.pat) == set()
    with cast.pat.works() as work, pytest.raises(NotFound):
        work.get(Plan, on_older.plan)


def test_every_table_addressed_to_a_link_follows_its_person():
    addressed = {
        mapper.class_
        for mapper in Row.registry.mappers
        for key in mapper.local_table.foreign_keys
        if key.target_fullname == "child_link.id"
    }
    assert addressed == set(ADDRESSED)
