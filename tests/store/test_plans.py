"""How the database goes about what is asked on every page: by small indexes of what is open, planned once."""

from sqlalchemy import select, text

from app.models import AWAITED_ADVICE, UNDECIDED_REQUESTS, Child, Form
from app.store.database import end_reading
from tests.cast import everything


def how_it_is_read(office, statement) -> str:
    """The database's own plan."""
    with everything(office) as work:
        session = work.session
        written = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
        if office.database.is_sqlite:
            return "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}")))
        session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of a few rows is read whole
        return "\n".join(session.scalars(text(f"EXPLAIN {written}")))


def test_what_is_awaited_is_found_without_walking_through_all_that_ever_was(office):
    for criterion, index in (
        (AWAITED_ADVICE, "ix_form_awaited_advice"),
        (UNDECIDED_REQUESTS, "ix_form_undecided_requests"),
    ):
        soonest = select(Form.id).where(criterion, Form.due_on.is_not(None)).order_by(Form.due_on, Form.id)
        plan = how_it_is_read(office, soonest.limit(8))
        # Either reads only what is open. By due date alone, everything that ever was due would come first.
        assert index in plan or "ix_form_kind_state_due" in plan
        assert "ix_form_due_on" not in plan


def test_children_in_doubt_are_found_without_reading_the_county(office):
    in_doubt = select(Child.id).where(
        Child.possible_duplicate_of_id.is_not(None), Child.merged_into_id.is_(None)
    )
    assert "ix_child_in_doubt" in how_it_is_read(office, in_doubt.order_by(Child.id.desc()).limit(25))


def test_a_page_that_only_read_leaves_its_statements_planned(office, cast):
    browser = cast.sana.browser()
    for _ in range(8):
        assert browser.get("/").status_code == 200
    if office.database.is_sqlite:
        return
    with office.database.engine.connect() as connection:
        planned = connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%form%'")
        )
    assert planned >= 1


def test_what_was_changed_while_only_reading_was_meant_is_undone(cast, make, office):
    child = make.child(surname="Before", linked=(cast.ann,))
    for change in (
        lambda session: setattr(session.get(Child, child.id), "surname", "After"),
        lambda session: (setattr(session.get(Child, child.id), "surname", "After"), session.flush()),
        lambda session: session.execute(text("UPDATE child SET surname = 'After'")),
    ):
        with everything(office) as work:
            work.session.rollback()
            change(work.session)
            end_reading(work.session)
        with everything(office) as work:
            assert work.get(Child, child.id).surname == "Before"
