"""Pages go out compressed, and their form tokens are masked, so that the sizes of answers do not betray the token."""

import gzip
import re

import brotli
import pytest

from app.views.web.csrf import mask, unmask

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
UNPACKED = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_d8_a_page_is_sent_compressed_to_a_browser_that_takes_it(cast, coding):
    browser = cast.olu.browser()

    answer = browser.get("/", headers={"Accept-Encoding": coding})

    assert answer.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"
    page = UNPACKED[coding](answer.data)
    assert b"<h1" in page
    assert len(answer.data) < len(page) / 2


def test_d8_a_page_is_sent_as_it_is_to_anyone_else(cast):
    answer = cast.olu.browser().get("/")

    assert "Content-Encoding" not in answer.headers
    assert "<h1" in answer.text


def test_d8_each_response_masks_the_token_differently_and_each_can_be_sent(app, cast, clock):
    browser = cast.anonymous()
    tokens = [TOKEN.search(browser.get("/login/").text)[1] for _ in range(2)]

    first, second = tokens
    assert first != second
    for length in (8, 12):
        pieces = [{token[at : at + length] for at in range(len(token) - length)} for token in tokens]
        assert not pieces[0] & pieces[1], "the two answers share a part of the token"
    for token in tokens:
        answer = browser.post("/login/", data={"csrf_token": token, "email": cast.ann.email, "password": "x"})
        assert answer.status_code == 401


def test_d8_every_token_on_a_page_is_masked(cast, make):
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)
    for path in (
        "/",
        "/account/",
        "/messages/write",
        f"/forms/{form.id}",
        f"/forms/{form.id}/section/reason",
    ):
        page = cast.sana.browser().get(path).text
        tokens = set(TOKEN.findall(page)) | set(re.findall(r'name="csrf-token" content="([^"]+)"', page))
        assert len(tokens) == 1, path
        assert "." not in tokens.pop(), "Flask-WTF's own token has dots"


def test_d8_a_token_from_another_browser_or_a_changed_one_is_refused(cast):
    token = TOKEN.search(cast.anonymous().get("/login/").text)[1]
    for sent in (token, token[:-4] + "AAAA", "", "x", "ö", "=", "A" * 1001, "." * 50):
        browser = cast.anonymous()
        browser.get("/login/")
        answer = browser.post("/login/", data={"csrf_token": sent, "email": cast.ann.email, "password": "x"})
        assert answer.status_code == 400


def test_d8_the_script_s_header_takes_the_masked_token(cast):
    browser = cast.sana.browser()
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/").text)[1]

    answer = browser.post("/login/stay", headers={"X-CSRFToken": token, "Accept": "application/json"})

    assert answer.json == {"stay": True}


def test_d8_a_masked_token_comes_back_whole():
    for token in ("a", "IjAw.Zw.x-_9" * 9):
        assert unmask(mask(token)) == token
        assert mask(token) != mask(token)
