"""What a form tells the browser and its reader: what to fill in by itself, which files it takes, which field is wrong."""

import re

import pytest

from tests.pages import Page


def test_d7_the_browser_may_fill_in_address_and_organisation_at_registering(cast):
    page = cast.anonymous().get("/register/").text

    assert re.search(r'<textarea [^>]*name="address"[^>]* autocomplete="street-address"', page)
    assert re.search(r'<input [^>]*name="organisation_named"[^>]* autocomplete="organization"', page)


def test_d7_the_question_for_files_says_and_offers_what_it_takes(app, cast, started):
    pages = [
        cast.sana.browser().get(f"/forms/{started.id}/section/{section}").text
        for section in ("support", "people", "declaration", "needs")
    ]
    asking = [page for page in pages if 'type="file"' in page]

    assert asking
    for page in asking:
        assert re.search(r'<input [^>]*type="file"[^>]* accept="\.pdf,\.docx,', page)
        assert f"up to {app.config['SETTINGS'].max_upload_mb} MB each" in page
        described = re.search(r'type="file"[^>]* aria-describedby="([^"]+)"', page)[1].split()[0]
        assert re.search(rf'id="{described}"[^>]*>[^<]*MB each', page), "the hint belongs to the field"


@pytest.mark.parametrize("path", ["/organisations/add", "/work-domains/add"])
def test_d7_a_generated_form_answers_errors_with_422_and_names_the_field(cast, press, path):
    page = Page(press(cast.ines.browser(), path, {}))

    assert page.status == 422
    assert page.errors
    for text in page.errors.values():
        assert "This field" not in text
        assert re.match(r"(Enter|Select|Choose)\b", text), text


def test_d7_a_text_that_is_too_long_is_named_too(cast, press):
    page = Page(press(cast.ines.browser(), "/organisations/add", {"name": "A", "phone": "1" * 500}))

    assert page.errors["phone"].startswith("Phone number must be 30 characters or fewer")


def test_d7_one_domain_is_one_line(cast):
    page = cast.ines.browser().get("/work-domains/add").text

    assert re.search(r'<input [^>]*name="domain"[^>]* type="text"', page)
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("language", "forms"), [("pl", "few many one other"), ("ur", "one other"), ("en", "one other")]
)
def test_d8_the_counter_of_characters_has_every_plural_of_the_language(cast, language, forms):
    browser = cast.sana.browser()
    browser.get(f"/language/{language}")

    page = browser.get("/messages/write").text

    found = re.findall(r"data-i18n\.characters-under-limit\.(\w+)=", page)
    assert " ".join(sorted(set(found))) == forms
