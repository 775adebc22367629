"""The links themselves, by their number in the checklist: O30 to O34 and O36."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import (
    ChildLink,
    Invitation,
    MailedLink,
    OutboxMail,
    Person,
    Registration,
    RegistrationState,
)
from tests.browser import post_with_token, token_for
from tests.cast import Cast, everything
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.newcomer import CHOSEN, EMAIL, Newcomer, organisation_id
from tests.security.links import FATHER, PURPOSES, Links, bare, every_row


@pytest.fixture
def links(app: Flask, cast: Cast, make: Maker, mailbox: Mailbox) -> Links:
    return Links(app, cast, make, mailbox)


# --- O30 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/register/", "/forgotten/"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "localhost@evil.example"}, {"Host": "localhost.evil.example"}],
)
def test_O30_a_foreign_host_is_refused_and_no_mail_is_queued(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, url: str, headers: dict[str, str]
) -> None:
    newcomer = Newcomer(app, mailbox, cast.sana.email)
    answer = newcomer.post(url, newcomer.answers(), headers=headers)

    assert answer.status_code == 400
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxMail.__table__)) == 0


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-Host"])
def test_O30_links_begin_with_the_configured_address_whatever_the_request_says(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, header: str
) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    newcomer = Newcomer(app, mailbox, cast.sana.email)
    assert (
        newcomer.post("/forgotten/", {"email": cast.sana.email}, headers={header: value}).status_code == 302
    )

    mail = mailbox.last(cast.sana.email)
    html = str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
    found = re.findall(r"https?://[^\s\"<]+", text_of(mail) + html)
    assert found and all(
        link.startswith(context.notification_service.settings.public_base_url) for link in found
    )
    assert "evil" not in mail.as_string()


# --- O31 ------------------------------------------------------------------------------------------

SCANNERS: list[Callable[[FlaskClient, str], object]] = [
    lambda browser, link: browser.head(link),
    lambda browser, link: [browser.get(link) for _ in range(3)],
    lambda browser, link: browser.get(
        link, headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}
    ),
    lambda browser, link: browser.get(link, headers={"User-Agent": "Mozilla/5.0 SafeLinks"}),
    lambda browser, link: browser.options(link),
    lambda browser, link: browser.get(f"{link}/two-step"),
    lambda browser, link: browser.post(link, data={"password": CHOSEN}),  # without the page's token
]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_O31_scanners_change_nothing_and_the_link_still_works(
    app: Flask, context: AppContext, cast: Cast, links: Links, purpose: str
) -> None:
    link = getattr(links, purpose)()
    before = every_row(context)
    for scan in SCANNERS:
        scan(cast.anonymous(), link)

    assert every_row(context) == before
    assert links.use(cast.anonymous(), purpose, link) == 302


def test_O31_a_scanner_that_presses_buttons_gets_no_further_than_the_password(
    app: Flask, context: AppContext, cast: Cast, links: Links
) -> None:
    """Some send the forms they find, as they are: an empty password is none."""
    for purpose in ("register", "invite", "reset"):
        link = getattr(links, purpose)()
        assert post_with_token(cast.anonymous(), app, link, {"password": ""}).status_code == 422
        assert cast.anonymous().get(link).status_code == 200


# --- O32 ------------------------------------------------------------------------------------------


def spoilt(link: str) -> list[str]:
    """A link cut short, in other letters, made longer, with one letter changed, and with odd signs."""
    stem, _, token = link.rpartition("/")
    other = "A" if token[5] != "A" else "B"
    wrong = [
        token[:-1],
        token[:10],
        token.swapcase(),
        token + "A",
        token[:5] + other + token[6:],
        "%00",
        "x" * 3000,
    ]
    return [f"{stem}/{each}" for each in wrong]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_O32_used_old_and_spoilt_links_all_give_the_same_page(
    app: Flask, context: AppContext, cast: Cast, links: Links, clock: FixedClock, purpose: str
) -> None:
    link = getattr(links, purpose)()
    dead = {bare(cast.anonymous().get(wrong).text) for wrong in spoilt(link)}
    pressed = {links.use(cast.anonymous(), purpose, wrong) for wrong in spoilt(link)}
    assert pressed == {404}

    assert links.use(cast.anonymous(), purpose, link) == 302
    assert links.use(cast.anonymous(), purpose, link) == 404, "a link works once"
    dead.add(bare(cast.anonymous().get(link).text))
    assert len(dead) == 1 and "This link no longer works" in dead.pop()


@pytest.mark.parametrize(
    ("purpose", "hours"), [("register", 24), ("email", 24), ("invite", 7 * 24), ("reset", 1)]
)
def test_O32_a_link_works_until_its_time_and_not_a_second_longer(
    cast: Cast, links: Links, clock: FixedClock, purpose: str, hours: int
) -> None:
    link = getattr(links, purpose)()
    clock.forward(hours=hours, seconds=-1)
    assert cast.anonymous().get(link).status_code == 200
    clock.forward(seconds=1)
    assert cast.anonymous().get(link).status_code == 404
    clock.forward(hours=1)
    assert links.use(cast.anonymous(), purpose, link) == 404


AGAIN = {"invite": "send_again"}
"""How a newer link is asked for, where it is not by the same form."""


@pytest.mark.parametrize("purpose", [purpose for purpose in PURPOSES if purpose != "reset"])
def test_O32_a_newer_link_of_the_same_kind_kills_the_older(cast: Cast, links: Links, purpose: str) -> None:
    older, newer = getattr(links, purpose)(), getattr(links, AGAIN.get(purpose, purpose))()

    assert older != newer
    assert cast.anonymous().get(older).status_code == 404 and cast.anonymous().get(newer).status_code == 200


def test_O32_a_link_opens_nothing_but_what_it_was_made_for(cast: Cast, links: Links) -> None:
    paths = {"register": "/confirm/{}", "reset": "/forgotten/{}", "email": "/confirm/email/{}"}
    for purpose in paths:
        token = getattr(links, purpose)().rpartition("/")[2]
        for other, path in paths.items():
            expected = 200 if other == purpose else 404
            assert cast.anonymous().get(path.format(token)).status_code == expected, (purpose, other)


def test_O32_only_a_hash_of_the_link_is_stored(context: AppContext, links: Links) -> None:
    tokens = [getattr(links, purpose)().rpartition("/")[2] for purpose in PURPOSES]
    with everything(context) as work:
        stored = str([dict(row) for row in work.session.execute(select(MailedLink.__table__)).mappings()])
        stored += str([dict(row) for row in work.session.execute(select(OutboxMail.__table__)).mappings()])
    assert len(stored) > 1000
    assert not any(token in stored for token in tokens)
    assert all(len(token) == 43 for token in tokens), "256 bits"


# --- O33 ------------------------------------------------------------------------------------------


def test_O33_registering_another_persons_address_chooses_no_password(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    attacker = Newcomer(app, mailbox)
    attacker.registers(first_name="Mallory", password="attackers-own-password")
    stolen = attacker.link()
    victim = Newcomer(app, mailbox)
    victim.registers()

    assert cast.anonymous().get(stolen).status_code == 404, "the older registration is replaced"
    victim.sets_up()
    with everything(context) as work:
        assert work.session.scalars(select(Person.first_name).where(Person.email == EMAIL)).all() == ["Nadia"]
    answer = attacker.post("/login/", {"email": EMAIL, "password": "attackers-own-password"})
    assert answer.status_code == 401


def test_O33_what_another_person_typed_is_shown_before_a_password_is_chosen(
    app: Flask, cast: Cast, mailbox: Mailbox
) -> None:
    attacker = Newcomer(app, mailbox)
    attacker.registers(first_name="Mallory", last_name="Chancer")

    assert "Mallory Chancer" in cast.anonymous().get(attacker.link()).text


# --- O34 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variant",
    [
        "SANA.IQBAL@heatonbeck.sch.example",
        "sana.iqbal@HeatonBeck.SCH.example",
        " sana.iqbal@heatonbeck.sch.example ",
        "sana.iqbal@heatonbeck.sch.example.",
        "ｓana.iqbal@heatonbeck.sch.example",
        "sana.iqbal＠heatonbeck.sch.example",
    ],
)
def test_O34_another_spelling_of_an_address_is_the_same_address(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, variant: str
) -> None:
    newcomer = Newcomer(app, mailbox, variant)
    assert newcomer.registers().status_code == 302

    assert "already" in mailbox.last(cast.sana.email)["Subject"]
    with everything(context) as work:
        assert work.session.scalars(select(Registration)).all() == []


def test_O34_a_domain_in_letters_that_look_alike_is_shown_as_it_is(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    disguised = "nadia@he\u0430tonbeck.sch.example"  # a Cyrillic letter
    newcomer = Newcomer(app, mailbox, "nadia@xn--hetonbeck-13h.sch.example")
    assert newcomer.post("/register/", newcomer.answers(email=disguised)).status_code == 302
    with everything(context) as work:
        registration = work.session.scalars(select(Registration)).one()
        stored = registration.email
        registration.state = RegistrationState.waiting
    assert stored.partition("@")[2].startswith("xn--")

    page = cast.olu.browser().get(f"/registrations/{registration.id}").text
    assert stored in page and "uses letters that look like others" in page and "(not recognised)" in page
    assert "\u0430" not in page


# --- O36 ------------------------------------------------------------------------------------------

INJECTED = [
    "Nadia\r\nBcc: all@evil.example",
    "Nadia\nTo: all@evil.example",
    "Nadia\x00",
    "Nadia\x0b",
    "Nadia\u2028Bcc: x",
]


@pytest.mark.parametrize("field", ["postcode", "phone"])
@pytest.mark.parametrize("text", INJECTED)
def test_O36_line_ends_and_hidden_signs_are_refused_at_the_field(
    app: Flask, context: AppContext, mailbox: Mailbox, field: str, text: str
) -> None:
    answer = Newcomer(app, mailbox).registers(**{field: text})

    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert mailbox.all() == []


@pytest.mark.parametrize("field", ["first_name", "last_name", "job_title", "organisation_named"])
@pytest.mark.parametrize("text", INJECTED)
def test_O36_line_ends_and_hidden_signs_in_a_line_of_text_are_cleaned_and_reach_no_mail(
    app: Flask, context: AppContext, mailbox: Mailbox, field: str, text: str
) -> None:
    changed = {field: text} | ({"organisation": ""} if field == "organisation_named" else {})

    assert Newcomer(app, mailbox).registers(**changed).status_code == 302

    with everything(context) as work:
        stored = getattr(work.session.scalars(select(Registration)).one(), field)
    assert stored == " ".join(text.replace("\x00", "").split())
    [mail] = mailbox.all()
    assert [each.addr_spec for each in mail["To"].addresses] == [EMAIL]
    assert mail["Cc"] is None and mail["Bcc"] is None and "evil" not in mail.as_string()


@pytest.mark.parametrize("url", ["/register/", "/forgotten/"])
@pytest.mark.parametrize("typed", ["<a@heatonbeck.sch.example>", "a@heatonbeck.sch.example\x00"])
def test_O36_an_address_as_mail_programs_copy_it_is_written_to_alone(
    app: Flask, mailbox: Mailbox, url: str, typed: str
) -> None:
    newcomer = Newcomer(app, mailbox)
    assert newcomer.post(url, newcomer.answers(email=typed)).status_code == 302

    mails = mailbox.all()
    assert [str(mail["To"]) for mail in mails] == ["a@heatonbeck.sch.example"]
    assert mails[0]["Cc"] is None and mails[0]["Bcc"] is None


@pytest.mark.parametrize("url", ["/register/", "/forgotten/"])
@pytest.mark.parametrize(
    "typed",
    [
        "a@heatonbeck.sch.example\r\nBcc: all@evil.example",
        "a@heatonbeck.sch.example\nX: y",
        "a@heatonbeck.sch.example,b@heatonbeck.sch.example",
        "a@heatonbeck.sch.example b@heatonbeck.sch.example",
        '"a b"@heatonbeck.sch.example',
        "a" * 5000 + "@heatonbeck.sch.example",
    ],
)
def test_O36_an_address_is_one_address(
    app: Flask, context: AppContext, mailbox: Mailbox, url: str, typed: str
) -> None:
    newcomer = Newcomer(app, mailbox)
    answer = newcomer.post(url, newcomer.answers(email=typed))

    assert answer.status_code == 422 and 'id="email-error"' in answer.text
    assert mailbox.all() == []


def test_O36_every_mail_has_one_addressee_and_no_words_of_strangers(
    app: Flask, cast: Cast, mailbox: Mailbox, links: Links
) -> None:
    """What a stranger types is never in a mail: it would be the council lending its name to spam."""
    newcomer = Newcomer(app, mailbox)
    newcomer.registers(first_name="Visit evil.example", last_name="<a href=x>", job_title="Click here now")
    for purpose in ("reset", "email", "invite"):
        getattr(links, purpose)()

    mails = mailbox.all()
    assert len(mails) >= 5
    for mail in mails:
        assert len(mail.get_all("To")) == 1 and mail["Cc"] is None and mail["Bcc"] is None
        assert len(mail["To"].addresses) == 1
        for word in ("evil.example", "Click here now", "href=x"):
            assert word not in text_of(mail) and word not in str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]


# --- two at once ----------------------------------------------------------------------------------


def test_O32_two_who_press_the_button_at_once_open_one_account(
    app: Flask, context: AppContext, mailbox: Mailbox
) -> None:
    newcomer = Newcomer(app, mailbox)
    newcomer.registers()
    link = newcomer.link()
    newcomer.post(link, {"password": CHOSEN})
    browsers = [app.test_client() for _ in range(8)]
    tokens = [token_for(browser, app) for browser in browsers]

    def press(at: int) -> int:
        return browsers[at].post(f"{link}/two-step", data={"csrf_token": tokens[at]}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(press, range(8)))

    assert statuses == [302] + [404] * 7
    with everything(context) as work:
        people = select(func.count(Person.id)).where(Person.email == EMAIL)
        assert work.session.scalar(people) == 1


def test_O33_an_invitation_is_worth_nothing_without_its_mail(
    app: Flask, context: AppContext, cast: Cast, links: Links, mailbox: Mailbox
) -> None:
    """Registering with the invited address gives no child: only the link in the mail does."""
    links.invite()
    with everything(context) as work:
        assert work.session.scalars(select(ChildLink)).all() == []
        assert work.session.scalars(select(Invitation.accepted_at)).all() == [None]
    newcomer = Newcomer(app, mailbox, FATHER)
    newcomer.registers()
    newcomer.sets_up(mailbox.link(FATHER))
    with everything(context) as work:
        assert work.session.scalars(select(ChildLink)).all() == []
        assert organisation_id(context)
