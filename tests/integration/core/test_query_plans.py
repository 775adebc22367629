"""How the database goes about what is asked on every page: by small indexes of what is open, planned once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, true

from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.core.database.engine import end_reading
from app.core.database.listing import Criteria, Page
from app.models import AWAITED_ADVICE, PLAN_DUE_CASES, UNDECIDED_CASES, Case, Child, Form, FormVersion
from app.views.cases import case_list
from app.views.cases.case_list import CaseList
from app.views.cases.casework_lists import AdviceList, ChildList, RegistrationList, RequestList
from app.views.messages.message_lists import MessageList
from tests.cast import everything


def how_it_is_read(context, statement) -> str:
    """The database's own plan."""
    with everything(context) as work:
        session = work.session
        written = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
        if context.database.is_sqlite:
            return "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}")))
        session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of a few rows is read whole
        return "\n".join(session.scalars(text(f"EXPLAIN {written}")))


def test_what_is_awaited_is_found_without_walking_through_all_that_ever_was(context):
    for table, criterion, index in (
        (Form, AWAITED_ADVICE, "ix_form_awaited_advice"),
        (Case, UNDECIDED_CASES, "ix_ehc_case_undecided"),
        (Case, PLAN_DUE_CASES, "ix_ehc_case_plan_due"),
    ):
        soonest = (
            select(table.id).where(criterion, table.due_on.is_not(None)).order_by(table.due_on, table.id)
        )
        plan = how_it_is_read(context, soonest.limit(8))
        # Either reads only what is open. By due date alone, everything that ever was due would come first.
        assert index in plan or "ix_form_kind_state_due" in plan
        assert "ix_form_due_on" not in plan
        assert "ix_ehc_case_due_on" not in plan


SORTED = ("TEMP B-TREE", "Sort  ")
FEW_ROWS = {("RegistrationList", "last_name"), ("RegistrationList", "created_at")}
"""One row for each person who ever asked for an account."""


def _views() -> list[tuple[Any, str, str, bool]]:
    """Every list about children, each of its ready-made views and orders, both ways round."""
    return [
        (shown, view, order, descending)
        for shown in (ChildList, CaseList, RequestList, AdviceList, MessageList, RegistrationList)
        for view, order in [
            *[("", order) for order in sorted({shown.base_order[0], *shown.order_columns})],
            *[(view, shown.base_order[0]) for view in shown.saved_filters],
        ]
        for descending in (False, True)
        if (shown.__name__, order) not in FEW_ROWS
    ]


def _grow(context: Any, make: Any) -> None:
    """A county of some size: enough for SQLite to know how its rows lie."""
    child, someone = make.child(), 1
    born = {"forenames": "A", "surname": "B", "added_by_id": someone, "search_name": "b a"}
    with everything(context) as work:
        children = work.session.scalars(
            insert(Child).returning(Child.id),
            [born | {"date_of_birth": child.date_of_birth + timedelta(days=n % 700)} for n in range(2000)],
        ).all()
        version = work.session.scalars(select(FormVersion.id)).first()
        for kind, state in (("request", "decided"), ("advice", "accepted")):
            form = {"kind": kind, "state": state, "form_version_id": version}
            work.session.execute(
                insert(Form.__table__),
                [
                    form | {"child_id": number, "due_on": day, "received_on": day, "created_at": work.now}
                    for number in children
                    for day in [child.date_of_birth + timedelta(days=number % 900)]
                ],
            )
        case = {"source": RequestSource.school, "state": CaseState.not_assessing, "note": "", "version": 1}
        work.session.execute(
            insert(Case.__table__),
            [
                case
                | {"child_id": number, "due_on": day, "received_on": day, "created_at": work.now}
                | {"channel": Channel.portal, "statutory": True, "number": f"00-{number:05}"}
                for number in children
                for day in [child.date_of_birth + timedelta(days=number % 900)]
            ],
        )
    context.database.gather_statistics()
    context.database.engine.dispose()


@pytest.mark.parametrize(
    ("shown", "view", "order", "descending"),
    _views(),
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_list_reads_its_rows_in_their_order_and_sorts_nothing(
    app, context, cast, make, monkeypatch, shown, view, order, descending
):
    monkeypatch.setattr(case_list, "principal", lambda: cast.olu.principal)
    if context.database.is_sqlite:
        _grow(context, make)
    listing = shown.datamodel.listing
    with cast.olu.works() as work, app.app_context():
        session = work.session
        criterion = shown.saved_filters[view].criterion() if view else true()
        if not context.database.is_sqlite:  # tables of a few rows are read whole and sorted
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_bitmapscan = off"))
            session.execute(text("SET LOCAL enable_sort = off"))
        plan = _plan_of(
            context, lambda: listing.page(session, Criteria(criterion), Page(order, descending, 0, 25), 1001)
        )
    # PostgreSQL puts those of one day in the order of their numbers, which sorts no more than a day's.
    sorts = [step for step in plan if any(word in step for word in SORTED) and "Incremental" not in step]
    assert not sorts, plan


def _plan_of(context: Any, read: Callable[[], Any]) -> list[str]:
    """How the database goes about the last statement sent while this is read."""
    sent: list[Any] = []

    def note(connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((connection, statement, values))

    event.listen(context.database.engine, "before_cursor_execute", note)
    read()
    event.remove(context.database.engine, "before_cursor_execute", note)
    connection, statement, values = sent[-1]
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN {'QUERY PLAN ' if context.database.is_sqlite else ''}{statement}", values)
    return [str(row[-1]) for row in cursor.fetchall()]


def test_children_in_doubt_are_found_without_reading_the_county(context):
    in_doubt = select(Child.id).where(
        Child.possible_duplicate_of_id.is_not(None), Child.merged_into_id.is_(None)
    )
    assert "ix_child_in_doubt" in how_it_is_read(context, in_doubt.order_by(Child.id.desc()).limit(25))


def test_a_page_that_only_read_leaves_its_statements_planned(context, cast):
    browser = cast.sana.browser()
    for _ in range(8):
        assert browser.get("/").status_code == 200
    if context.database.is_sqlite:
        return
    with context.database.engine.connect() as connection:
        planned = connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%form%'")
        )
    assert planned >= 1


def test_what_was_changed_while_only_reading_was_meant_is_undone(cast, make, context):
    child = make.child(surname="Before", linked=(cast.ann,))
    for change in (
        lambda session: setattr(session.get(Child, child.id), "surname", "After"),
        lambda session: (setattr(session.get(Child, child.id), "surname", "After"), session.flush()),
        lambda session: session.execute(text("UPDATE child SET surname = 'After'")),
    ):
        with everything(context) as work:
            work.session.rollback()
            change(work.session)
            end_reading(work.session)
        with everything(context) as work:
            assert work.get(Child, child.id).surname == "Before"
