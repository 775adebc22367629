"""An early years setting brings a child to the council's attention; it makes no request (CFA 2014, s. 23 and 24)."""

import secrets
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.core.roles import Profession
from app.forms import returns
from app.models import Message, Organisation, Person, Request
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.pages import Page

BROUGHT = "Bringing a child to the council’s attention"


@pytest.fixture
def nursery(cast, context, make):
    """Sana works in an early years setting."""
    with everything(context) as work:
        work.get(Person, cast.sana.id).profession = Profession.early_years
        work.get(Organisation, cast.sana.principal.organisation_id).kind = Profession.early_years
    cast.sana.principal = replace(cast.sana.principal, profession=Profession.early_years)
    return cast.sana


def test_c4_a_form_of_an_early_years_setting_is_named_as_the_law_names_it(cast, nursery, make, context):
    child = make.child(linked=(nursery,), date_of_birth=date(2023, 3, 1))
    form = make.request(child, nursery, statutory=False)
    fill_in(nursery, form.id)
    page = Page(nursery.browser().get(f"/forms/{form.id}"))
    assert page.heading == BROUGHT
    assert "sections 23 and 24" in page.main
    send(nursery, form.id, secrets.token_hex(16))
    assert "Request sent" not in nursery.browser().get(f"/forms/{form.id}/sent").text
    with everything(context) as work:
        letters = work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))).all()
    assert letters == ["brought_to_attention"]
    case = Page(cast.olu.browser().get(f"/children/{child.id}")).main
    assert "Brought to the council’s attention" in case
    assert "s. 23 and 24" in case
    assert "s. 36" not in case
    for path in ("/messages/", "/requests/list/", "/", f"/children/{child.id}/forms"):
        assert "needs assessment" not in Page(cast.olu.browser().get(path)).main, path
    with cast.olu.works() as work:
        returns.accept(work, form.id, 1)


def test_c4_adding_a_child_there_begins_that_form(cast, nursery, press, context):
    page = Page(nursery.browser().get("/children/add"))
    assert "bring them to the council’s attention" in page.main
    assert "asks for an assessment" not in page.main
    area = Page(nursery.browser().get("/send/")).main
    assert "Bring a child to attention" in area and "Request an assessment" not in area
    given = {
        "forenames": "Ivy",
        "surname": "Marsh",
        "date_of_birth-day": "1",
        "date_of_birth-month": "3",
        "date_of_birth-year": "2023",
        "address": "1 Road",
        "postcode": "BD1 1HX",
        "upn_missing_reason": "UN1",
    }
    answer = press(nursery.browser(), "/children/add", given)
    assert answer.status_code == 302, answer.text
    with everything(context) as work:
        assert work.session.scalars(select(Request.statutory)).one() is False
