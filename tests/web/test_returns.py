"""Returning a form beside its answers, accepting it after a question, and undoing that."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.forms.drafts import save_section
from app.forms.form_context import load_form_for_update
from app.forms.returns import send_back
from app.forms.rules.workflow import FormState
from app.models import Case, Form, Message
from app.views.web.pages import uk_date
from tests.cast import everything
from tests.web.form_browser import errors_on, text_of


def test_b12_notes_are_made_beside_the_answers_and_sent_together(cast, sent, press, clock):
    officer = cast.olu.browser()
    page = text_of(officer.get(f"/forms/{sent.id}/read"))
    assert page.count("Return this section") == 13 + 1
    given = {
        "number": "1",
        "reason-views": "When did you meet?",
        "reason-reason": "Please say more.",
        "wanted_by-day": "4",
        "wanted_by-month": "12",
        "wanted_by-year": "2026",
    }
    assert press(officer, f"/forms/{sent.id}/return", given).location == f"/forms/{sent.id}/read"
    author = cast.sana.browser()
    words = text_of(author.get(f"/forms/{sent.id}"))
    assert "Please correct this form and send it again by 4 December 2026." in words
    assert "When did you meet?" in words and "Please say more." in words


def test_b12_the_date_for_the_authors_is_a_week_on_unless_the_officer_sets_another(
    context, cast, sent, press, clock
):
    press(cast.olu.browser(), f"/forms/{sent.id}/return", {"number": "1", "reason": "More."})
    with everything(context) as work:
        assert work.get(Form, sent.id).wanted_by == clock.today() + timedelta(days=7)


def test_b12_the_authors_never_read_the_councils_own_date_as_theirs(context, cast, sent, press):
    with everything(context) as work:
        case = work.session.scalars(select(Case).where(Case.request_id == sent.id)).one()
        council, child = uk_date(case.due_on), case.child_id
    press(cast.olu.browser(), f"/forms/{sent.id}/return", {"number": "1", "reason": "More."})
    author = cast.sana.browser()
    for path in (f"/forms/{sent.id}", f"/forms/{sent.id}/read", "/send/", "/", f"/children/{child}/forms"):
        page = text_of(author.get(path))
        assert council not in page, path
    assert "30 November 2026" in text_of(author.get("/"))
    assert council in text_of(cast.olu.browser().get(f"/children/{child}/forms"))


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        (
            {"reason-views": "x" * 4001},
            [("#reason-views", "Reason must be 4,000 characters or fewer")],
        ),
        (
            {"reason": "More.", "wanted_by-day": "1", "wanted_by-month": "1", "wanted_by-year": "2026"},
            [("#wanted_by-day", "The date must be today or later")],
        ),
        (
            {"reason": "More.", "wanted_by-day": "31", "wanted_by-month": "2", "wanted_by-year": "2026"},
            [("#wanted_by-day", "Enter a real date, for example 27 3 2015")],
        ),
    ],
)
def test_b12_a_fault_keeps_every_note_that_was_typed(cast, sent, press, given, errors):
    typed = {"number": "1", "reason-reason": "Keep this note."} | given
    page = press(cast.olu.browser(), f"/forms/{sent.id}/return", typed)
    assert page.status_code == 422
    assert errors_on(page) == errors
    assert "Keep this note." in page.text


def test_b12_a_section_saved_again_unchanged_is_still_to_be_corrected(cast, sent, press, clock):
    with cast.olu.works() as work:
        send_back(work, sent.id, 1, {"views": "When did you meet?"})
    author = cast.sana.browser()
    clock.forward(minutes=5)
    with cast.sana.works() as work:
        before = dict(load_form_for_update(work, sent.id).drafts["views"].answers)
    changed = before | {"child_views": "On 3 May."}
    for version, (answers, to_correct) in enumerate([(before, 1), (changed, 0), (before, 1)], start=1):
        with cast.sana.works() as work:
            opened = load_form_for_update(work, sent.id)
            save_section(work, opened, "views", answers, opened.drafts["views"].version)
        assert text_of(author.get(f"/forms/{sent.id}")).count("To be corrected") == to_correct, version


def test_b12_accepting_asks_once_and_can_be_undone_until_a_decision(context, cast, make, sent, press):
    officer = cast.olu.browser()
    page = officer.get(f"/forms/{sent.id}/accept")
    assert "Are you sure you want to accept this form?" in text_of(page)
    press(officer, f"/forms/{sent.id}/accept", {"number": "1"})
    assert "Undo accepting this form" in text_of(officer.get(f"/forms/{sent.id}/read"))
    assert "undo accepting" in text_of(officer.get(f"/forms/{sent.id}/accept/undo"))
    assert press(officer, f"/forms/{sent.id}/accept/undo", {"number": "1"}).status_code == 302
    with everything(context) as work:
        assert work.get(Form, sent.id).state is FormState.submitted
        letters = set(
            work.session.scalars(select(Message.letter).where(Message.recipient_id == cast.sana.id))
        )
    assert {"request_accepted", "request_acceptance_undone"} <= letters
    press(officer, f"/forms/{sent.id}/accept", {"number": "1"})
    press(officer, f"/cases/{make.case_of(sent)}/decide", {"decision": "agree", "reason": "Because."})
    assert press(officer, f"/forms/{sent.id}/accept/undo", {"number": "1"}).status_code == 409
    assert officer.get(f"/forms/{sent.id}/accept/undo").status_code == 409


def test_b12_an_author_neither_accepts_nor_undoes(cast, sent, press):
    author = cast.sana.browser()
    for path in (f"/forms/{sent.id}/accept", f"/forms/{sent.id}/accept/undo"):
        assert author.get(path).status_code == 403
        assert press(author, path, {"number": "1"}).status_code == 403
