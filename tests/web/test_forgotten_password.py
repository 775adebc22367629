"""A forgotten password and a changed address, as people do it."""

import pytest
from flask import Flask

from app.accounts import change_email
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, mail_codes
from tests.mailbox import Mailbox
from tests.newcomer import CHOSEN, Newcomer


def test_a_forgotten_password_is_replaced_through_the_mail(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    elsewhere = cast.ann.browser()
    ann = Newcomer(app, mailbox, cast.ann.email)
    sent = ann.post("/forgotten/", {"email": f" {cast.ann.email.upper()} "})
    assert sent.location == "/forgotten/sent"
    link = ann.link()
    assert cast.ann.email in ann.browser.get(link).text

    weak = ann.post(link, {"password": "short"})
    assert weak.status_code == 422 and "Password must be 12 characters or more" in weak.text
    assert ann.post(link, {"password": CHOSEN}).location == "/forgotten/done"

    assert elsewhere.get("/account/").status_code == 302, "every log-in has ended"
    assert mailbox.last(cast.ann.email)["Subject"] == "Your SEND Portal password was changed"
    assert ann.post("/login/", {"email": ann.email, "password": PASSWORD}).status_code == 401
    ann.logs_in()


def test_the_forgotten_page_says_what_is_wrong(cast: Cast, app: Flask) -> None:
    stranger = cast.anonymous()
    assert "Enter your email address" in post_with_token(stranger, app, "/forgotten/", {"email": ""}).text
    assert "correct format" in post_with_token(stranger, app, "/forgotten/", {"email": "ann at eps"}).text


def test_a1_a_new_email_address_is_in_use_a_day_after_it_is_confirmed(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    new = "ann.k@eps.bradford.example"
    here = cast.ann.browser()
    asked = post_with_token(here, app, "/account/email/", {"email": new})
    assert asked.location == "/account/email/sent"
    assert "asked to change the email address" in mailbox.last(cast.ann.email)["Subject"]
    assert new in here.get("/account/").text

    link = mailbox.link(new)
    page = here.get(link).text
    assert new in page and "24 hours after you confirm it" in page
    assert post_with_token(here, app, link, {}).location == "/confirm/email"
    assert "in use in 24 hours" in here.get("/confirm/email").text
    assert "24 November 2026 at 9:30am" in here.get("/account/").text

    clock.forward(hours=23, minutes=59)
    change_email.apply_due(context)
    cast.ann.half_way()
    assert len(mail_codes(context, cast.ann.email)) == 1, "until then codes go to the old address"
    clock.forward(minutes=1)
    elsewhere = cast.ann.browser()
    change_email.apply_due(context)

    assert elsewhere.get("/account/").status_code == 302, "every log-in has ended"
    assert mailbox.last(cast.ann.email)["Subject"] == (
        "The email address of your SEND Portal account was changed"
    )
    assert mailbox.last(new)["Subject"] == "Your new email address is in use"
    Newcomer(app, mailbox, new).logs_in(PASSWORD)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter your new email address"),
        ("ann.kowalska@eps.bradford.example", "different from the one you have now"),
        ("ann@gmail.com", "personal email service"),
        ("ann@heatonbeck.sch.example", "We do not know this email domain for your organisation"),
        ("ann@elsewhere.example", "We do not know this email domain for your organisation"),
    ],
)
def test_a_professional_keeps_an_address_of_their_workplace(
    app: Flask, cast: Cast, mailbox: Mailbox, typed: str, says: str
) -> None:
    answer = post_with_token(cast.ann.browser(), app, "/account/email/", {"email": typed})

    assert answer.status_code == 422 and says in answer.text
    assert mailbox.all() == []


def test_a_parent_may_change_to_any_address(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    answer = post_with_token(cast.pat.browser(), app, "/account/email/", {"email": "pat@gmail.com"})
    assert answer.location == "/account/email/sent"
    assert mailbox.link("pat@gmail.com").startswith("/confirm/email/")
