"""Files of a case: the scan of a letter when a request is recorded, and what the SEN team adds and removes later."""

import io
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases import duplicates, merges
from app.cases.rules.case_states import CaseState
from app.documents.documents import store_of, sweep
from app.models import AuditRow, Case, ChildMerge, Document
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

LETTER = b"Dear council, please assess my daughter."
REQUEST = {
    "source": "parent",
    "channel": "paper",
    "received_on-day": "2",
    "received_on-month": "11",
    "received_on-year": "2026",
}


def scan(content=LETTER, name="letter.txt"):
    return {"file": (io.BytesIO(content), name)}


@pytest.fixture
def documents(context):
    """The files of cases as they are stored now."""

    def read():
        with everything(context) as work:
            return work.session.scalars(select(Document).where(Document.case_id.is_not(None))).all()

    return read


def test_a_scan_comes_with_the_request_and_opens_for_the_team_only(app, cast, make, context, documents):
    child = make.child(linked=(cast.pat, cast.sana))
    path = f"/children/{child.id}/request"
    assert post_with_token(cast.olu.browser(), app, path, REQUEST | scan()).status_code == 302
    [document] = documents()
    with everything(context) as work:
        case = work.session.scalars(select(Case)).one()
        assert (document.case_id, document.child_id, document.name) == (case.id, child.id, "letter.txt")
    page = Page(cast.mary.browser().get(f"/cases/{case.id}/files"))
    opened = cast.mary.browser().get(page.href("letter.txt"))
    assert opened.data == LETTER
    opened.close()
    for who in ("pat", "sana", "ann", "ines"):
        browser = getattr(cast, who).browser()
        assert browser.get(f"/documents/{document.id}/download").status_code in {403, 404}, who
        assert browser.get(f"/cases/{case.id}/files").status_code in {403, 404}, who
        assert "letter.txt" not in browser.get(f"/children/{child.id}").text


def test_a_refused_scan_records_nothing_and_loses_nothing_typed(app, cast, make, context, documents):
    child = make.child()
    path = f"/children/{child.id}/request"
    harmful = scan(b"MZ\x90\x00 a program", "letter.exe")
    answer = post_with_token(cast.olu.browser(), app, path, REQUEST | harmful | {"note": "From the mother."})
    page = Page(answer)
    assert answer.status_code == 422
    assert list(page.errors) == ["file"]
    assert "From the mother." in page.html
    with everything(context) as work:
        assert work.session.query(Case).count() == 0
    assert documents() == []


def test_a_wrong_date_leaves_no_file_behind(app, cast, make, context, documents):
    def stored():
        return {each.key for each in store_of(context).older_than(datetime.now() + timedelta(days=365))}

    before = stored()
    wrong = REQUEST | {"received_on-year": "2031"} | scan(b"A letter of its own.")
    answer = post_with_token(cast.olu.browser(), app, f"/children/{make.child().id}/request", wrong)
    assert answer.status_code == 422
    assert documents() == []
    assert stored() == before


def test_a_file_added_by_mistake_is_opened_by_no_one_and_deleted(app, cast, make, context, documents, clock):
    case = make.case(make.child(), state=CaseState.received)
    path = f"/cases/{case.id}/files"
    assert post_with_token(cast.olu.browser(), app, path, scan()).status_code == 302
    [document] = documents()
    remove = f"/cases/{case.id}/files/{document.id}/remove"
    assert list(Page(post_with_token(cast.olu.browser(), app, remove, {"reason": " "})).errors) == ["reason"]
    for officer in (cast.olu, cast.mary):
        done = post_with_token(officer.browser(), app, remove, {"reason": "Another family's letter."})
        assert done.location == path, "pressed twice, also by two officers, it is removed once"
    assert "letter.txt" not in Page(cast.olu.browser().get(path)).main.replace("“letter.txt”", "")
    assert cast.olu.browser().get(f"/documents/{document.id}/download").status_code == 404
    assert cast.olu.browser().get(remove).status_code == 404
    with everything(context) as work:
        [row] = work.session.query(AuditRow).filter_by(event="CaseFileRemoved")
        assert row.facts["reason"] == "Another family's letter."
    clock.forward(days=400)
    with context.database.open() as session:
        sweep(session, context, clock.now())
    with pytest.raises(FileNotFoundError):
        store_of(context).open(document.storage_key)


def test_the_same_file_is_added_once_and_none_is_asked_for(app, cast, make, documents):
    case = make.case(make.child())
    path = f"/cases/{case.id}/files"
    post_with_token(cast.olu.browser(), app, path, scan())
    again = Page(post_with_token(cast.olu.browser(), app, path, scan()))
    assert again.errors == {"file": "The case has this file already"}
    none = Page(post_with_token(cast.olu.browser(), app, path, {}))
    assert none.errors == {"file": "Choose a file"}
    assert len(documents()) == 1


def test_a_plan_is_not_removed_as_a_file_of_a_case(app, cast, make, context):
    case = make.case(make.child())
    with everything(context) as work:
        plan = work.add(
            Document(
                child_id=case.child_id,
                case_id=case.id,
                name="plan.pdf",
                media_type="application/pdf",
                size=1,
                sha256="x",
                storage_key="x",
                added_by_id=cast.olu.id,
                given_at=work.now,
            )
        ).id
    assert cast.olu.browser().get(f"/cases/{case.id}/files/{plan}/remove").status_code == 404


def test_files_move_with_the_child_at_a_merge_and_back_at_its_undo(app, cast, make, context, documents):
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    case, other = make.case(newer), make.case(older, state=CaseState.withdrawn)
    path = f"/cases/{case.id}/files"
    post_with_token(cast.olu.browser(), app, path, scan())
    post_with_token(cast.olu.browser(), app, f"/cases/{other.id}/files", scan(b"Of the older record."))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    assert {each.child_id for each in documents()} == {older.id}
    post_with_token(cast.olu.browser(), app, path, scan(b"Added while the records were one.", "later.txt"))
    with everything(context) as work:
        merge_id = work.session.scalars(select(ChildMerge.id)).one()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "They are cousins")
    found = {(each.case_id, each.child_id) for each in documents()}
    assert found == {(case.id, newer.id), (other.id, older.id)}
    assert "later.txt" in Page(cast.mary.browser().get(path)).main
