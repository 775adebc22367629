"""The administrators' page on how the portal is doing, and sending a mail again that was given up."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.mail.heartbeat import record_worker
from app.core.mail.outbox import CODE_LANE, queue_mail
from app.core.mail.texts import MAILS
from app.core.unit_of_work import unit_of_work
from app.models import AuditRow, OutboxMail
from app.views.operations.status_labels import LANES, MAIL_NAMES, reason_words
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted

BOX = OutboxMail.__table__
LINK = {"path": "/confirm/abc", "hours": 24}


@pytest.fixture(autouse=True)
def no_backup_yet(context):
    """Other tests make backups of the same portal."""
    (context.settings.data_dir / "backups" / "last.json").unlink(missing_ok=True)


def give_up(
    context, letter: str = "new_message", person=None, error: str = "SMTPDataError 550", **words
) -> int:
    """A mail that did not go."""
    given = {"facts": {}, "to": "gone@school.example", "dedupe_key": f"k{letter}{words}"} | words
    with unit_of_work(context, None) as work:
        number = queue_mail(work.session, letter=letter, person_id=person.id if person else None, **given)
    changes = {"dead_at": context.clock.now(), "attempts": 12, "last_error": error}
    if given.get("lane") == CODE_LANE:
        changes["sealed_facts"] = None
    with context.database.engine.begin() as connection:
        connection.execute(BOX.update().where(BOX.c.id == number).values(**changes))
    return number


def page_of(cast) -> Page:
    return Page(cast.ines.browser().get("/running/"))


def test_it_says_that_all_is_well(context, cast, clock):
    record_worker(context.database, "here:1", clock.now())
    place = context.settings.data_dir / "backups"
    place.mkdir(exist_ok=True)
    (place / "last.json").write_text(
        json.dumps({"at": "2026-11-23T08:00:00Z", "kind": "sqlite", "bytes": 123456})
    )
    try:
        page = page_of(cast)
    finally:
        (place / "last.json").unlink()

    assert page.heading == "System status"
    assert "All emails sent." in page.main and "Nothing is due" in page.main
    assert "Last backup 23 November 2026 at 8:00am (sqlite, 123.5 kB)" in page.main
    assert "Worker last seen 23 November 2026 at 9:30am" in page.main
    assert "govuk-warning-text" not in page.html


def test_it_warns_of_no_worker_and_no_backup(cast):
    page = page_of(cast)

    assert "No worker is running" in page.main
    assert "Warning No backup has been made yet" in page.main
    assert "Worker last seen Never" in page.main


@pytest.mark.parametrize(
    "left", ["", "not json", "[]", '{"at": "yesterday", "kind": "x", "bytes": 1}', '{"at": 3}']
)
def test_word_of_a_backup_that_cannot_be_read_counts_as_none(context, cast, left):
    place = context.settings.data_dir / "backups"
    place.mkdir(exist_ok=True)
    (place / "last.json").write_text(left)
    try:
        assert "No backup has been made yet" in page_of(cast).main
    finally:
        (place / "last.json").unlink()


def test_an_old_backup_and_a_worker_that_left_are_warned_of(context, cast, clock):
    record_worker(context.database, "here:1", clock.now() - timedelta(minutes=3))
    place = context.settings.data_dir / "backups"
    place.mkdir(exist_ok=True)
    (place / "last.json").write_text('{"at": "2026-11-20T08:00:00Z", "kind": "sqlite", "bytes": 1}')
    try:
        page = page_of(cast)
    finally:
        (place / "last.json").unlink()

    assert "No worker is running" in page.main and "more than a day old" in page.main


def test_a_mail_that_was_given_up_is_shown_by_kind_and_account_and_never_by_address_or_words(context, cast):
    give_up(context, "password_changed", cast.ann, facts={"device": "Firefox-zq"}, to=cast.ann.email)

    page = page_of(cast)

    assert "Password changed" in page.main and cast.ann.principal.name in page.main
    assert "The mail server refused it (SMTPDataError 550)" in page.main
    assert cast.ann.email not in page.html and "Firefox-zq" not in page.html


def test_an_administrator_sends_it_again_and_the_audit_says_so(app, context, cast, mailbox):
    number = give_up(context, "new_message", cast.ann, to=cast.ann.email)

    answer = post_with_token(cast.ines.browser(), app, f"/running/mail/{number}/again", {})

    assert (answer.status_code, answer.location) == (302, "/running/")
    assert len(mailbox.to(cast.ann.email)) == 1
    assert "All emails sent." in page_of(cast).main
    with everything(context) as work:
        row = work.session.scalars(sa.select(AuditRow).where(AuditRow.event == "MailSentAgain")).one()
        assert (row.actor_id, row.facts) == (cast.ines.id, {"mail_id": number, "letter": "new_message"})


def test_pressed_twice_it_is_sent_once(app, context, cast, mailbox):
    number = give_up(context, "new_message", cast.ann, to=cast.ann.email)
    browser = cast.ines.browser()

    statuses = [
        post_with_token(browser, app, f"/running/mail/{number}/again", {}).status_code for _ in range(2)
    ]

    assert statuses == [302, 404]
    assert len(mailbox.to(cast.ann.email)) == 1


def test_a_code_and_a_link_that_died_cannot_be_sent_again(app, context, cast, clock):
    code = give_up(
        context, "code", cast.ann, lane=CODE_LANE, facts={"code": "204816", "minutes": 10, "device": "x"}
    )
    link = give_up(context, "password_reset_link", cast.ann, facts=LINK)
    assert page_of(cast).main.count("Too late to send") == 1  # the link lives for a day
    clock.forward(hours=25)

    assert page_of(cast).main.count("Too late to send") == 2
    for number in (code, link):
        answer = post_with_token(cast.ines.browser(), app, f"/running/mail/{number}/again", {})
        assert answer.status_code == 409


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "olu", "mary"])
def test_no_one_else_gets_there(app, context, cast, who):
    number = give_up(context)
    browser = getattr(cast, who).browser()

    assert browser.get("/running/").status_code == 403
    assert post_with_token(browser, app, f"/running/mail/{number}/again", {}).status_code == 403
    with context.database.engine.connect() as connection:
        assert connection.execute(sa.select(BOX.c.dead_at).where(BOX.c.id == number)).scalar()


def test_however_much_was_given_up_it_asks_twelve_times_at_most(context, cast):
    browser = cast.ines.browser()
    for number in range(60):
        give_up(context, person=cast.ann, dedupe_key=str(number))
        if number in (1, 59):
            with counted(context) as statements:
                page = browser.get("/running/")
            assert len(statements) <= BUDGET
    assert "These are the newest 50 of 60." in page.text


def test_every_mail_and_lane_has_its_words():
    assert set(MAIL_NAMES) == set(MAILS)
    assert set(LANES) == {"code", "letter", "digest"}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TimeoutError", "could not be reached"),
        ("SMTPAuthenticationError 535", "did not accept our log-in"),
        ("SMTPRecipientsRefused", "refused it"),
        ("InvalidToken", "could not be sent"),
        ("", "could not be sent"),
    ],
)
def test_reasons_are_shown_in_words(app, reason, words):
    with app.test_request_context():
        assert words in reason_words(reason)
