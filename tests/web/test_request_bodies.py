"""What is sent to a page and is no form: read as nothing, or not read at all."""

import pytest
from flask import Flask

from app.core.unit_of_work import AppContext
from tests.access.test_matrix import address, routes
from tests.access.world import build_world
from tests.browser import token_for
from tests.cast import Cast
from tests.make import Maker
from tests.system.strange import BOUNDARY, parts_of
from tests.system.test_fuzz import LAST, names_asked

MEGABYTE = 1024 * 1024
PLAIN = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "body", ["false", "[]", "7", "null", '"x"', "[[1]]", '{"email": {"a": [1]}}', "{", ""]
)
@pytest.mark.parametrize("path", ["/login/", "/forgotten/", "/register/", "/confirm/1"])
def test_json_is_no_form_and_breaks_none(app: Flask, cast: Cast, path: str, body: str) -> None:
    browser = cast.anonymous()
    headers = {"X-CSRFToken": token_for(browser, app)}

    answer = browser.post(path, data=body, content_type="application/json", headers=headers)

    assert answer.status_code in {200, 404, 422}


def test_words_in_one_piece_are_read_only_up_to_what_a_form_may_hold(app: Flask, cast: Cast) -> None:
    browser = cast.olu.browser()
    headers = {"X-CSRFToken": token_for(browser, app)}
    words = b"body=" + b"x" * (3 * MEGABYTE)

    assert browser.post("/messages/write", data=words, content_type=PLAIN, headers=headers).status_code == 413


def test_a_file_may_be_larger_than_words(app: Flask, cast: Cast) -> None:
    browser = cast.olu.browser()
    headers = {"X-CSRFToken": token_for(browser, app)}
    sent = parts_of([], [("x", "a.txt", b"x" * (3 * MEGABYTE))])
    in_parts = f"multipart/form-data; boundary={BOUNDARY}"

    with browser.post("/messages/write", data=sent, content_type=in_parts, headers=headers) as answer:
        assert answer.status_code != 413


def test_a_part_without_a_name_is_no_field(app: Flask, cast: Cast) -> None:
    browser = cast.olu.browser()
    headers = {"X-CSRFToken": token_for(browser, app)}
    sent = parts_of([("\r", "x")], [("\r", "a.txt", b"x")])
    in_parts = f"multipart/form-data; boundary={BOUNDARY}"

    with browser.post("/messages/write", data=sent, content_type=in_parts, headers=headers) as answer:
        assert answer.status_code in {200, 422}


@pytest.mark.parametrize(
    "query", ["psize_OrganisationList=", "page_x=y", "_flt_7_id=", "_oc_x=1", "_flt_0_child=1"]
)
@pytest.mark.parametrize("page", ["show/1", "edit/1", "add"])
def test_only_a_list_has_a_query(cast: Cast, page: str, query: str) -> None:
    answer = cast.ines.browser().get(f"/organisations/{page}?{query}")

    assert (answer.status_code, answer.location) == (302, f"/organisations/{page}")


@pytest.mark.parametrize("who", ["anonymous", "sana", "olu", "ines"])
def test_a_file_where_words_are_asked_for_is_no_answer(
    app: Flask, context: AppContext, cast: Cast, make: Maker, who: str
) -> None:
    """Flask-WTF passes files to every form; each box of each page is sent one."""
    world = build_world(context, cast, make)
    browser = cast.anonymous() if who == "anonymous" else getattr(cast, who).browser()
    names = names_asked(app, browser, world, ["child", "summary"])
    in_parts, broken = f"multipart/form-data; boundary={BOUNDARY}", []
    for rule in routes(app):
        if "POST" not in (rule.methods or set()) or rule.endpoint.startswith(LAST):
            continue
        headers = {"X-CSRFToken": token_for(browser, app)}
        sent = parts_of([("csrf_token", headers["X-CSRFToken"])], [(name, "a.txt", b"x") for name in names])
        path = address(rule, dict(world.ours.ids)) or "/"
        with browser.post(path, data=sent, content_type=in_parts, headers=headers) as answer:
            if answer.status_code >= 500:
                broken.append(f"{rule.endpoint}: {answer.status_code}")
    assert broken == []
