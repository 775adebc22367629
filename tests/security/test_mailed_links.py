"""Links that come by mail, and who gets an account: O7, O18 and O26 for them, O28, O29, O31 to O34, O36."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.clock import FixedClock
from app.models import LogInSession, Person, Registration
from app.services.work import Office
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything
from tests.mailbox import Mailbox

NEW = "copper kettle ferry lantern"
SOMEBODY = {
    "email": "leila.hart@heatonbeck.sch.example",
    "first_name": "Leila",
    "last_name": "Hart",
    "profession": "school",
    "job_title": "Deputy head",
    "address": "1 Heaton Lane, Bradford",
    "postcode": "BD9 4NQ",
    "phone": "01274 496 123",
}


@pytest.fixture
def mailbox(office: Office) -> Mailbox:
    return Mailbox(office)


@pytest.fixture
def school(office: Office) -> str:
    with everything(office) as work:
        return str(work.session.execute(text("SELECT id FROM organisation WHERE name LIKE 'Heaton%'")).scalar_one())


def registers(app: Flask, school: str, **columns: str) -> Any:
    return post_with_token(app.test_client(), app, "/register/", SOMEBODY | {"organisation": school} | columns)


def registration_link(app: Flask, mailbox: Mailbox, school: str, **columns: str) -> str:
    assert registers(app, school, **columns).location == "/register/sent"
    return mailbox.link(columns.get("email", SOMEBODY["email"]))


def reset_link(app: Flask, mailbox: Mailbox, email: str) -> str:
    assert post_with_token(app.test_client(), app, "/forgotten/", {"email": email}).location == "/forgotten/sent"
    return mailbox.link(email)


def email_link(app: Flask, browser: FlaskClient, mailbox: Mailbox, email: str) -> str:
    asked = post_with_token(browser, app, "/account/email/", {"email": email, "password": PASSWORD})
    assert asked.location == "/account/email/sent", asked.text
    return mailbox.link(email)


def is_anonymous(browser: FlaskClient) -> bool:
    return browser.get("/account/").status_code == 302


def test_O07_registering_logs_nobody_in(app: Flask, office: Office, mailbox: Mailbox, school: str) -> None:
    link, browser = registration_link(app, mailbox, school), app.test_client()

    post_with_token(browser, app, link, {"password": NEW})
    post_with_token(browser, app, f"{link}/two-step", {})

    assert is_anonymous(browser)
    asked = post_with_token(browser, app, "/login/", {"email": SOMEBODY["email"], "password": NEW})
    assert asked.location == "/login/code" and is_anonymous(browser)
    answer = post_with_token(browser, app, "/login/code", {"code": mailbox.code(SOMEBODY["email"])})
    assert answer.location == "/"


def test_O07_a_new_password_through_a_link_logs_nobody_in(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    browser = app.test_client()

    post_with_token(browser, app, reset_link(app, mailbox, cast.ann.email), {"password": NEW})

    assert is_anonymous(browser)
    asked = post_with_token(browser, app, "/login/", {"email": cast.ann.email, "password": NEW})
    assert asked.location == "/login/code" and is_anonymous(browser)


def test_O07_confirming_an_address_logs_nobody_in(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    link = email_link(app, cast.ann.browser(), mailbox, "ann.nowak@eps.bradford.example")
    browser = app.test_client()

    post_with_token(browser, app, link, {})

    assert is_anonymous(browser)


def test_O18_registering_answers_alike_for_known_and_unknown(
    app: Flask, office: Office, cast: Cast, mailbox: Mailbox, school: str
) -> None:
    answers, mails = set(), []
    for email in (SOMEBODY["email"], cast.sana.email):
        before = len(mailbox.all())
        got = registers(app, school, email=email)
        answers.add((got.status_code, got.location))
        mails.append(len(mailbox.all()) - before)

    assert answers == {(302, "/register/sent")} and mails == [1, 1]


def test_O26_a_reset_ends_every_log_in_and_tells_the_owner(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    browsers = [cast.ann.logs_in(), cast.ann.logs_in()]

    post_with_token(app.test_client(), app, reset_link(app, mailbox, cast.ann.email), {"password": NEW})

    assert all(is_anonymous(browser) for browser in browsers)
    assert "password" in mailbox.last(cast.ann.email)["Subject"].lower()
    assert not re.search("https?://[^ ]*/forgotten/[^ ]{20}", mailbox.last(cast.ann.email).as_string())


def test_O26_a_changed_address_ends_other_log_ins_and_tells_the_old_one(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    here, there = cast.ann.browser(), cast.ann.browser()
    link = email_link(app, here, mailbox, "ann.nowak@eps.bradford.example")

    post_with_token(here, app, link, {})

    assert (is_anonymous(here), is_anonymous(there)) == (False, True)
    assert "changed" in mailbox.last(cast.ann.email)["Subject"].lower()


def test_O28_nobody_sets_somebody_elses_password_or_second_step(app: Flask, office: Office, cast: Cast) -> None:
    ines = cast.ines.browser()
    with everything(office) as work:
        before = work.session.execute(text("SELECT password, email, totp_secret, two_step FROM ab_user ORDER BY id")).all()
    for path in (f"/users/edit/{cast.ann.id}", f"/resetpassword/form?pk={cast.ann.id}", "/resetmypassword/form", f"/users/{cast.ann.id}/password", "/userinfoeditview/form", "/users/add"):
        for answer in (ines.get(path), post_with_token(ines, app, path, {"password": NEW, "conf_password": NEW, "email": "x@y.example"})):
            assert answer.status_code in (404, 405)
    post_with_token(ines, app, f"/users/{cast.ann.id}/roles", {"roles": "parent", "password": NEW, "email": "x@council.example"})

    with everything(office) as work:
        assert work.session.execute(text("SELECT password, email, totp_secret, two_step FROM ab_user ORDER BY id")).all() == before


def test_O29_an_address_counts_only_once_confirmed_from_it(app: Flask, cast: Cast, mailbox: Mailbox) -> None:
    new = "ann.nowak@eps.bradford.example"
    link = email_link(app, cast.ann.browser(), mailbox, new)
    assert post_with_token(cast.nobody(), app, "/login/", {"email": new, "password": PASSWORD}).status_code == 401
    cast.ann.logs_in()  # the code still goes to the old one

    post_with_token(app.test_client(), app, link, {})

    assert post_with_token(cast.nobody(), app, "/login/", {"email": new, "password": PASSWORD}).location == "/login/code"
    assert post_with_token(cast.nobody(), app, "/login/", {"email": cast.ann.email, "password": PASSWORD}).status_code == 401


def test_O29_somebody_elses_address_is_never_taken(app: Flask, office: Office, cast: Cast, mailbox: Mailbox) -> None:
    post_with_token(cast.ann.browser(), app, "/account/email/", {"email": cast.bob.email, "password": PASSWORD})

    assert "/confirm/email/" not in mailbox.last(cast.bob.email).as_string()
    with everything(office) as work:
        assert work.get(Person, cast.ann.id).email == cast.ann.email


def links(app: Flask, cast: Cast, mailbox: Mailbox, school: str) -> list[str]:
    return [
        registration_link(app, mailbox, school),
        reset_link(app, mailbox, cast.bob.email),
        email_link(app, cast.ann.browser(), mailbox, "ann.nowak@eps.bradford.example"),
    ]


def test_O31_scanners_that_open_links_change_nothing(
    app: Flask, office: Office, cast: Cast, mailbox: Mailbox, school: str
) -> None:
    mailed = links(app, cast, mailbox, school)
    scanner = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}

    def accounts() -> list[Any]:
        with everything(office) as work:
            columns = "email, password, active"
            people = work.session.execute(text(f"SELECT {columns} FROM ab_user ORDER BY id")).all()  # noqa: S608
            return [*people, *work.session.execute(text("SELECT used_at FROM mailed_link ORDER BY id")).all()]

    before = accounts()
    for link in mailed:
        for how in (lambda at: app.test_client().head(at), lambda at: app.test_client().get(at, headers=scanner)):
            assert [how(link).status_code for _ in range(3)] == [200] * 3
        page = app.test_client().get(link).text
        assert 'method="post"' in page and "autosubmit" not in page
    assert accounts() == before

    assert post_with_token(app.test_client(), app, mailed[1], {"password": NEW}).location == "/forgotten/done"


@pytest.mark.parametrize("hours", [25])
def test_O32_old_links_and_links_that_were_never_ours_get_one_page(
    app: Flask, cast: Cast, mailbox: Mailbox, school: str, clock: FixedClock, hours: int
) -> None:
    mailed = links(app, cast, mailbox, school)
    head, token = mailed[1].rsplit("/", 1)
    other_door = f"/confirm/{token}"
    bad = [f"{head}/{token[:-1]}", f"{head}/{token.swapcase()}", f"{head}/{token}x", f"{head}/{'a' * 5000}", f"{head}/%00", other_door]
    post_with_token(app.test_client(), app, mailed[1], {"password": NEW})
    bad.append(mailed[1])  # used
    clock.forward(hours=hours)
    bad += [mailed[0], mailed[2]]  # too old

    pages = {(answer.status_code, stripped(answer.text)) for at in bad for answer in (app.test_client().get(at), post_with_token(app.test_client(), app, at, {"password": NEW}))}

    assert len(pages) == 1 and next(iter(pages))[0] == 404


def stripped(page: str) -> str:
    bare = re.sub(r'(value|content|nonce)="[^"]*"', "", page)
    return re.sub(r"/language/\w+(\?back=[^\"]*)?", "", bare)


def test_O33_a_password_is_chosen_only_by_whoever_has_the_mailbox(
    app: Flask, office: Office, cast: Cast, mailbox: Mailbox, school: str
) -> None:
    registers(app, school, password="the attackers own password", first_name="Mallory")
    hijackers = mailbox.link(SOMEBODY["email"])
    registers(app, school)
    owners = mailbox.link(SOMEBODY["email"])

    assert app.test_client().get(hijackers).status_code == 404, "the older one is replaced"
    post_with_token(app.test_client(), app, owners, {"password": NEW})
    post_with_token(app.test_client(), app, f"{owners}/two-step", {})
    with everything(office) as work:
        person = work.session.query(Person).filter_by(email=SOMEBODY["email"]).one()
        assert person.first_name == "Leila"
        assert work.session.query(Registration).filter_by(email=SOMEBODY["email"]).count() == 1
    wrong = post_with_token(cast.nobody(), app, "/login/", {"email": SOMEBODY["email"], "password": "the attackers own password"})
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    "same", ["SANA.IQBAL@heatonbeck.sch.example", " sana.iqbal@HEATONBECK.sch.example ", "ｓana.iqbal@heatonbeck.sch.example"]
)
def test_O34_one_address_is_one_account_however_it_is_written(
    app: Flask, office: Office, mailbox: Mailbox, school: str, same: str
) -> None:
    registers(app, school, email=same)

    assert "/confirm/" not in mailbox.last("sana.iqbal@heatonbeck.sch.example").as_string()
    with everything(office) as work:
        assert work.session.query(Registration).count() == 0


def test_O34_the_database_itself_refuses_a_second_account(office: Office, cast: Cast) -> None:
    with pytest.raises(IntegrityError), everything(office) as work:
        work.add(Person(username="x", first_name="A", last_name="B", email=cast.ann.email, password="x"))


def test_O34_a_domain_that_only_looks_known_waits_for_the_sen_team(
    app: Flask, office: Office, mailbox: Mailbox, school: str
) -> None:
    lookalike = "leila.hart@heatonbeсk.sch.example"  # the c is Cyrillic
    registers(app, school, email=lookalike)

    with everything(office) as work:
        registration = work.session.query(Registration).one()
    assert "xn--" in registration.email
    link = mailbox.link(registration.email)
    post_with_token(app.test_client(), app, link, {"password": NEW})
    assert post_with_token(app.test_client(), app, f"{link}/two-step", {}).location == "/register/waiting"


@pytest.mark.parametrize(
    "columns",
    [
        {"email": "a@heatonbeck.sch.example\r\nBcc: x@evil.example"},
        {"email": "a@heatonbeck.sch.example\nx"},
        {"first_name": "Leila\r\nBcc: x@evil.example"},
        {"last_name": "Hart\x00"},
        {"email": "a@heatonbeck.sch.example,b@evil.example"},
    ],
)
def test_O36_no_line_end_gets_into_a_mails_head(
    app: Flask, office: Office, mailbox: Mailbox, school: str, columns: dict[str, str]
) -> None:
    answer = registers(app, school, **columns)

    assert answer.status_code == 422
    assert mailbox.all() == []
    post_with_token(app.test_client(), app, "/forgotten/", {"email": columns.get("email", "x\r\ny@a.example")})
    assert all("evil" not in mail.as_string() and len(mail.get_all("To")) == 1 for mail in mailbox.all())


def test_log_ins_are_only_ever_opened_by_the_code_page(app: Flask, office: Office, cast: Cast, mailbox: Mailbox, school: str) -> None:
    for link in links(app, cast, mailbox, school):
        post_with_token(app.test_client(), app, link, {"password": NEW})

    with everything(office) as work:
        assert {row.person_id for row in work.session.query(LogInSession)} == {cast.ann.id}
