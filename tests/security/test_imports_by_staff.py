"""Tenth attack, A1 and A8: what an import may not do that its rows may not do one by one."""

import io

import pytest
from sqlalchemy import func, select

from app.imports import batches
from app.imports.rules.states import ImportKind
from app.imports.running import run_imports
from app.models import Invitation, Organisation
from tests.browser import post_with_token
from tests.cast import everything

OFFICER = "Email address,Role\nthief@bradford.example,Administrator\n"
SCHOOLS = (
    "URN,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),PhaseOfEducation (name)\n"
    "107439,{name},Community school,Open,Primary\n"
)


@pytest.mark.parametrize("kind", ["officers", "schools"])
def test_a1_a_stolen_log_in_of_an_administrator_imports_nothing(app, cast, context, kind):
    """Invitations and organisations are changed only with password and code; a file is no way round."""
    text = OFFICER if kind == "officers" else SCHOOLS.format(name="Another school")
    with cast.ines.works() as work:
        number = batches.start_import(work, ImportKind[kind], "A file", text.encode()).id
    run_imports(context)
    stolen = cast.ines.browser(proved=False)
    data = {"kind": kind, "title": "A file", "file": (io.BytesIO(text.encode()), "a.csv")}
    answers = [
        post_with_token(stolen, app, "/imports/new", data),
        post_with_token(stolen, app, f"/imports/{number}/confirm", {}),
        post_with_token(stolen, app, f"/imports/{number}/undo", {}),
    ]
    run_imports(context)
    assert {each.location for each in answers} == {"/account/prove"}
    with everything(context) as work:
        assert work.session.query(Invitation).filter_by(email="thief@bradford.example").count() == 0
        assert work.session.query(Organisation).filter_by(name="Another school").count() == 0


def test_a8_a_school_that_was_taken_out_of_use_does_not_come_back_with_a_file(cast, context):
    """The council ended it; the department's file says that the school is open, which is another question."""
    with everything(context) as work:
        school = work.get(Organisation, cast.sana.principal.organisation_id)
        school.urn, school.active, name = "107439", False, school.name
    with cast.ines.works() as work:
        text = SCHOOLS.format(name=name)
        number = batches.start_import(work, ImportKind.schools, "A file", text.encode()).id
    run_imports(context)
    with cast.ines.works() as work:
        batches.confirm(work, number)
    run_imports(context)
    with everything(context) as work:
        active = select(func.count()).select_from(Organisation).where(Organisation.urn == "107439")
        assert work.session.scalar(active) == 1
        assert not work.get(Organisation, cast.sana.principal.organisation_id).active
