"""Two windows of one person: the later save counts, and no one else is blamed."""

import pytest

from tests.web.form_browser import text_of, typed


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
