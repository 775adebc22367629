"""Two windows of one person: the later save counts, and no one else is blamed."""

import re

import pytest
from sqlalchemy import func, select

from app.forms.conflicts import CLOSED_STORED
from app.models import DraftRevision
from tests.cast import everything
from tests.web.form_browser import shown_on, text_of, typed


@pytest.mark.parametrize("suffix", ["", "/autosave"])
def test_b13_an_older_window_of_the_same_person_saves(cast, started, press, suffix):
    browser = cast.sana.browser()
    path = f"/forms/{started.id}/section/views"
    for version in (0, 1):
        press(browser, path, typed("views", version, child_views=f"Window {version}"))
    answer = press(browser, path + suffix, typed("views", 1, child_views="The older window"))
    assert answer.status_code in (200, 302)
    assert "The older window" in browser.get(path).text


def test_b13_the_words_say_you(cast, started, press):
    browser = cast.sana.browser()
    path = f"/forms/{started.id}/section/views"
    for version in (0, 1):
        press(browser, path, typed("views", version, child_views=f"Window {version}"))
    press(browser, path, typed("views", 1, child_views="The older window"))
    words = text_of(browser.get(f"/forms/{started.id}"))
    assert "You saved this section in another window too. We have kept what you saved last." in words
    assert "else has changed" not in words


def test_b13_what_one_window_showed_is_not_replaced_by_the_other(context, cast, started, press):
    path = f"/forms/{started.id}/section/views"
    for actor, version in ((cast.sana, 0), (cast.tom, 1)):
        press(actor.browser(), path, typed("views", version, child_views=actor.email))
    first, second = cast.sana.browser(), cast.sana.browser()
    page = press(first, path, typed("views", 1, child_views="A long text of the first window"))
    assert page.status_code == 409
    assert "A long text of the first window" in page.text
    assert press(second, path + "/autosave", typed("views", 1, child_views="Ol")).status_code == 409

    mine = dict.fromkeys(re.findall(r'name="(pick-[^"]+)"', page.text), "mine")
    written = {"by-hand-child_views": "A long text of the first window"}
    again = press(first, path + "/compare", shown_on(page) | mine | written)

    assert again.status_code == 409
    assert "Your choices have not been saved" in text_of(again)
    assert "A long text of the first window" in again.text, "as a text to write from"
    assert 'value="mine" checked' not in again.text, "it was chosen for the other text"
    with everything(context) as work:
        stashed = [row.answers["child_views"] for row in work.session.scalars(select(DraftRevision))]
    assert {"A long text of the first window", "Ol"} <= set(stashed)
    picks = {"pick-child_views": "by_hand", **written}
    assert press(first, path + "/compare", shown_on(again) | mine | picks).status_code == 302
    assert "A long text of the first window" in first.get(path).text


def test_a4_conflicts_with_made_up_versions_are_bounded(context, cast, started, press):
    browser, path = cast.sana.browser(), f"/forms/{started.id}/section/views"
    press(cast.tom.browser(), path, typed("views", child_views="Tom's"))
    for number in range(25):
        answer = press(browser, path + "/autosave", typed("views", 5000 + number, child_views=f"X{number}"))
        assert answer.status_code == 409
    with everything(context) as work:
        rows = work.session.scalar(select(func.count()).select_from(DraftRevision))
    assert rows == CLOSED_STORED + 1
