"""Registering as people do: the pages, what they say, and the mail that leads from one to the next."""

import re

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.core.unit_of_work import AppContext
from app.models import (
    LogInSession,
    Registration,
)
from tests.cast import Cast, everything
from tests.mailbox import Mailbox
from tests.make import Maker
from tests.newcomer import CHOSEN, EMAIL, Newcomer


@pytest.fixture
def nadia(app: Flask, mailbox: Mailbox) -> Newcomer:
    return Newcomer(app, mailbox)


def test_a_deputy_head_registers_and_logs_in(context: AppContext, nadia: Newcomer) -> None:
    sent = nadia.registers()
    assert (sent.status_code, sent.location) == (302, "/register/sent")
    assert "Check your email" in nadia.browser.get(sent.location).text

    page = nadia.browser.get(nadia.link())
    assert page.status_code == 200 and page.text.count("<h1") == 1
    for shown in ("Nadia Rahman", "Heaton Beck Primary School", "Deputy head", EMAIL):
        assert shown in page.text
    two_step = nadia.post(nadia.link(), {"password": CHOSEN})
    second = nadia.browser.get(two_step.location).text
    assert "Set up two-step verification" in second and re.search(r'value="email"\s+checked', second)
    ready = nadia.post(two_step.location, {"method": "email"})
    assert ready.location == "/register/ready"
    assert "Your account is ready" in nadia.browser.get("/register/ready").text

    nadia.logs_in()
    assert nadia.browser.get("/account/").status_code == 200
    with everything(context) as work:
        saved = work.session.scalars(select(Registration)).one()
        assert (saved.postcode, saved.phone) == ("BD99 1AB", "01632 960101")
        assert saved.address == "Beck Lane\nHeaton\nBradford"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("email", "", "Enter your work email address"),
        ("email", "nadia", "Enter an email address in the correct format, like name@school.sch.uk"),
        (
            "email",
            "nadia@gmail.com",
            "gmail.com is a personal email service. If you have no work email address, tick",
        ),
        ("email", "nadia@yahoo.co.uk", "yahoo.co.uk is a personal email service"),
        ("email", f"{'n' * 60}@{'d' * 63}.{'d' * 63}.{'d' * 63}.example", "must be 254 characters or fewer"),
        ("first_name", " ", "Enter your first name"),
        ("last_name", "", "Enter your last name, or select “I have only one name”"),
        ("last_name", "R" * 65, "Last name must be 64 characters or fewer"),
        (
            "first_name",
            "Na\ufffddia",
            "Delete or retype character 3, “\ufffd” (replacement character, U+FFFD)",
        ),
        ("organisation", "", "Choose your organisation from the list"),
        ("organisation", "999999", "Choose your organisation from the list"),
        ("organisation", "x", "Choose your organisation from the list"),
        ("job_title", "", "Enter your job title"),
        ("address", "", "Enter your work address"),
        ("address", "A\ue000B", "Delete or retype character 2, (U+E000)"),
        ("postcode", "", "Enter your work postcode"),
        ("postcode", "BD1", "Enter a full UK postcode, like BD1 1HX"),
        ("phone", "", "Enter your work phone number"),
        ("phone", "12", "Enter a phone number, like 01274 435750 or 07700 900 982"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(
    context: AppContext, mailbox: Mailbox, nadia: Newcomer, field: str, typed: str, says: str
) -> None:
    answer = nadia.registers(**{field: typed})

    assert answer.status_code == 422 and says in answer.text
    assert "There is a problem" in answer.text and f'href="#{field}"' in answer.text
    assert "<title>Error:" in answer.text
    assert mailbox.all() == []
    with everything(context) as work:
        assert work.session.scalars(select(Registration)).all() == []


def test_an_empty_page_names_everything_at_once_and_keeps_what_was_typed(nadia: Newcomer) -> None:
    page = nadia.post("/register/", {"first_name": "Nadia"}).text

    assert page.count('class="govuk-error-message"') == 7
    assert 'value="Nadia"' in page


def test_the_name_of_an_organisation_that_is_not_listed_is_enough(
    context: AppContext, nadia: Newcomer
) -> None:
    missing = nadia.registers(organisation="", not_listed="yes")
    assert missing.status_code == 422 and "Enter the name of your organisation" in missing.text

    for ticked in ({"not_listed": "yes"}, {}):  # without the script the box is open, and people just type
        assert (
            nadia.registers(organisation="", organisation_named="Beck Nursery", **ticked).status_code == 302
        )
    for kind in ("", "council"):
        odd = nadia.registers(organisation="", organisation_named="Beck Nursery", profession=kind)
        assert odd.status_code == 422 and "Select what kind of organisation you work for" in odd.text
    with everything(context) as work:
        saved = work.session.scalars(select(Registration)).one()
        assert (saved.organisation_id, saved.organisation_named) == (None, "Beck Nursery")


def test_b9_a_childminder_with_a_personal_address_waits_for_approval(
    app: Flask, context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    minder = Newcomer(app, mailbox, "nadia.minds@gmail.com")
    own = {"organisation": "", "organisation_named": "Nadia Minds", "profession": "early_years"}
    page = minder.registers(**own)
    assert page.status_code == 422 and 'value="Nadia Minds"' in page.text, "nothing typed is lost"

    assert minder.registers(no_work_email="yes", **own).status_code == 302
    assert minder.sets_up().location == "/register/waiting"

    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    page = cast.olu.browser().get(f"/registrations/{number}").text
    assert "gmail.com is a personal email service, so the address does not show where they work" in page
    assert "Their organisation is not in our list" in page


def test_b9_a_personal_address_never_opens_a_listed_organisation(
    app: Flask, context: AppContext, mailbox: Mailbox
) -> None:
    pupil = Newcomer(app, mailbox, "nadia@gmail.com")
    pupil.registers(no_work_email="yes")
    assert pupil.sets_up().location == "/register/waiting"


def test_an_unknown_applicant_waits_and_cannot_log_in(
    app: Flask, context: AppContext, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox, "nadia@unknown.sch.example")
    newcomer.registers()
    answer = newcomer.sets_up()

    assert answer.location == "/register/waiting"
    assert "We will email you when they have decided" in newcomer.browser.get(answer.location).text
    refused = newcomer.post("/login/", {"email": newcomer.email, "password": CHOSEN})
    assert refused.status_code == 401


def test_these_pages_ask_the_database_little(
    app: Flask, context: AppContext, cast: Cast, make: Maker, nadia: Newcomer
) -> None:
    nadia.registers()
    child = make.child()
    link = nadia.link()
    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(context.database.engine, "before_cursor_execute", note)
    try:
        for browser, page in (
            (nadia.browser, "/register/"),
            (nadia.browser, link),
            (nadia.browser, "/forgotten/"),
            (cast.olu.browser(), f"/registrations/{number}"),
            (cast.olu.browser(), f"/invitations/child/{child.id}"),
        ):
            asked.clear()
            assert browser.get(page).status_code == 200
            statements = [statement for statement in asked if not statement.startswith(("BEGIN", "PRAGMA"))]
            assert len(statements) <= 12, (page, statements)
    finally:
        event.remove(context.database.engine, "before_cursor_execute", note)


def test_a_person_logged_in_who_comes_to_register_is_taken_home(cast: Cast) -> None:
    assert cast.ann.browser().get("/register/").location == "/"


def test_nothing_of_this_logs_anyone_in(context: AppContext, nadia: Newcomer) -> None:
    nadia.registers()
    nadia.sets_up()

    with everything(context) as work:
        assert work.session.scalars(select(LogInSession)).all() == []
    assert nadia.browser.get("/account/").status_code == 302


def test_b6_a_professional_with_one_name_registers(
    context: AppContext, mailbox: Mailbox, nadia: Newcomer
) -> None:
    assert nadia.registers(last_name="", only_one_name="y").status_code == 302
    with everything(context) as work:
        asked = work.session.scalars(select(Registration)).one()
    assert (asked.first_name, asked.last_name) == ("Nadia", "")


def test_b6_a_last_name_and_the_tick_are_not_both_right(nadia: Newcomer) -> None:
    answer = nadia.registers(only_one_name="y")
    assert (
        answer.status_code == 422 and "Delete your last name, or clear “I have only one name”" in answer.text
    )
