"""Pages that send links, by their number in the checklist: O07, O18, O19, O26, O28, O29 and O35."""

import re

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from app.accounts import change_email
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import (
    LogInSession,
    MailedLink,
    OutboxMail,
    Person,
)
from tests.browser import post_with_token, token_for
from tests.cast import Cast, everything
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.newcomer import CHOSEN, EMAIL, Newcomer
from tests.security.links import NEW, PURPOSES, Links, bare
from tests.statements import counted


@pytest.fixture
def links(app: Flask, cast: Cast, make: Maker, mailbox: Mailbox) -> Links:
    return Links(app, cast, make, mailbox)


def log_ins(context: AppContext) -> int:
    with everything(context) as work:
        return (
            work.session.scalar(select(func.count(LogInSession.id)).where(LogInSession.ended_at.is_(None)))
            or 0
        )


# --- O07 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
def test_O07_no_mailed_link_logs_anyone_in(
    app: Flask, context: AppContext, cast: Cast, links: Links, purpose: str
) -> None:
    link = getattr(links, purpose)()
    browser = cast.anonymous()
    before = log_ins(context)

    assert links.use(browser, purpose, link) == 302

    assert log_ins(context) <= before
    for page in ("/account/", "/"):
        answer = browser.get(page)
        assert answer.status_code == 302 and answer.location.startswith("/login")


# --- O18, O19 -------------------------------------------------------------------------------------


NEW_EACH_TIME = {"Set-Cookie", "Content-Security-Policy", "X-Request-ID"}
"""Headers that hold something random in every answer."""


def answers(app: Flask, path: str, data: dict[str, str]) -> tuple[int, str | None, str, str, dict[str, str]]:
    browser = app.test_client()
    sent = post_with_token(browser, app, path, data)
    shown = browser.get(sent.location)
    headers = {name: value for name, value in sent.headers if name not in NEW_EACH_TIME}
    return sent.status_code, sent.location, bare(sent.text), bare(shown.text), headers


def test_O18_registering_answers_alike_for_known_and_unknown_addresses(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    with everything(context) as work:
        work.get(Person, cast.rhys.id).active = False
    addresses = ["new@heatonbeck.sch.example", cast.sana.email, cast.rhys.email, cast.sana.email.upper()]
    seen = [answers(app, "/register/", Newcomer(app, mailbox, email).answers()) for email in addresses]

    assert seen[0][0] == 302 and all(one == seen[0] for one in seen)
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxMail.__table__)) == len(addresses)


def test_O18_resetting_answers_alike_for_known_unknown_and_closed_accounts(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    with everything(context) as work:
        work.get(Person, cast.bob.id).active = False
    addresses = [cast.ann.email, "nobody@eps.bradford.example", cast.bob.email]
    seen = [answers(app, "/forgotten/", {"email": email}) for email in addresses]

    assert seen[0][0] == 302 and all(one == seen[0] for one in seen)
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxMail.__table__)) == len(addresses)
        assert work.session.scalars(select(MailedLink.person_id)).all() == [cast.ann.id]


def test_O18_changing_to_a_colleagues_address_answers_like_any_other(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    seen = []
    for email in (NEW, cast.bob.email):
        browser = cast.ann.browser()
        sent = post_with_token(browser, app, "/account/email/", {"email": email})
        seen.append((sent.status_code, sent.location, bare(sent.text), bare(browser.get(sent.location).text)))

    assert seen[0] == seen[1]
    assert "already" in text_of(mailbox.last(cast.bob.email)).lower() and "/confirm/" not in text_of(
        mailbox.last(cast.bob.email)
    )


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("url", "refused"), [("/register/", 429), ("/forgotten/", 302)])
def test_O19_at_most_three_mails_to_an_address_in_fifteen_minutes(
    app: Flask, cast: Cast, mailbox: Mailbox, url: str, refused: int, known: bool
) -> None:
    """A reset that is asked for too often is answered as always and mails nothing (issue 9, A10)."""
    email = cast.sana.email if known else "new@heatonbeck.sch.example"
    newcomer = Newcomer(app, mailbox, email)
    tries = [newcomer.post(url, newcomer.answers()) for _ in range(5)]

    assert [answer.status_code for answer in tries] == [302, 302, 302, refused, refused]
    assert len(mailbox.to(email)) == 3
    assert newcomer.post(url, newcomer.answers(email=cast.tom.email)).status_code == 302, (
        "others are unaffected"
    )


@pytest.mark.parametrize("known", [True, False])
def test_A10_strangers_who_ask_for_resets_neither_lock_the_owner_out_nor_flood_the_mailbox(
    app: Flask, cast: Cast, mailbox: Mailbox, clock: FixedClock, known: bool
) -> None:
    email = cast.ann.email if known else "new@heatonbeck.sch.example"
    for _ in range(12 * 4):  # twelve hours long, three times every quarter of an hour, from three networks
        for number in range(3):
            post_with_token(
                cast.anonymous(),
                app,
                "/forgotten/",
                {"email": email},
                environ_overrides={"REMOTE_ADDR": f"203.0.113.{number}"},
            )
        clock.forward(minutes=15)
    assert 12 <= len(mailbox.to(email)) <= 22

    asked = post_with_token(cast.anonymous(), app, "/forgotten/", {"email": email})

    assert asked.location == "/forgotten/sent"
    if known:
        answer = post_with_token(cast.anonymous(), app, mailbox.link(email), {"password": CHOSEN})
        assert answer.location == "/forgotten/done", "the owner gets in"


def test_A10_a_stranger_who_asks_does_not_spoil_the_link_its_owner_has_opened(
    app: Flask, cast: Cast, links: Links
) -> None:
    mine, strangers = links.reset(), links.reset()

    assert links.use(cast.anonymous(), "reset", mine) == 302
    assert cast.anonymous().get(strangers).status_code == 404, "all of them end with the new password"


def statements_of(app: Flask, context: AppContext, path: str, data: dict[str, str]) -> list[str]:
    """What one post asks of the database, in order."""
    browser = app.test_client()
    token_for(browser, app)
    with counted(context) as sent:
        assert post_with_token(browser, app, path, data).status_code == 302
    return sent


@pytest.mark.parametrize("url", ["/register/", "/forgotten/"])
def test_A12_known_and_unknown_addresses_take_the_same_work(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, url: str
) -> None:
    with everything(context) as work:
        work.get(Person, cast.rhys.id).active = False
    addresses = ["new@heatonbeck.sch.example", cast.sana.email, cast.rhys.email]
    newcomer = Newcomer(app, mailbox)

    seen = [statements_of(app, context, url, newcomer.answers(email=email)) for email in addresses]

    assert len(seen[0]) > 5 and seen[0] == seen[1] == seen[2]


# --- O26 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["reset", "email"])
def test_O26_every_log_in_ends_and_the_owner_is_notified(
    app: Flask, cast: Cast, mailbox: Mailbox, links: Links, clock: FixedClock, purpose: str
) -> None:
    link = getattr(links, purpose)()
    if purpose == "email":
        links.use(cast.anonymous(), purpose, link)
        clock.forward(hours=24)
    here, there = cast.ann.browser(), cast.ann.browser()
    before = len(mailbox.to(cast.ann.email))
    assert here.get("/account/").status_code == 200

    if purpose == "email":
        change_email.apply_due(app.extensions["app_context"])
    else:
        links.use(cast.anonymous(), purpose, link)

    assert here.get("/account/").status_code == there.get("/account/").status_code == 302
    assert len(mailbox.to(cast.ann.email)) == before + 1
    assert "changed" in mailbox.last(cast.ann.email)["Subject"]


def test_O26_other_open_links_about_the_account_die_with_a_reset(
    app: Flask, cast: Cast, links: Links
) -> None:
    change = links.email()
    links.use(cast.anonymous(), "reset", links.reset())

    assert cast.anonymous().get(change).status_code == 404, "a stranger's change of address must not survive"


@pytest.mark.parametrize("purpose", ["reset", "email"])
def test_O26_a_code_on_its_way_dies_with_the_change(
    app: Flask, context: AppContext, cast: Cast, links: Links, clock: FixedClock, purpose: str
) -> None:
    """A person who had the old password, or the old mailbox, was half way in."""
    link = getattr(links, purpose)()
    if purpose == "email":
        links.use(cast.anonymous(), purpose, link)
        clock.forward(hours=23, minutes=55)
    half = cast.ann.half_way()
    code = cast.ann.code()

    if purpose == "reset":
        links.use(cast.anonymous(), purpose, link)
    else:
        clock.forward(minutes=5)
        change_email.apply_due(context)

    assert post_with_token(half, app, "/login/code", {"code": code}).location == "/login/"


# --- O28, O35 -------------------------------------------------------------------------------------


def test_O28_an_administrator_sets_no_password_and_changes_no_address(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    """Changing someone's second step is the owner's alone (tests/security/test_sessions.py); here: e-mail and password."""
    with everything(context) as work:
        before = work.get(Person, cast.ann.id)
        stored = before.email, before.password
    ines = cast.ines.browser()
    attempts = 0
    for rule in list(app.url_map.iter_rules()):
        wanted = {"POST", "PUT", "PATCH"} & (rule.methods or set())
        if not wanted or not rule.endpoint.startswith(("User", "Person", "Role")):
            continue
        with app.test_request_context():
            path = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, cast.ann.id))
        given = {
            "email": "taken@over.example",
            "password": CHOSEN,
            "conf_password": CHOSEN,
            "roles": "professional",
        }
        post_with_token(ines, app, path, given)
        attempts += 1

    assert attempts, "there are pages on which an administrator changes accounts"
    with everything(context) as work:
        after = work.get(Person, cast.ann.id)
        assert (after.email, after.password) == stored


def test_O35_no_one_chooses_a_name_to_log_in_by(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox)
    newcomer.registers(username=cast.ann.email)
    newcomer.sets_up()

    with everything(context) as work:
        person = work.session.scalars(select(Person).where(Person.email == EMAIL)).unique().one()
        assert re.fullmatch(r"[0-9a-f]{32}", person.username)
    assert 'name="username"' not in cast.anonymous().get("/register/").text


# --- O29 ------------------------------------------------------------------------------------------


def test_O29_an_address_counts_only_once_confirmed_from_it(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, links: Links, clock: FixedClock
) -> None:
    link = links.email()
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email
    cast.ann.half_way()
    assert re.search(r"\b\d{6}\b", text_of(mailbox.last(cast.ann.email))), (
        "codes go to the old address until then"
    )
    assert "asked to change" in " ".join(str(mail["Subject"]) for mail in mailbox.to(cast.ann.email))

    cast.anonymous().get(link)
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email, "opening the link changes nothing"
    links.use(cast.anonymous(), "email", link)
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email, "it waits for a day"
    clock.forward(hours=24)
    change_email.apply_due(context)
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == NEW


def test_O29_an_address_that_became_somebodys_meanwhile_is_not_taken(
    app: Flask, context: AppContext, cast: Cast, links: Links
) -> None:
    link = links.email()
    with everything(context) as work:
        work.get(Person, cast.bob.id).email = NEW

    assert links.use(cast.anonymous(), "email", link) == 404
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email
