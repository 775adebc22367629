"""Pages in another language: English left in them is marked, and data keeps its own reading order."""

import re
from datetime import date

import pytest

from app.views.web.text_direction import (
    DATA,
    DATA_END,
    ENGLISH,
    ENGLISH_END,
    MARKS,
    show_languages,
    without_marks,
)
from tests.access.world import build_world
from tests.every_page import every_page
from tests.languages import left_in_english


def page_in(browser, language, path):
    browser.get(f"/language/{language}")
    return browser.get(path).text


def test_d1_a_text_without_a_translation_is_marked_as_english():
    html = show_languages(f"<p>{ENGLISH}Write a message{ENGLISH_END}</p>", True)

    assert html == '<p><span lang="en" dir="ltr">Write a message</span></p>'


def test_d1_a_date_in_english_is_one_piece_in_a_page_that_reads_from_the_right():
    assert show_languages("<dd>14 March 2017</dd>", True) == "<dd><bdi>14 March 2017</bdi></dd>"
    assert (
        show_languages("<dd> 12 Oak Road, BD1 1AA </dd>", True)
        == "<dd> <bdi>12 Oak Road, BD1 1AA</bdi> </dd>"
    )
    assert show_languages("<dd>01274 435750</dd>", True) == "<dd><bdi>01274 435750</bdi></dd>"
    assert show_languages("<dd>14 March 2017</dd>", False) == "<dd>14 March 2017</dd>"


def test_d1_what_reads_from_the_right_already_and_what_is_no_word_stays_as_it_is():
    for plain in ("<dd>مارچ 2017</dd>", "<b>3</b>", "<b>&nbsp;</b>", "<b>, </b>"):
        assert show_languages(plain, True) == plain


def test_d1_data_in_a_translated_sentence_is_isolated():
    html = show_languages(f"<p>واپس {DATA}Amina Shah{DATA_END}</p>", True)

    assert html == "<p>واپس <bdi>Amina Shah</bdi></p>"


def test_d1_where_an_element_may_not_stand_isolates_do():
    marked = f"{ENGLISH}Menu{ENGLISH_END}"

    assert show_languages(f'<nav aria-label="{marked}">', True) == '<nav aria-label="\u2066Menu\u2069">'
    assert show_languages(f"<title>{marked}</title>", True) == "<title>\u2066Menu\u2069</title>"
    assert show_languages(f"<nav aria-label='{marked}'>", False) == "<nav aria-label='Menu'>"
    option = show_languages(f'<option value="a">{marked}</option>', True)
    assert option == '<option value="a" lang="en" dir="ltr">Menu</option>'


def test_d1_typed_text_in_a_box_is_not_touched():
    box = "<textarea>\n14 March 2017</textarea>"

    assert show_languages(box, True) == box


def test_d1_files_and_scripts_get_no_marks():
    assert without_marks(f"{ENGLISH}Name{ENGLISH_END},{DATA}x{DATA_END}") == "Name,x"
    assert without_marks('{"text": "\\ufdd0Name\\ufdd1"}') == '{"text": "Name"}'


@pytest.mark.parametrize("language", ["ur", "pl", "en"])
@pytest.mark.parametrize("who", ["anonymous", "pat", "sana", "olu"])
def test_d1_no_mark_is_left_on_any_page_and_every_english_text_is_marked(
    app, context, cast, make, language, who
):
    wrong = []
    for page in every_page(app, cast, build_world(context, cast, make), (who,), language=language):
        html = page.answer.text
        if any(mark in html for mark in MARKS):
            wrong.append(f"{page.name}: a mark is left")
        if language == "en":
            continue
        unmarked = re.sub(r'<(\w+)[^>]* lang="en" dir="ltr">.*?</\1>', "", html, flags=re.DOTALL)
        texts = re.sub(
            r"<[^>]+>", "\n", re.sub(r"<(title|option|script)\b.*?</\1>", "", unmarked, flags=re.DOTALL)
        )
        wrong += [f"{page.name}: {text}" for text in left_in_english(f"<p>{texts}</p>", language)]
        if 'lang="en" dir="ltr"' in html.split("<main")[1]:
            assert "data-partly-english>" in html, page.name
    assert wrong == []


def test_d1_the_birthday_of_a_child_is_one_piece_in_urdu(cast, make):
    child = make.child(linked=(cast.sana,), date_of_birth=date(2017, 3, 14), address="12 Oak Road, BD1 1AA")
    html = page_in(cast.sana.browser(), "ur", f"/children/{child.id}")

    assert re.search(r"14 (March|مارچ) 2017", html)
    if "14 March 2017" in html:
        assert "<bdi>14 March 2017</bdi>" in html
    assert f"<bdi>{child.name}</bdi>" in html


def test_d1_a_list_taken_out_as_a_file_has_no_marks(cast, make):
    make.request(make.child(), cast.sana)
    browser = cast.olu.browser()
    browser.get("/language/ur")

    text = browser.get("/people/export.csv").get_data(as_text=True)

    assert text and not any(mark in text for mark in MARKS)
