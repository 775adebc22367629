"""Open cases from another system."""

from datetime import date

import pytest
from sqlalchemy import select

from app.core.errors import Forbidden
from app.imports.batches import start_import
from app.imports.rules.states import ImportKind
from app.models import AuditRow, Case, Decision, Duty, Message
from tests.cast import everything

HEADINGS = "UPN,Forename,Surname,DOB,ReceivedDate,RequestSource\n"
ROW = ",Amina,SHAH,27/3/2015,01-11-2026,1\n"


@pytest.fixture
def amina(make):
    return make.child(forenames="Amina", surname="Shah", date_of_birth=date(2015, 3, 27))


def cases(context):
    with everything(context) as work:
        return work.session.scalars(select(Case).order_by(Case.id)).all()


def test_a_case_is_opened_with_its_duties_and_taken_back(cast, context, importing, amina):
    batch = importing(cast.mary, ImportKind.requests, HEADINGS + ROW)
    assert (batch.rows(), cases(context)) == ([(2, "ready", [])], [])
    batch.confirm()
    [case] = cases(context)
    assert (case.child_id, case.received_on, case.source.name) == (amina.id, date(2026, 11, 1), "parent")
    assert (case.owner_id, case.due_on) == (cast.mary.id, date(2026, 12, 13))
    batch.undo()
    with everything(context) as work:
        left = work.session.query(Duty).count()
    assert (cases(context), left, batch.state) == ([], 0, "undone")


def test_a_case_on_which_someone_worked_stays_with_its_duties(cast, context, importing, amina):
    batch = importing(cast.mary, ImportKind.requests, HEADINGS + ROW).confirm()
    [case] = cases(context)
    with everything(context) as work:
        work.get(Case, case.id).note = "Called."
        before = work.session.query(Duty).count()
    batch.undo()
    assert batch.rows() == [(2, "remains", [""])]
    with everything(context) as work:
        assert work.session.query(Duty).count() == before > 0


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (",Bo,Li,27/3/2015,01-11-2026,1\n", ["date_of_birth"]),
        (",Amina,Shah,27/3/2015,01-11-2022,1\n", ["received_on"]),
        (",Amina,Shah,27/3/2015,01-12-2026,1\n", ["received_on"]),
        ("B80,Amina,Shah,27/3/2015,01-11-2026,9\n", ["upn", "source"]),
    ],
)
def test_faults_are_listed(cast, importing, amina, row, columns):
    assert importing(cast.mary, ImportKind.requests, HEADINGS + row).rows() == [(2, "faulty", columns)]


def test_a_child_with_an_undecided_case_is_left_out_or_fails(cast, context, importing, amina):
    batch = importing(cast.mary, ImportKind.requests, HEADINGS + ROW + ROW).confirm()
    assert [state for _number, state, _columns in batch.rows()] == ["done", "failed"]
    again = importing(cast.mary, ImportKind.requests, HEADINGS + ROW)
    assert again.rows() == [(2, "left_out", [""])]
    assert len(cases(context)) == 1


@pytest.mark.parametrize("who", ["olu", "ines", "sana", "pat"])
def test_only_managers_import_cases(cast, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        start_import(work, ImportKind.requests, "A file", (HEADINGS + ROW).encode())


LATER = (
    "Forename,Surname,DOB,ReceivedDate,RequestSource,Assessment agreed on,Plan agreed on,Why it was late\n"
)


def test_a_case_in_the_assessment_has_its_true_dates_and_no_one_gets_a_message(
    cast, context, importing, make
):
    child = make.child(
        forenames="Amina", surname="Shah", date_of_birth=date(2015, 3, 27), linked=(cast.pat, cast.sana)
    )
    row = "Amina,Shah,27/3/2015,1/8/2025,2,20/9/2025,,Staff were away\n"
    batch = importing(cast.mary, ImportKind.requests, LATER + row).confirm()
    assert batch.rows() == [(2, "done", [])]
    [case] = cases(context)
    assert (case.child_id, case.state.name, case.decided_on) == (child.id, "assessing", date(2025, 9, 20))
    assert case.due_on == date(2025, 12, 19), "20 weeks from the day of receipt"
    with everything(context) as work:
        [decision] = work.session.query(Decision)
        duties = {each.key: each for each in work.session.query(Duty)}
        assert work.session.query(Message).count() == 0
        recorded = set(work.session.scalars(select(AuditRow.event)))
    assert (decision.decided_on, decision.late_reason) == (date(2025, 9, 20), "Staff were away")
    assert duties["decide_to_assess"].ended_on == date(2025, 9, 20)
    assert recorded >= {"RequestRecorded", "AssessmentAgreed", "ImportFinished"}
    batch.undo()
    with everything(context) as work:
        assert work.session.query(Decision).count() == 0
    assert (cases(context), batch.state) == ([], "undone")


def test_a_case_with_an_agreed_plan_goes_on_from_there(cast, context, importing, amina):
    row = "Amina,Shah,27/3/2015,1/8/2026,2,1/9/2026,10/11/2026,\n"
    importing(cast.mary, ImportKind.requests, LATER + row).confirm()
    [case] = cases(context)
    assert (case.state.name, case.due_on) == ("preparing_plan", date(2026, 12, 19))


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("Amina,Shah,27/3/2015,1/8/2020,2,1/9/2020,,\n", ["received_on"]),
        ("Amina,Shah,27/3/2015,1/8/2026,2,31/7/2026,,\n", ["agreed_on"]),
        ("Amina,Shah,27/3/2015,1/8/2026,2,1/9/2026,31/8/2026,\n", ["plan_agreed_on"]),
        ("Amina,Shah,27/3/2015,1/8/2026,2,,31/8/2026,\n", ["agreed_on"]),
    ],
)
def test_steps_are_in_the_order_of_their_days(cast, importing, amina, row, columns):
    assert importing(cast.mary, ImportKind.requests, LATER + row).rows() == [(2, "faulty", columns)]


def test_a_refused_case_is_not_open(cast, importing, amina):
    text = "Forename,Surname,DOB,ReceivedDate,RequestSource,Assessment agreed\n"
    batch = importing(cast.mary, ImportKind.requests, text + "Amina,Shah,27/3/2015,1/11/2026,2,No\n")
    assert batch.rows() == [(2, "faulty", ["agreed"])]


def test_the_same_case_twice_is_imported_once(cast, context, importing, amina):
    row = "Amina,Shah,27/3/2015,1/8/2026,2,1/9/2026,,\n"
    batch = importing(cast.mary, ImportKind.requests, LATER + row + row).confirm()
    assert [state for _number, state, _columns in batch.rows()] == ["done", "failed"]
    assert importing(cast.mary, ImportKind.requests, LATER + row).rows() == [(2, "left_out", [""])]
    assert len(cases(context)) == 1
