"""What is in Today, for whom, and how the database reads it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select, text, update

from app.cases.absences import Cover, arrange_cover
from app.cases.queries.absences import workload_of
from app.cases.queries.today import Wanted, today_of, urgent_for
from app.cases.rules.case_states import CaseState
from app.cases.rules.today import Reason, Whose
from app.forms.rules.workflow import FormState
from app.models import Case, Form, Message
from tests.cast import everything
from tests.integration.core.test_query_plans import SORTED, _grow

TODAY = date(2026, 11, 23)


def day(number):
    return TODAY + timedelta(days=number)


def read(actor, whose=Whose.team, **wanted):
    with actor.works() as work:
        covered = workload_of(work.session, work.me.user_id, work.today).covered
        return today_of(work.session, work.me, work.today, Wanted(whose, **wanted), covered)


def listed(actor, whose=Whose.team, **wanted):
    return [(row.reason, row.target_id) for row in read(actor, whose, **wanted).rows]


@pytest.fixture
def waiting(cast, make, clock):
    """One row for each reason, all about Olu's cases, with a late and an earlier one of each."""
    assert clock.today() == TODAY
    now = clock.now()
    later, late = [make.case(make.child(), owner_id=cast.olu.id, due_on=day(each)) for each in (-1, -9)]
    soon, today = [make.case(make.child(), owner_id=cast.olu.id, due_on=day(each)) for each in (7, 0)]
    make.case(make.child(), owner_id=cast.olu.id, due_on=day(8))
    make.case(make.child(), owner_id=cast.olu.id, state=CaseState.not_assessing)
    unsent = make.case(make.child(), owner_id=cast.olu.id, state=CaseState.not_issuing, due_on=day(20))
    child = make.case(make.child(), owner_id=cast.olu.id, due_on=day(30)).child_id
    child = type("Of", (), {"id": child})
    second, first = [
        make.advice(
            child, cast.ann, FormState.submitted, submitted_at=now - timedelta(days=each), template=name
        )
        for each, name in ((1, "advice_psychology"), (3, "advice_health"))
    ]
    owed = make.advice(child, cast.sol, due_on=day(-2), template="advice_social_care")
    make.advice(child, cast.sana, due_on=day(2), template="advice_education")
    message = make.message(None, sender_id=cast.pat.id, child_id=child.id, sender_name="Pat Hussain")
    make.message(None, child_id=child.id)
    make.message(None, sender_id=cast.pat.id)
    return [
        (Reason.overdue, late.id),
        (Reason.overdue, later.id),
        (Reason.this_week, today.id),
        (Reason.this_week, soon.id),
        (Reason.notice, unsent.id),
        (Reason.to_read, first.id),
        (Reason.to_read, second.id),
        (Reason.late_advice, owed.id),
        (Reason.unread, message.id),
    ]


def test_what_is_lost_first_is_first_and_nothing_else_is_in_the_list(cast, waiting):
    assert listed(cast.olu, Whose.mine) == waiting
    assert listed(cast.mary, Whose.team) == waiting
    assert listed(cast.mary, Whose.mine) == []
    assert listed(cast.mary, Whose.without_owner) == []


def test_each_row_names_its_case(cast, waiting):
    rows = read(cast.olu, Whose.mine).rows
    assert all(row.number and row.owner_name == cast.olu.principal.name for row in rows)
    assert len({row.number for row in rows[5:]}) == 1, "forms and messages belong to the child's case"


def test_one_reason_is_chosen_and_the_others_still_counted(cast, waiting):
    found = read(cast.olu, Whose.mine, reason=Reason.to_read)
    assert [row.reason for row in found.rows] == [Reason.to_read] * 2
    assert found.counts == dict(zip(Reason, (2, 2, 1, 2, 1, 1), strict=True))
    assert (found.total, found.pages) == (2, 1)


def test_a_child_is_searched_for_by_name(cast, make):
    shah = make.case(make.child(search_name="shah amina"), due_on=day(-1))
    make.case(make.child(search_name="khan yusuf"), due_on=day(-1))
    assert listed(cast.olu, looked_for="shah") == [(Reason.overdue, shah.id)]
    assert listed(cast.olu, Whose.mine, looked_for="shah") == []


def test_a_case_is_searched_for_by_its_number(cast, make, context):
    found, _other = [make.case(make.child(), due_on=day(-1)) for _ in range(2)]
    with everything(context) as work:
        number = work.get(Case, found.id).number
    assert listed(cast.olu, looked_for=number) == [(Reason.overdue, found.id)]


def test_what_belongs_to_no_open_case_has_no_owner(cast, make, clock):
    child = make.child()
    form = make.advice(child, cast.ann, FormState.submitted, submitted_at=clock.now())
    free = make.case(make.child(), due_on=day(-1))
    assert listed(cast.olu, Whose.without_owner) == [(Reason.overdue, free.id), (Reason.to_read, form.id)]
    assert read(cast.olu, Whose.without_owner).rows[1].number == ""


def test_pages_go_on_from_one_reason_to_the_next(cast, make):
    cases = [make.case(make.child(), due_on=day(each)) for each in range(-20, 7)]
    first, second = read(cast.olu), read(cast.olu, page=2)
    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (27, 2, 25, 2)
    assert [row.target_id for row in [*first.rows, *second.rows]] == [case.id for case in cases]
    assert read(cast.olu, page=9).page == 2


def test_a_request_sent_in_names_its_own_case_where_the_child_has_two(cast, make, clock):
    child = make.child()
    form = make.request(child, cast.sana, FormState.submitted, submitted_at=clock.now())
    make.case(child, due_on=day(50))
    (row,) = [row for row in read(cast.olu).rows if row.reason is Reason.to_read]
    assert (row.target_id, row.case_id) == (form.id, make.case_of(form))


def test_the_covered_officers_cases_are_mine_while_i_cover(cast, make, clock):
    theirs, mine = [make.case(make.child(), owner_id=who.id, due_on=day(-1)) for who in (cast.olu, cast.mary)]
    assert listed(cast.mary, Whose.mine) == [(Reason.overdue, mine.id)]
    with cast.olu.works() as work:
        arrange_cover(work, Cover(cast.olu.id, cast.mary.id, day(0), day(1)))
    assert listed(cast.mary, Whose.mine) == [(Reason.overdue, theirs.id), (Reason.overdue, mine.id)]
    assert listed(cast.mary, Whose.covered) == [(Reason.overdue, theirs.id)]
    assert listed(cast.olu, Whose.mine) == [(Reason.overdue, theirs.id)], "who is away keeps their cases"
    with cast.mary.works() as work:
        assert urgent_for(work.session, work.me, work.today) == 2
    clock.forward(days=2)
    assert listed(cast.mary, Whose.mine) == [(Reason.overdue, mine.id)]


def test_the_number_in_the_menu_is_of_ones_own_overdue_and_due_this_week(cast, waiting):
    with cast.olu.works() as work:
        assert urgent_for(work.session, work.me, work.today) == 4
        assert workload_of(work.session, work.me.user_id, work.today).has_cases
    with cast.mary.works() as work:
        assert urgent_for(work.session, work.me, work.today) == 0
        assert not workload_of(work.session, work.me.user_id, work.today).has_cases


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_no_one_else_reads_anything_there(cast, waiting, who):
    found = read(getattr(cast, who), Whose.team)
    assert found.counts[Reason.overdue] == found.counts[Reason.this_week] == 0


IN_ORDER = {
    Reason.overdue: ("ix_ehc_case_due_on",),
    Reason.this_week: ("ix_ehc_case_due_on",),
    Reason.notice: ("ix_ehc_case_without_notice",),
    Reason.to_read: ("ix_form_to_read",),
    Reason.late_advice: ("ix_form_awaited_advice",),
    Reason.unread: ("ix_message_team_unread", "ix_message_unread"),
}
"""The index that gives the team's rows in their order."""
HISTORY = ("ix_form_due_on", "ix_form_received_on", "ix_message_inbox", "ix_message_team ")


@pytest.mark.parametrize("whose", [Whose.mine, Whose.without_owner, Whose.team])
@pytest.mark.parametrize("reason", Reason)
def test_rows_and_counts_come_from_small_indexes_of_what_is_open(context, cast, make, waiting, reason, whose):
    if context.database.is_sqlite:
        _read_messages(context)
        _grow(context, make)
        _ask_again(context)
    if whose is Whose.without_owner:
        with everything(context) as work:
            work.session.execute(update(Case.__table__).values(owner_id=None))
    counts, rows = _plans(context, cast.olu, whose, reason)
    for plan in (counts, rows):
        assert [line for line in plan.splitlines() if _reads_all(line)] == [], plan
    if whose is Whose.team:
        assert any(index in rows for index in IN_ORDER[reason]), rows
        assert not any(word in rows for word in SORTED), rows


def _read_messages(context):
    """Messages that were read long ago, for SQLite to know that most are."""
    with everything(context) as work:
        read = {"subject": "x", "body": "", "sender_name": "", "from_team": False, "facts": {}}
        read |= {"created_at": work.now, "read_at": work.now}
        rows = [read | {"event_key": f"old-{number}"} for number in range(2000)]
        work.session.execute(insert(Message.__table__), rows)


def _ask_again(context):
    """Advice that is awaited: one form in ten, as in a county at work."""
    with everything(context) as work:
        closed = select(Form.id).where(Form.kind == "advice", Form.state == FormState.accepted)
        ids = work.session.scalars(closed.order_by(Form.id).limit(300)).all()
        change = update(Form.__table__).where(Form.id.in_(ids))
        work.session.execute(change.values(state="asked", author_id=None, due_on=TODAY))
    context.database.gather_statistics()
    context.database.engine.dispose()


def _reads_all(line):
    """Whether a step of a plan goes through a whole table, or an index of all that ever was."""
    words = line.replace("->", "").split()
    tables = {"child", "ehc_case", "form", "message"}
    whole = (words[:1] == ["SCAN"] and words[1:2] and words[1] in tables and "INDEX" not in words) or (
        words[:3] == ["Seq", "Scan", "on"] and words[3] in tables
    )
    return whole or any(index in f"{line} " for index in HISTORY)


def _plans(context, actor, whose, reason):
    """How the database reads the counts and the rows for a reason."""
    sent = []

    def note(connection, _cursor, statement, values, *_rest):
        if statement.startswith("SELECT") and "LIMIT" in statement:
            sent.append((statement, values))

    with actor.works() as work:
        session = work.session
        if not context.database.is_sqlite:  # tables of a few rows are read whole and sorted
            for switch in ("seqscan", "bitmapscan", "sort"):
                session.execute(text(f"SET LOCAL enable_{switch} = off"))
        event.listen(context.database.engine, "before_cursor_execute", note)
        today_of(session, work.me, work.today, Wanted(whose, reason), {})
        event.remove(context.database.engine, "before_cursor_execute", note)
        assert len(sent) == 2
        cursor = session.connection().connection.cursor()
        plans = []
        for statement, values in sent:
            cursor.execute(
                f"EXPLAIN {'QUERY PLAN ' if context.database.is_sqlite else ''}{statement}", values
            )
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        return plans
