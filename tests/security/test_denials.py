"""A logged-in person who asks for what is not theirs is recorded; a failure writes no names to the log."""

import logging

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.unit_of_work import AppContext
from app.models import AuditRow, Child, Person
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.make import Maker


def denied(context: AppContext) -> list[tuple[int | None, dict[str, object]]]:
    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == "AccessDenied"))
        return [(row.actor_id, row.facts) for row in rows]


def test_a_stranger_who_tries_a_childs_page_is_in_the_audit_and_so_is_a_number_that_never_was(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.ann,))
    bob = cast.bob.browser()
    for number in (child.id, 1_999_999_999):
        assert bob.get(f"/children/{number}").status_code == 404

    assert denied(context) == [
        (cast.bob.id, {"endpoint": "ChildView.show", "number": child.id}),
        (cast.bob.id, {"endpoint": "ChildView.show", "number": 1_999_999_999}),
    ]


def test_a_refused_page_is_in_the_audit_and_a_manager_reads_it_in_words(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    form = make.advice(make.child(linked=(cast.ann,)), cast.ann)
    assert cast.pat.browser().get("/users/list/").status_code == 403
    assert (
        post_with_token(cast.ann.browser(), app, f"/forms/{form.id}/accept", {"number": "1"}).status_code
        == 403
    )

    assert [facts["endpoint"] for _who, facts in denied(context)] == ["UserList.list", "FormView.accept"]
    page = cast.mary.browser().get("/audit/?kind=AccessDenied").text
    assert "Pat Hussain tried to open a page they cannot access" in page


def test_an_address_that_does_not_exist_is_no_denial_and_strangers_fill_no_audit(
    context: AppContext, cast: Cast
) -> None:
    cast.ann.browser().get("/no/such/page")
    cast.anonymous().get("/children/1")
    cast.anonymous().get("/confirm/not-a-link")

    assert denied(context) == []


def test_the_page_that_says_no_is_shown_even_when_it_cannot_be_written_down(
    app: Flask, context: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = cast.bob.browser()
    with context.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO audit_away")
    try:
        assert browser.get("/children/1").status_code == 404
    finally:
        with context.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE audit_away RENAME TO audit")


def test_a_failed_statement_is_logged_without_what_it_carried(
    context: AppContext, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(IntegrityError) as failed, everything(context) as work:
        work.add(
            Person(username="x", first_name="Zephyrine", last_name="B", email=cast.ann.email, password="x")
        )

    logging.getLogger("app").error("it failed", exc_info=failed.value)
    assert "Zephyrine" not in caplog.text and "Zephyrine" not in str(failed.value)
    assert Child  # the same engine carries children's rows
