"""The log-in, register and home pages in Urdu and Polish: whole, in the right direction, and owned up to as unchecked."""

import re

import pytest

from app.forms.rules.workflow import FormState
from startup.flask_settings import AWAITING_CHECK
from tests.browser import post_with_token
from tests.cast import Cast
from tests.languages import left_in_english
from tests.mailbox import text_of
from tests.newcomer import CHOSEN, Newcomer
from tests.pages import Page

OTHERS = ["pl", "ur"]
DIRECTION = {"pl": "ltr", "ur": "rtl"}
LOG_IN = {"pl": "Zaloguj się", "ur": "لاگ ان کریں"}
HOME = {"pl": "Strona główna", "ur": "مرکزی صفحہ"}
UNCHECKED = {
    "pl": "Tego tłumaczenia nie sprawdziła jeszcze",
    "ur": "اس ترجمے کو ابھی کسی اہلِ زبان نے نہیں جانچا",
}


def speaks(browser, language):
    browser.get(f"/language/{language}")
    return browser


def whole(answer, language):
    """The page is in this language from its first word to its last, runs its way, and says that it is unchecked."""
    page = Page(answer)
    assert f'<html lang="{language}" dir="{DIRECTION[language]}"' in page.html
    assert left_in_english(page.html, language) == []
    assert UNCHECKED[language] in page.html
    assert re.search(r'id="unchecked-translation">.*?href="/language/en\?', page.html) or (
        answer.request.method == "POST" and 'href="/language/en"' in page.html
    )
    return page


@pytest.fixture(params=OTHERS)
def language(request):
    return request.param


@pytest.mark.parametrize(
    "path",
    [
        "/login/",
        "/register/",
        "/register/sent",
        "/register/ready",
        "/register/waiting",
        "/forgotten/",
        "/forgotten/sent",
        "/forgotten/done",
        "/confirm/no-such-link",
        "/confirm/email",
        "/no/such/page",
    ],
)
def test_what_a_stranger_may_open(cast, language, path):
    whole(speaks(cast.anonymous(), language).get(path), language)


@pytest.mark.parametrize("path", ["/login/", "/register/", "/forgotten/"])
@pytest.mark.parametrize("typed", ["", "somebody@gmail.com", "nobody-at-all", "x" * 2000])
def test_what_is_wrong_is_reported_in_the_readers_language(app, cast, language, path, typed):
    names = (
        "email",
        "password",
        "first_name",
        "organisation_named",
        "job_title",
        "address",
        "postcode",
        "phone",
    )
    browser = speaks(cast.anonymous(), language)

    answer = post_with_token(browser, app, path, dict.fromkeys(names, typed), follow_redirects=True)

    whole(answer, language)


def test_the_log_in_to_the_home_page(app, cast, language):
    ann = speaks(cast.anonymous(), language)
    assert whole(ann.get("/login/"), language).heading == LOG_IN[language]
    wrong = post_with_token(ann, app, "/login/", {"email": cast.ann.email, "password": "wrong"})
    assert whole(wrong, language).title.endswith(LOG_IN[language])

    cast.ann.half_way(ann)
    whole(ann.get("/login/code"), language)
    whole(post_with_token(ann, app, "/login/code", {"code": ""}), language)
    whole(post_with_token(ann, app, "/login/code", {"code": "000000"}), language)
    again = post_with_token(ann, app, "/login/code/send", {}, follow_redirects=True)
    whole(again, language)
    post_with_token(ann, app, "/login/code", {"code": cast.ann.code()})

    assert whole(ann.get("/"), language).heading == HOME[language], "the choice survives the log-in"
    whole(post_with_token(ann, app, "/logout", {}, follow_redirects=True), language)


def test_too_many_tries(app, cast, language):
    ann = speaks(cast.anonymous(), language)
    for _ in range(40):
        answer = post_with_token(ann, app, "/login/", {"email": cast.ann.email, "password": "wrong"})
    assert answer.status_code == 429
    whole(answer, language)


def test_the_steps_of_registering(app, mailbox, language):
    nadia = Newcomer(app, mailbox)
    speaks(nadia.browser, language)
    assert nadia.registers().location == "/register/sent"
    link = nadia.link()

    whole(nadia.browser.get(link), language)
    for password in ("", "short", "a" * 600, "password1234", nadia.email, "a\x07" * 10):
        whole(nadia.post(link, {"password": password}), language)
    nadia.post(link, {"password": CHOSEN})
    whole(nadia.browser.get(f"{link}/two-step"), language)


@pytest.mark.parametrize("who", ["sana", "ann", "olu", "mary", "pat", "ines"])
def test_everybodys_home_page(cast, make, clock, language, who):
    child = make.child(linked=(cast.ann, cast.sana, cast.pat))
    make.advice(child, cast.ann, due_on=clock.today())
    make.advice(child, cast.ann, FormState.submitted, due_on=clock.today())
    make.request(child, cast.sana, FormState.submitted)

    assert whole(speaks(getattr(cast, who).browser(), language).get("/"), language).heading == HOME[language]


def test_the_parents_page_of_a_child(cast, make, language):
    child = make.child(linked=(cast.sana, cast.pat))
    make.request(child, cast.sana, FormState.submitted)

    whole(speaks(cast.pat.browser(), language).get(f"/children/{child.id}"), language)


def test_english_left_over_would_be_found(cast, language):
    english = cast.anonymous().get("/login/").text

    assert {"Log in", "Email address", "Show password", "Skip to main content"} <= set(
        left_in_english(english, language)
    )


def test_english_says_nothing_of_translations(cast):
    assert "unchecked-translation" not in speaks(cast.anonymous(), "en").get("/login/").text
    assert set(OTHERS) == AWAITING_CHECK


def test_numbers_and_addresses_read_from_the_left_in_urdu(cast: Cast) -> None:
    page = speaks(cast.anonymous(), "ur").get("/register/").text

    assert re.search(r'<a class="[^"]*portal-phone" dir="ltr"', page)
    for name in ("email", "phone"):
        assert re.search(rf'<input [^>]*name="{name}"[^>]* dir="ltr"', page), name
    assert "portal.rtl." in page
    assert not re.search(r'<input [^>]*name="first_name"[^>]* dir=', page), "a name may be written in Urdu"


def test_the_code_is_mailed_in_the_language_of_the_log_in_page(app, cast, mailbox, language):
    cast.ann.half_way(speaks(cast.anonymous(), language))

    mail = mailbox.last(cast.ann.email)

    assert (
        mail["Subject"]
        == {
            "pl": "Twój kod bezpieczeństwa do portalu SEND",
            "ur": "SEND پورٹل کے لیے آپ کا سیکیورٹی کوڈ",
        }[language]
    )
    assert "Your security code" not in text_of(mail)
    html = mail.get_body(("html",)).get_content()
    assert f'<html lang="{language}" dir="{DIRECTION[language]}">' in html
    assert mailbox.code(cast.ann.email)


def test_links_are_mailed_in_the_language_of_the_page_that_asked(app, cast, mailbox, language):
    for email in ("nadia.rahman@heatonbeck.sch.example", cast.ann.email, "unknown@heatonbeck.sch.example"):
        newcomer = Newcomer(app, mailbox, email)
        speaks(newcomer.browser, language)
        if not email.startswith("unknown"):
            newcomer.registers()
        newcomer.post("/forgotten/", {"email": email})

    mails = mailbox.all()

    assert len(mails) == 5
    for mail in mails:
        html = mail.get_body(("html",)).get_content()
        assert f'<html lang="{language}" dir="{DIRECTION[language]}">' in html
        assert left_in_english(html, language) == []


def test_a_letter_of_the_portals_own_is_headed_in_the_readers_language(app, cast, make):
    make.message(cast.ann, subject="You have been asked for advice", letter="advice_asked")
    make.message(cast.ann, subject="You have been asked for advice")

    page = Page(speaks(cast.ann.browser(), "pl").get("/"))

    assert page.main.count("Prośba o Twoją opinię") == 1
    assert page.main.count("You have been asked for advice") == 1, "what a person wrote stays as typed"


def test_the_language_left_at_log_in_comes_back_on_another_browser(cast, language):
    cast.ann.logs_in(speaks(cast.anonymous(), language))

    assert Page(cast.ann.logs_in().get("/")).heading == HOME[language]


def test_who_forgot_a_password_on_a_strange_browser_is_written_to_in_their_own_language(
    app, cast, mailbox, language
):
    cast.ann.logs_in(speaks(cast.anonymous(), language))

    post_with_token(cast.anonymous(), app, "/forgotten/", {"email": cast.ann.email})

    html = mailbox.last(cast.ann.email).get_body(("html",)).get_content()
    assert f'<html lang="{language}"' in html
