"""What a parent reads on the way from the invitation to an answer, in each language: nothing left in English."""

import pytest

from app.forms.form_context import load_form
from app.forms.rules.workflow import FormState
from startup.flask_settings import LANGUAGES
from tests.languages import left_in_english

OTHERS = sorted(set(LANGUAGES) - {"en"})
PUBLIC_PAGES = (
    "/login/",
    "/forgotten/",
    "/forgotten/sent",
    "/help/",
    "/help/privacy",
    "/help/accessibility",
    "/help/cookies",
    "/no/such/page",
)


@pytest.fixture
def addresses(cast, make, clock):
    """The pages of a parent whose child has a request, a consent form and messages."""
    child = make.child(linked=(cast.sana, cast.pat))
    request = make.request(child, cast.sana, FormState.submitted)
    consent = make.consent(child, cast.pat)
    message = make.message(cast.pat, child_id=child.id)
    pages = [
        "/",
        f"/children/{child.id}",
        "/messages/",
        f"/messages/{message.id}",
        "/messages/write",
        "/account/",
    ]
    pages += [f"/children/{child.id}{part}" for part in ("/forms", "/people", "/messages")]
    pages += [f"/forms/{request.id}", f"/forms/{request.id}/read"]
    pages += [f"/forms/{consent.id}{part}" for part in ("", "/check")]
    with cast.pat.works() as work:
        sections = load_form(work, consent.id).sections
    pages += [f"/forms/{consent.id}/section/{section.id}" for section in sections]
    return pages


def missing(browser, language, paths):
    """Return each text that is left in English, with the first page that shows it."""
    browser.get(f"/language/{language}")
    found = {}
    for path in paths:
        answer = browser.get(path, follow_redirects=True)
        for text in left_in_english(answer.text, language):
            found.setdefault(text, path)
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_d1_a_parents_path_is_whole_in_every_language(cast, addresses, language):
    left = missing(cast.anonymous(), language, PUBLIC_PAGES) | missing(
        cast.pat.browser(), language, addresses
    )

    assert left == {}, f"{len(left)} texts"


def test_d1_a_form_asks_in_the_readers_language_and_marks_what_has_no_translation(cast, make):
    child = make.child(linked=(cast.sana, cast.pat))
    consent, request = make.consent(child, cast.pat), make.request(child, cast.sana)
    parent, senco = cast.pat.browser(), cast.sana.browser()
    for browser in (parent, senco):
        browser.get("/language/pl")

    asked = parent.get(f"/forms/{consent.id}/section/who").text
    with cast.sana.works() as work:
        first = load_form(work, request.id).sections[0]
    untranslated = senco.get(f"/forms/{request.id}/section/{first.id}").text

    assert "Czy masz władzę rodzicielską?" in asked
    assert "Tylko jeśli na pytanie „Kim jesteś?” odpowiedź brzmi „Rodzic lub opiekun”" in asked
    assert f'<span lang="en" dir="ltr">{first.questions[-1].label}</span>' in untranslated
