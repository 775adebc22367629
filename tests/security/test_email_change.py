"""Issue 9: a new email address waits a day and can be stopped (A1); a lost phone needs two people (A12)."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts import change_email
from app.core.clock import FixedClock
from app.core.errors import PortalError
from app.core.unit_of_work import AppContext
from app.models import AuditRow, EmailChange, Invitation, Message, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Actor, Cast, everything
from tests.mailbox import LINK, Mailbox, text_of
from tests.make import Maker
from tests.newcomer import CHOSEN
from tests.security.links import NEW
from tests.security.test_recovery import changes_password, says_it_was_not_her

# --- the change itself ----------------------------------------------------------------------------


def asks(app: Flask, cast: Cast, email: str = NEW, actor: Actor | None = None) -> FlaskClient:
    browser = (actor or cast.ann).browser()
    answer = post_with_token(browser, app, "/account/email/", {"email": email})
    assert answer.location == "/account/email/sent"
    return browser


def confirms(app: Flask, cast: Cast, mailbox: Mailbox, email: str = NEW) -> int:
    return int(post_with_token(cast.anonymous(), app, mailbox.link(email), {}).status_code)


def not_me_links(mailbox: Mailbox, cast: Cast) -> list[str]:
    texts = [text_of(mail) for mail in mailbox.to(cast.ann.email)]
    found = [match[0] for text in texts for match in LINK.finditer(text) if "/not-me/" in match[0]]
    return [re.sub(r"^https?://[^/]+", "", link) for link in found]


def test_A1_a_link_asked_for_with_a_stolen_log_in_dies_with_a_new_password(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    asks(app, cast)
    link = mailbox.link(NEW)
    post_with_token(cast.anonymous(), app, link, {})
    changes_password(app, context, cast)
    clock.forward(days=2)
    change_email.apply_due(context)

    assert cast.anonymous().get(link).status_code == 404
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email


@pytest.mark.parametrize("which", [0, 1])
def test_A1_it_was_not_me_stops_the_change_and_leads_to_a_new_password(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, make: Maker, clock: FixedClock, which: int
) -> None:
    thief = asks(app, cast)
    confirms(app, cast, mailbox)
    links = not_me_links(mailbox, cast)
    assert len(links) == 2, "in the mail about the request, and in the mail about the confirmation"
    clock.forward(hours=20)
    owner = cast.anonymous()

    page = owner.get(links[which])
    assert page.status_code == 200 and "It was not me" in page.text and cast.ann.email in page.text
    with everything(context) as work:
        assert work.session.scalars(select(EmailChange.cancelled_at)).all() == [None], "a GET changes nothing"

    answer = post_with_token(owner, app, links[which], {})

    assert answer.location.startswith("/forgotten/")
    assert thief.get("/account/").status_code == 302
    typed = {"email": cast.ann.email, "password": PASSWORD}
    locked = post_with_token(cast.anonymous(), app, "/login/", typed)
    assert locked.status_code == 401, "the old password opens nothing"
    assert post_with_token(owner, app, answer.location, {"password": CHOSEN}).location == "/forgotten/done"
    clock.forward(days=2)
    change_email.apply_due(context)
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email
        letters = work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))).all()
        assert letters == ["email_change_denied"], "the SEN team is told"
        events = work.session.scalars(select(AuditRow.event).where(AuditRow.event.like("EmailChange%"))).all()
    assert events == ["EmailChangeAsked", "EmailChangeConfirmed", "EmailChangeDenied"]
    assert {owner.get(link).status_code for link in links} == {404}


def test_A1_it_was_not_me_ends_the_invitations_that_the_account_sent_or_confirmed(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    with everything(context) as work:
        for by, second, email in (
            (cast.ann, None, "ann"),
            (cast.olu, None, "olu"),
            (cast.olu, cast.ann, "second"),
        ):
            work.add(
                Invitation(
                    child_id=child.id, first_name="A", last_name="B", email=f"{email}@mail.example",
                    relationship_to_child="Aunt", invited_by_id=by.id, sent_at=work.now,
                    second_by_id=second.id if second else None,
                )
            )  # fmt: skip
    says_it_was_not_her(app, context, cast)
    with everything(context) as work:
        rows = {row.email: row.withdrawn_at for row in work.session.scalars(select(Invitation))}
    assert rows["ann@mail.example"] is not None and rows["olu@mail.example"] is None
    assert rows["second@mail.example"] is not None


def test_A1_the_owner_cancels_the_change_on_the_account_page(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    browser = asks(app, cast)
    confirms(app, cast, mailbox)
    assert "Cancel the change of email address" in browser.get("/account/").text

    assert post_with_token(browser, app, "/account/email/cancel", {}).location == "/account/"

    page = browser.get("/account/").text
    assert NEW not in page and "You keep your email address" in page
    assert "keeps its email address" in mailbox.last(cast.ann.email)["Subject"]
    clock.forward(days=2)
    change_email.apply_due(context)
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email
    assert post_with_token(cast.ann.browser(), app, "/account/email/cancel", {}).location == "/account/"


@pytest.mark.parametrize("log_in_with", ["old", "new"])
def test_A1_the_next_log_in_applies_the_change_when_no_worker_did(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock, log_in_with: str
) -> None:
    asks(app, cast)
    confirms(app, cast, mailbox)
    clock.forward(hours=24)
    email = {"old": cast.ann.email, "new": NEW}[log_in_with]

    answer = post_with_token(cast.anonymous(), app, "/login/", {"email": email, "password": PASSWORD})

    assert (answer.status_code, answer.location) == (
        (401, None) if log_in_with == "old" else (302, "/login/code")
    )
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == NEW


def test_A1_of_two_accounts_only_one_gets_an_address(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    asks(app, cast)
    anns = mailbox.link(NEW)
    asks(app, cast, actor=cast.bob)
    bobs = mailbox.link(NEW)
    start = Barrier(2)

    def press(link: str) -> int:
        browser = app.test_client()
        start.wait()
        return int(post_with_token(browser, app, link, {}).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, [anns, bobs])) == [302, 404]
    clock.forward(hours=24)
    change_email.apply_due(context)
    with everything(context) as work:
        emails = [work.get(Person, who.id).email for who in (cast.ann, cast.bob)]
    assert emails.count(NEW) == 1


def test_A1_a_change_is_applied_once_however_many_try(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    asks(app, cast)
    confirms(app, cast, mailbox)
    clock.forward(hours=24)
    start = Barrier(6)

    def apply(_number: int) -> str:
        start.wait()
        try:
            change_email.apply_due(context)
        except PortalError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(apply, range(6))) == ["done"] * 6
    with everything(context) as work:
        changed = work.session.scalars(select(AuditRow.id).where(AuditRow.event == "EmailChanged")).all()
    assert len(changed) == 1


def test_A1_an_address_that_became_somebodys_during_the_delay_is_not_taken(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    asks(app, cast)
    confirms(app, cast, mailbox)
    with everything(context) as work:
        work.get(Person, cast.bob.id).email = NEW
    clock.forward(hours=24)

    change_email.apply_due(context)

    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email
        assert work.session.scalars(select(EmailChange.applied_at)).all() == [None]
    assert "keeps its email address" in mailbox.last(cast.ann.email)["Subject"]


def test_A1_administrators_see_the_delay_on_the_status_page(cast: Cast) -> None:
    page = cast.ines.browser().get("/running/").text
    assert re.search(r"Delay before a new email address is in use.*?24 hours", page, re.DOTALL)


# --- the lost phone -------------------------------------------------------------------------------


def gives_app(context: AppContext, actor: Actor) -> None:
    with everything(context) as work:
        work.get(Person, actor.id).totp_secret = "sealed"


def test_A12_an_administrator_and_the_owner_reset_an_app_together(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    gives_app(context, cast.olu)
    ines, path = cast.ines.browser(), f"/users/{cast.olu.id}/authenticator"
    assert path in ines.get(f"/users/show/{cast.olu.id}").text
    assert "recorded in the audit" in ines.get(path).text
    assert post_with_token(ines, app, path, {"reason": " "}).status_code == 422
    assert mailbox.to(cast.olu.email) == []

    assert post_with_token(ines, app, path, {"reason": "She rang me."}).status_code == 302
    with everything(context) as work:
        assert work.get(Person, cast.olu.id).totp_secret == "sealed", "the owner has not confirmed it"
    link, browser = mailbox.link(cast.olu.email), cast.olu.browser()
    assert "Remove your authenticator app" in cast.anonymous().get(link).text
    assert post_with_token(cast.anonymous(), app, link, {}).location == "/login/"

    assert browser.get("/account/").status_code == 302, "everything pending has ended"
    with everything(context) as work:
        assert work.get(Person, cast.olu.id).totp_secret is None
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event.like("AuthenticatorReset%"))).all()
        assert [(row.event, row.actor_id) for row in rows] == [
            ("AuthenticatorResetAllowed", cast.ines.id),
            ("AuthenticatorReset", cast.olu.id),
        ]
        assert rows[0].facts["reason"] == "She rang me."
    cast.olu.logs_in()
    assert cast.anonymous().get(link).status_code == 404


@pytest.mark.parametrize("who", ["ann", "olu", "mary", "pat", "ines"])
def test_A12_no_one_else_and_no_administrator_alone_resets_an_app(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, who: str
) -> None:
    actor: Actor = getattr(cast, who)
    gives_app(context, cast.ines)
    answer = post_with_token(actor.browser(), app, f"/users/{cast.ines.id}/authenticator", {"reason": "x"})
    assert answer.status_code in (403, 404)
    assert mailbox.to(cast.ines.email) == []


def test_A12_the_last_administrator_is_helped_at_the_command_line(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["portal", "reset-authenticator", cast.ines.email]).exit_code == 1, "she has no app"
    gives_app(context, cast.ines)

    assert run(args=["portal", "reset-authenticator", cast.ines.email]).exit_code == 0

    post_with_token(cast.anonymous(), app, mailbox.link(cast.ines.email), {})
    with everything(context) as work:
        assert work.get(Person, cast.ines.id).totp_secret is None
