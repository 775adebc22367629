"""Files in a browser: chosen, uploaded, listed, taken off, and handed out so that nothing in them can run."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from app.core.files.checksum import checksum_of
from app.documents import documents
from app.documents.documents import store_of
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Document, DocumentState
from tests.browser import post_with_token
from tests.cast import everything
from tests.filled_forms import fill_in, save, send
from tests.hostile_files import HOSTILE, PDF, Sent, docx, png
from tests.integration.documents.test_documents import attach
from tests.web.form_browser import errors_on, text_of, typed

FILES = "provision_map_files"


@pytest.fixture
def started(cast, make):
    form = make.request(make.child(linked=(cast.sana, cast.tom, cast.hana)), cast.sana)
    fill_in(cast.sana, form.id, support={"provision_map": "upload"})
    return form


@pytest.fixture
def upload(app, started):
    """Choose files and press a button on the section's page."""

    def press(browser, *files: Sent, version: int = 1, **button: str) -> Any:
        sent = {FILES: [(io.BytesIO(one.content), one.name) for one in files]} if files else {}
        fields = typed("support", version, provision_map="upload") | (button or {"_upload": FILES}) | sent
        path = f"/forms/{started.id}/section/support"
        return post_with_token(browser, app, path, fields, content_type="multipart/form-data")

    return press


def stored(context) -> list[Document]:
    with everything(context) as work:
        return list(work.session.scalars(select(Document).order_by(Document.id)))


def test_a_file_is_uploaded_listed_opened_and_taken_off(context, cast, started, upload):
    browser = cast.sana.browser()

    answer = upload(browser, Sent("map of support.pdf", PDF))
    assert (answer.status_code, answer.location) == (302, f"/forms/{started.id}/section/support#{FILES}")
    (document,) = stored(context)
    page = browser.get(f"/forms/{started.id}/section/support").get_data(as_text=True)
    assert "map of support.pdf" in page and f"/documents/{document.id}/download" in page

    opened = browser.get(f"/documents/{document.id}/download", buffered=True)
    assert opened.get_data() == PDF
    assert "map of support.pdf" in text_of(browser.get(f"/forms/{started.id}/check"))

    upload(browser, _remove=f"{FILES}:{document.id}")
    assert "map of support.pdf" not in browser.get(f"/forms/{started.id}/section/support").get_data(
        as_text=True
    )
    assert browser.get(f"/documents/{document.id}/download", buffered=True).status_code == 404


def test_a_chosen_file_comes_along_with_save_and_continue(context, cast, started, upload):
    answer = upload(cast.sana.browser(), Sent("a.pdf", PDF), Sent("b.docx", docx()), then="continue")

    assert answer.location == f"/forms/{started.id}/section/outcomes"
    assert [one.name for one in stored(context)] == ["a.pdf", "b.docx"]


@pytest.mark.parametrize(
    "name", ["test virus", "zip bomb in Word", "two endings", "a page named as PDF", "empty"]
)
def test_a_refused_file_says_why_and_loses_nothing_else(context, cast, started, upload, name):
    answer = upload(cast.sana.browser(), Sent("good.png", png()), HOSTILE[name], then="continue")

    assert answer.status_code == 422
    ((href, text),) = errors_on(answer)
    assert href == f"#{FILES}" and text
    assert [one.name for one in stored(context)] == ["good.png"]
    assert "good.png" in answer.get_data(as_text=True)


def test_pressing_upload_without_a_file_says_so(cast, upload):
    answer = upload(cast.sana.browser())

    assert errors_on(answer) == [(f"#{FILES}", "Select a file")]


def test_a_download_cannot_run_or_be_stored(cast, started):
    browser = cast.sana.browser()
    document = attach(cast.sana, started.id, 'Żółć "plan"; a=b.pdf', PDF)

    headers = browser.get(f"/documents/{document.id}/download", buffered=True).headers

    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert (
        "filename*=UTF-8''%C5%BB%C3%B3%C5%82%C4%87%20_plan_%3B%20a%3Db.pdf" in headers["Content-Disposition"]
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers and "Last-Modified" not in headers


def test_a_name_cannot_make_headers(cast, started):
    browser = cast.sana.browser()
    document = attach(cast.sana, started.id, "x\r\nSet-Cookie: a=b.pdf", PDF)

    answer = browser.get(f"/documents/{document.id}/download", buffered=True)

    assert answer.status_code == 200
    assert "a=b" not in str(answer.headers.getlist("Set-Cookie"))
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_head_request_for_a_file_is_recorded_like_a_download(context, cast, started, upload):
    browser = cast.sana.browser()
    upload(browser, Sent("map of support.pdf", PDF))
    (document,) = stored(context)

    answer = browser.head(f"/documents/{document.id}/download", buffered=True)

    assert "map of support.pdf" in answer.headers["Content-Disposition"] and not answer.data
    with everything(context) as work:
        assert work.session.query(AuditRow).filter_by(event="DocumentDownloaded").count() == 1


def test_no_one_waits_for_the_database_while_a_file_is_read(cast, context, started, upload, monkeypatch):
    upload(cast.sana.browser(), Sent("map.pdf", PDF))
    (document,) = stored(context)
    held: list[bool] = []

    with cast.sana.works() as work:

        def reads(content):
            held.append(work.session.in_transaction())
            return checksum_of(content)

        monkeypatch.setattr(documents, "checksum_of", reads)
        _, content = documents.open_for_download(work, document.id)
        content.close()
    assert held == [False]
    with everything(context) as work:
        assert work.session.query(AuditRow).filter_by(event="DocumentDownloaded").count() == 1


def test_who_may_download(context, cast, started, upload):
    upload(cast.sana.browser(), Sent("a.pdf", PDF))
    (document,) = stored(context)

    def answers() -> dict[str, int]:
        people = ("sana", "tom", "hana", "bob", "rhys", "pat", "olu")
        return {
            who: getattr(cast, who)
            .browser()
            .get(f"/documents/{document.id}/download", buffered=True)
            .status_code
            for who in people
        }

    assert answers() == {
        "sana": 200,
        "tom": 200,
        "hana": 404,
        "bob": 404,
        "rhys": 404,
        "pat": 404,
        "olu": 404,
    }
    send(cast.sana, started.id)
    assert answers()["olu"] == 200
    assert answers()["hana"] == 404
    assert cast.ines.browser().get(f"/documents/{document.id}/download", buffered=True).status_code in (
        302,
        403,
    )
    assert "/login" in cast.anonymous().get(f"/documents/{document.id}/download").location


def test_files_in_the_story_are_written_down(context, cast, upload):
    browser = cast.sana.browser()
    upload(browser, Sent("a.pdf", PDF))
    (document,) = stored(context)
    browser.get(f"/documents/{document.id}/download", buffered=True)
    upload(browser, _remove=f"{FILES}:{document.id}")

    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event.startswith("Document"))).all()
    assert [row.event for row in rows] == ["DocumentAdded", "DocumentDownloaded", "DocumentRemoved"]
    assert {row.child_id for row in rows} == {document.child_id}
    assert all("a.pdf" not in str(row.facts) for row in rows)


def test_a_file_that_waits_for_the_scanner_is_listed_and_not_opened(context, cast, started, upload):
    browser = cast.sana.browser()
    upload(browser, Sent("a.pdf", PDF))
    (document,) = stored(context)
    with everything(context) as work:
        work.get(Document, document.id).state = DocumentState.received

    page = browser.get(f"/forms/{started.id}/section/support").get_data(as_text=True)
    assert "Being checked for viruses" in page and f"/documents/{document.id}/download" not in page
    assert browser.get(f"/documents/{document.id}/download", buffered=True).status_code == 409


def test_nothing_of_the_store_is_served_otherwise(context, cast, upload):
    browser = cast.sana.browser()
    upload(browser, Sent("a.pdf", PDF))
    (document,) = stored(context)
    key = document.storage_key

    for path in (
        f"/files/{key[:2]}/{key}",
        f"/static/{key}",
        f"/documents/{key}/download",
        f"/documents/{key}",
    ):
        assert browser.get(path).status_code == 404
    assert store_of(context).path(key).is_file()


def test_no_one_takes_a_file_off_what_was_sent(context, cast, started, upload):
    browser = cast.sana.browser()
    upload(browser, Sent("a.pdf", PDF))
    (document,) = stored(context)
    send(cast.sana, started.id)

    assert upload(browser, _remove=f"{FILES}:{document.id}").status_code == 409
    with everything(context) as work:
        assert work.get(Document, document.id).removed_at is None
        assert work.get(type(started), started.id).state is FormState.submitted


# --- in a conflict --------------------------------------------------------------------------------


def by_tom(cast, form_id: int, **answers: str) -> None:
    """Tom saves the section after Sana opened it."""
    with cast.tom.works() as work:
        save(work, form_id, "support", {"provision_map": "upload", **answers})


def test_a6_files_chosen_in_a_conflict_are_added_and_named(context, cast, started, upload):
    by_tom(cast, started.id, test_results="By Tom")

    answer = upload(cast.sana.browser(), Sent("report.pdf", PDF), Sent("run.exe", b"MZ"))

    assert answer.status_code == 409
    words = text_of(answer)
    assert "We have added the files that you chose: report.pdf." in words
    assert "run.exe: " in words, "and why the other was not"
    assert [one.name for one in stored(context)] == ["report.pdf"]


def test_a6_a_file_is_removed_in_a_conflict_and_by_two_at_once(context, cast, started, upload):
    upload(cast.sana.browser(), Sent("report.pdf", PDF))
    (document,) = stored(context)
    by_tom(cast, started.id, test_results="By Tom")
    browser, removed = cast.sana.browser(), []
    for _ in range(2):
        answer = upload(browser, _remove=f"{FILES}:{document.id}")
        assert answer.status_code == 409
        removed.append("We have removed the file report.pdf." in text_of(answer))
    assert removed == [True, False]
    (document,) = stored(context)
    assert document.removed_at is not None


def test_a6_what_was_typed_is_saved_although_a_colleague_removed_the_file_first(
    context, cast, started, upload
):
    upload(cast.sana.browser(), Sent("report.pdf", PDF))
    (document,) = stored(context)
    for actor in (cast.tom, cast.sana):
        assert upload(actor.browser(), _remove=f"{FILES}:{document.id}").status_code == 302
