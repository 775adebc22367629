"""Everyone who opens a child's record is in the audit, whichever page they open; exported lists are harmless."""

import csv
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts import accounts
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Child, Person
from tests.cast import Cast, everything
from tests.make import Maker


def views_of(context: AppContext, child: Child) -> list[tuple[str, int | None]]:
    with everything(context) as work:
        rows = work.session.scalars(
            select(AuditRow).where(AuditRow.child_id == child.id).order_by(AuditRow.id)
        )
        return [(row.event, row.actor_id) for row in rows]


@pytest.fixture
def case(cast: Cast, make: Maker) -> Any:
    child = make.child(linked=(cast.sana, cast.ann))
    return SimpleNamespace(
        child=child,
        request=make.request(child, cast.sana, FormState.submitted),
        advice=make.advice(child, cast.ann),
        message=make.message(None, child_id=child.id),
    )


@pytest.mark.parametrize(
    ("path", "what", "event"),
    [
        ("/children/{}", "child", "ChildViewed"),
        ("/people/show/{}", "child", "ChildViewed"),
        ("/requests/show/{}", "request", "ChildViewed"),
        ("/advice/show/{}", "advice", "ChildViewed"),
        ("/team-messages/show/{}", "message", "MessageRead"),
        ("/messages/{}", "message", "MessageRead"),
    ],
)
def test_every_view_of_a_childs_record_is_recorded(
    context: AppContext, cast: Cast, case: Any, path: str, what: str, event: str
) -> None:
    for who in (cast.olu, cast.mary):
        assert who.browser().get(path.format(getattr(case, what).id)).status_code == 200

    assert views_of(context, case.child) == [(event, cast.olu.id), (event, cast.mary.id)]


def test_comparing_two_records_records_both(context: AppContext, cast: Cast, make: Maker) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)

    assert cast.olu.browser().get(f"/children/{newer.id}/duplicate").status_code == 200

    assert views_of(context, older) == views_of(context, newer) == [("ChildViewed", cast.olu.id)]


@pytest.mark.parametrize(
    "begins", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]
)  # fmt: skip
def test_no_cell_of_a_list_taken_out_is_a_formula(cast: Cast, make: Maker, begins: str) -> None:
    make.child(forenames=begins, surname="x")

    taken_out = cast.olu.browser().get("/people/export.csv").get_data(as_text=True)
    name = list(csv.reader(taken_out.splitlines()))[1][0]
    assert name == "'" + " ".join(f"{begins} x".split())


@pytest.mark.parametrize("between", [";", "|", "; ", ";\t"])
def test_nor_where_a_spreadsheet_begins_a_cell_at_another_sign(cast: Cast, make: Maker, between: str) -> None:
    make.child(forenames=f"Amina{between}=cmd|'/C calc'!A0", surname="x")

    taken_out = cast.olu.browser().get("/people/export.csv").get_data(as_text=True)
    start, spaces = between[0], between[1:]
    assert f"Amina{start}'{spaces}=cmd" in taken_out


@pytest.mark.parametrize(
    "odd", ["_flt_99_upn=x", "_flt_0_surname=Shah", "_flt_a_b=c", "page_ChildList=9999999999", "rowid=1"]
)
def test_a_mistyped_address_of_a_list_to_take_out_leads_to_the_plain_one(
    cast: Cast, make: Maker, odd: str
) -> None:
    make.child()
    browser = cast.olu.browser()

    assert browser.get(f"/people/export.csv?{odd}").location == "/people/export.csv"


def test_who_was_linked_as_a_professional_is_no_parent_when_their_role_changes(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    """Nor the other way round: a link is worth what it was made for."""
    child = make.child(linked=(cast.ann, cast.pat))
    make.consent(child, cast.pat)
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.ann.id, [Role.parent])
    with everything(context) as work:  # administrators cannot do this while she follows a child
        work.get(Person, cast.pat.id).roles = list(work.get(Person, cast.bob.id).roles)

    for who in (cast.ann, cast.pat):
        assert who.browser().get(f"/children/{child.id}").status_code == 404
