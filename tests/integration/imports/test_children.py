"""Children from another system: the checks of the page to add one, duplicates and undo."""

from datetime import date

import pytest
from sqlalchemy import select

from app.core.errors import Forbidden
from app.imports.batches import choose, start_import
from app.imports.rules.states import ImportKind, RowChoice
from app.models import AuditRow, Child, Message, OutboxMail
from tests.cast import everything

HEADINGS = "Forename,Last name,DOB,Address,Post code,UPN,UPNunknown,NHS no\n"
FILE = HEADINGS + "Amina,Shah,27/3/2015,1 Road,bd9 4nq,,UNX,\n"


def children(context):
    with everything(context) as work:
        return work.session.scalars(select(Child).order_by(Child.id)).all()


def count(context, table):
    with everything(context) as work:
        return work.session.query(table).count()


def test_children_are_added_with_clean_details_and_taken_back(cast, context, importing):
    text = FILE + "Zoë,O’Hara,2 Sep 2016,2 Road,BD9 4NQ,B801200005001,,943 476 5919\n"
    batch = importing(cast.mary, ImportKind.children, text)
    assert (batch.rows(), children(context)) == ([(2, "ready", []), (3, "ready", [])], [])
    mail, messages = count(context, OutboxMail), count(context, Message)
    batch.confirm()
    first, second = children(context)
    assert (first.name, first.postcode, first.upn_missing_reason) == ("Amina Shah", "BD9 4NQ", "UNX")
    assert (second.surname, second.date_of_birth) == ("O'Hara", date(2016, 9, 2))
    assert (second.upn, second.nhs_number) == ("B801200005001", "9434765919")
    assert (count(context, OutboxMail), count(context, Message)) == (mail, messages), "no one is mailed"
    batch.undo()
    assert (children(context), batch.state) == ([], "undone")
    with everything(context) as work:
        events = work.session.scalars(select(AuditRow.event).where(AuditRow.child_id == first.id)).all()
    assert events == ["ChildAdded", "ImportedChildDeleted"]


def test_every_fault_is_listed(cast, importing):
    text = HEADINGS + "Amina,,31/2/2015,,BD1,B801200005002,,943\nBo,Li,1/1/1980,1 Road,BD9 4NQ,,UN7,\n"
    batch = importing(cast.mary, ImportKind.children, text)
    assert batch.rows() == [(2, "faulty", ["date_of_birth"]), (3, "faulty", ["upn_missing_reason"])]
    text = HEADINGS + "Amina,,1/2/2015,,BD1,B801200005002,,943\n"
    batch = importing(cast.mary, ImportKind.children, text)
    assert batch.rows() == [(2, "faulty", ["surname", "address", "postcode", "upn", "nhs_number"])]


@pytest.mark.parametrize(("choice", "added"), [("same", 0), ("new", 1), ("leave", 0)])
def test_a_possible_duplicate_is_decided(cast, context, make, importing, choice, added):
    known = make.child(forenames="Aminah", surname="Shah", date_of_birth=date(2015, 3, 27))
    batch = importing(cast.mary, ImportKind.children, FILE + "Bo,Li,1/1/2016,1 Road,BD1 1HX,,UNX,\n")
    [row, _other] = batch.stored()
    assert (row.state.name, row.match_id) == ("doubtful", known.id)
    with cast.mary.works() as work:
        choose(work, batch.id, {row.id: RowChoice[choice]}, None)
    batch.confirm()
    assert len(children(context)) == 2 + added
    batch.undo()
    assert [child.id for child in children(context)] == [known.id]


def test_the_same_child_twice_in_a_file_is_added_once(cast, context, importing):
    batch = importing(cast.mary, ImportKind.children, FILE + FILE.split("\n", 1)[1]).confirm()
    assert [state for _number, state, _columns in batch.rows()] == ["done", "failed"]
    assert len(children(context)) == 1


def test_a_child_on_whom_someone_worked_stays(cast, context, make, importing):
    text = FILE + "Bo,Li,1/1/2016,1 Road,BD1 1HX,,UNX,\nCy,Oh,1/1/2014,1 Road,BD2 1HX,,UNX,\n"
    batch = importing(cast.mary, ImportKind.children, text).confirm()
    linked, corrected, _untouched = children(context)
    make.link(linked, cast.sana)
    with everything(context) as work:
        work.get(Child, corrected.id).known_as = "Bob"
    batch.undo()
    assert [state for _number, state, _columns in batch.rows()] == ["remains", "remains", "undone"]
    assert [child.id for child in children(context)] == [linked.id, corrected.id]


@pytest.mark.parametrize("who", ["olu", "ines", "sana", "pat"])
def test_only_managers_import_children(cast, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        start_import(work, ImportKind.children, "A file", FILE.encode())


def test_values_of_children_are_not_logged(cast, importing, caplog):
    caplog.set_level("DEBUG", logger="app")
    importing(cast.mary, ImportKind.children, FILE + FILE.split("\n", 1)[1]).confirm().undo()
    assert "Amina" not in caplog.text
