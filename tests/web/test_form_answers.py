"""The SEN team's side of the form pages, strangers at every route, and what a page may cost."""

import re
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import event, select

from app.forms.definitions.reading import SHOWN
from app.forms.returns import send_back
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Form
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.unit.browser_fields import fields_of
from tests.web.form_browser import ANSWERS, REQUEST, errors_on, text_of, typed

MOST_STATEMENTS = 12


def test_a_section_says_which_questions_stand_on_it_and_whose_page_it_is(cast, started):
    """Without the first, what was left empty would look as if it had not been asked."""
    page = cast.sana.browser().get(f"/forms/{started.id}/section/views").get_data(as_text=True)
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert sent[SHOWN] == fields_of(REQUEST.section("views"), ANSWERS["views"])[SHOWN][0]
    assert len(sent["csrf_token"]) > 20


# --- the SEN team ---------------------------------------------------------------------------------


def test_an_officer_reads_and_accepts(context, cast, sent, press):
    browser = cast.olu.browser()
    page = browser.get(f"/forms/{sent.id}/read")
    assert page.status_code == 200
    assert "Sent by Sana Iqbal on 23 November 2026 at 9:30am" in text_of(page)

    answer = press(browser, f"/forms/{sent.id}/accept", {"number": "1"})

    assert answer.location == f"/forms/{sent.id}/read"
    with everything(context) as work:
        assert work.get(Form, sent.id).state is FormState.accepted
        assert "FormViewed" in work.session.scalars(select(AuditRow.event)).all()


def test_a_section_that_came_back_says_so_in_the_list_until_it_is_saved_again(cast, sent, press, clock):
    with cast.olu.works() as work:
        send_back(work, sent.id, 1, {"views": "When did you meet?"})
    author = cast.sana.browser()
    words = text_of(author.get(f"/forms/{sent.id}"))
    assert words.count("To be corrected") == 1
    assert "You have completed 12 of 13 sections." in words

    clock.forward(minutes=5)
    press(author, f"/forms/{sent.id}/section/views", typed("views", 1, child_views="On 3 May."))

    words = text_of(author.get(f"/forms/{sent.id}"))
    assert "To be corrected" not in words
    assert "You have completed 13 of 13 sections." in words


def test_a_return_travels_from_the_officer_to_the_author_and_back(cast, sent, press):
    officer, author = cast.olu.browser(), cast.sana.browser()
    empty = press(officer, f"/forms/{sent.id}/return", {"number": "1", "reason": " "})
    assert empty.status_code == 422
    assert errors_on(empty) == [("#reason", "Enter a reason for the whole form or for at least one section")]

    press(officer, f"/forms/{sent.id}/return", {"number": "1", "reason-views": "When did you meet?"})

    words = text_of(author.get(f"/forms/{sent.id}"))
    assert "The SEN team has asked you to change this form and send it again." in words
    assert "When did you meet?" in words
    assert "When did you meet?" in text_of(author.get(f"/forms/{sent.id}/section/views"))
    assert "When did you meet?" not in text_of(author.get(f"/forms/{sent.id}/section/reason"))
    press(author, f"/forms/{sent.id}/section/views", typed("views", 1, child_views="On 3 May."))
    press(author, f"/forms/{sent.id}/submit", {"send_key": uuid.uuid4().hex})

    page = officer.get(f"/forms/{sent.id}/read")
    assert "Changed" in text_of(page) and "Version 1" in text_of(page)
    first = officer.get(f"/forms/{sent.id}/read/1")
    assert "An earlier version, shown as sent" in text_of(first)
    assert "When did you meet?" in text_of(first)


def test_an_old_page_does_not_accept_what_no_one_read(cast, sent, press):
    with cast.mary.works() as work:
        send_back(work, sent.id, 1, {"": "Again."})
    send(cast.sana, sent.id)

    assert press(cast.olu.browser(), f"/forms/{sent.id}/accept", {"number": "1"}).status_code == 409


def test_a_request_is_withdrawn_after_a_question(context, cast, started, press):
    browser = cast.sana.browser()
    assert "cannot be changed" in text_of(browser.get(f"/forms/{started.id}/withdraw"))

    assert press(browser, f"/forms/{started.id}/withdraw", {}).status_code == 302
    with everything(context) as work:
        assert work.get(Form, started.id).state is FormState.withdrawn


@pytest.mark.parametrize("family", ["olu", "pat"])
def test_consent_is_filled_in_by_an_officer_or_the_parent(cast, make, press, family):
    recorded = {"recorded_by_team": True} if family == "olu" else {}
    consent = make.consent(make.child(linked=(cast.pat, cast.ann)), cast.pat, **recorded)
    person = getattr(cast, family)
    fill_in(person, consent.id)
    browser = person.browser()
    assert browser.get(f"/forms/{consent.id}").status_code == 200
    assert browser.get(f"/forms/{consent.id}/check").status_code == 200

    press(browser, f"/forms/{consent.id}/submit", {"send_key": uuid.uuid4().hex})

    assert "Consent form sent" in text_of(browser.get(f"/forms/{consent.id}/sent"))
    professional = cast.ann.browser()
    assert professional.get(f"/forms/{consent.id}").location.endswith("/read")
    page = professional.get(f"/forms/{consent.id}/read").get_data(as_text=True)
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


# --- strangers ------------------------------------------------------------------------------------

ROUTES = [
    "GET /forms/{}",
    "GET /forms/{}/section/reason",
    "POST /forms/{}/section/reason",
    "POST /forms/{}/section/reason/autosave",
    "GET /forms/{}/section/reason/compare",
    "POST /forms/{}/section/reason/compare",
    "GET /forms/{}/check",
    "POST /forms/{}/submit",
    "GET /forms/{}/sent",
    "GET /forms/{}/read",
    "GET /forms/{}/read/1",
    "GET /forms/{}/accept",
    "POST /forms/{}/accept",
    "GET /forms/{}/accept/undo",
    "POST /forms/{}/accept/undo",
    "GET /forms/{}/return",
    "POST /forms/{}/return",
    "GET /forms/{}/withdraw",
    "POST /forms/{}/withdraw",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("stranger", ["bob", "rhys", "quinn"])
def test_a_stranger_cannot_tell_the_form_from_one_that_never_was(cast, sent, press, stranger, route):
    method, path = route.split()
    browser = getattr(cast, stranger).browser()

    def knock(form_id: int) -> tuple[int, str]:
        address = path.format(form_id)
        fields = {"number": "1", "reason": "x", "send_key": uuid.uuid4().hex}
        page = browser.get(address) if method == "GET" else press(browser, address, fields)
        # the address asked for and the page's own secrets are all that may differ
        text = page.get_data(as_text=True)
        for own in (address, quote(address, safe="")):
            text = text.replace(own, "")
        return page.status_code, re.sub(r'(nonce|content|value)="[^"]*"', "", text)

    assert knock(sent.id) == knock(987654)
    assert knock(sent.id)[0] == 404


@pytest.mark.parametrize("route", ROUTES)
def test_an_administrator_has_no_such_page(cast, sent, press, route):
    method, path = route.split()
    browser = cast.ines.browser()
    address = path.format(sent.id)

    answer = browser.get(address) if method == "GET" else press(browser, address, {"number": "1"})

    assert answer.status_code in (302, 403)
    assert f"/forms/{sent.id}" not in (answer.location or "")


def test_the_sen_team_cannot_edit_another_persons_form(cast, started, press):
    browser = cast.olu.browser()

    assert browser.get(f"/forms/{started.id}").location.endswith("/read")
    assert "has not been sent yet" in text_of(browser.get(f"/forms/{started.id}/read"))
    assert browser.get(f"/forms/{started.id}/section/reason").status_code == 403
    assert press(browser, f"/forms/{started.id}/section/reason", typed("reason")).status_code == 403
    assert browser.get(f"/forms/{started.id}/check").status_code == 403


# --- cost -----------------------------------------------------------------------------------------


@pytest.fixture
def statements(context):
    """Counts what is asked of the database."""
    seen: list[str] = []

    def count(_connection, _cursor, statement, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(context.database.engine, "before_cursor_execute", count)
    yield seen
    event.remove(context.database.engine, "before_cursor_execute", count)


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("sana", "/forms/{}"),
        ("sana", "/forms/{}/section/support"),
        ("sana", "/forms/{}/check"),
        ("sana", "/forms/{}/read"),
        ("olu", "/forms/{}/read"),
    ],
)
def test_no_page_asks_more_than_twelve_times(cast, make, statements, person, path):
    form = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    fill_in(cast.sana, form.id)
    if path.endswith("read"):
        send(cast.sana, form.id)
    browser = getattr(cast, person).browser()
    browser.get(path.format(form.id))
    statements.clear()

    assert browser.get(path.format(form.id)).status_code == 200

    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


def test_saving_a_section_costs_no_more(cast, started, statements, press):
    fill_in(cast.sana, started.id)
    browser = cast.sana.browser()
    press(browser, f"/forms/{started.id}/section/views", typed("views", 1, child_views="1"))
    statements.clear()

    press(browser, f"/forms/{started.id}/section/views", typed("views", 2, child_views="2"))

    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)
