"""Officers from a file: they are invited, and open their accounts themselves."""

import pytest

from app.core.errors import Forbidden
from app.imports.batches import start_import
from app.imports.rules.states import ImportKind
from app.models import Invitation, Person
from tests.cast import everything

FILE = "Email,Role\nnew.officer@bradford.gov.uk,SEN officer\nNEW.manager@bradford.gov.uk,sen manager\n"


def invitations(context):
    with everything(context) as work:
        rows = work.session.query(Invitation).order_by(Invitation.id)
        return [(row.email, row.role.name, row.withdrawn_at is None) for row in rows]


def test_officers_are_invited_and_the_invitations_withdrawn(cast, context, importing):
    with everything(context) as work:
        before = work.session.query(Person).count()
    batch = importing(cast.ines, ImportKind.officers, FILE)
    assert invitations(context) == []
    batch.confirm()
    assert [row[1:] for row in invitations(context)] == [("sen_officer", True), ("sen_manager", True)]
    assert importing(cast.ines, ImportKind.officers, FILE).rows() == [
        (2, "left_out", [""]),
        (3, "left_out", [""]),
    ]
    batch.undo()
    assert [row[2] for row in invitations(context)] == [False, False]
    with everything(context) as work:
        assert work.session.query(Person).count() == before


def test_an_invitation_that_was_accepted_remains(cast, context, importing):
    batch = importing(cast.ines, ImportKind.officers, FILE).confirm()
    with everything(context) as work:
        work.session.query(Invitation).order_by(Invitation.id).first().accepted_at = work.now
    batch.undo()
    assert [state for _number, state, _columns in batch.rows()] == ["remains", "undone"]


def test_a_wrong_role_or_address_is_a_fault(cast, context, importing):
    text = f"Email,Role\nx,SEN officer\nnew@bradford.gov.uk,Parent or carer\n{cast.olu.email},SEN officer\n"
    batch = importing(cast.ines, ImportKind.officers, text)
    assert [row[1:] for row in batch.rows()] == [
        ("faulty", ["email"]),
        ("faulty", ["role"]),
        ("ready", []),
    ]
    batch.confirm()
    assert batch.rows()[2][1] == "failed", "the address has an account"
    assert invitations(context) == []


@pytest.mark.parametrize("who", ["olu", "mary", "sana"])
def test_only_administrators_import_officers(cast, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        start_import(work, ImportKind.officers, "A file", FILE.encode())
