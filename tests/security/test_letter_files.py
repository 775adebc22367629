"""A2, A5: letters and their files when two records are merged meanwhile or again, and the page of the SEN team."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import children, duplicates, merges, notice_files, notices
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.cases.sent_copies import Opening, SentKind, open_copies, sent_in
from app.core.unit_of_work import AppContext
from app.models import Case, ChildLink, ChildMerge, NoticeCopy
from app.operations import maintenance
from tests.cast import Cast, everything
from tests.make import Maker
from tests.security.test_plans_sent import DAY, Family, opens
from tests.security.test_plans_sent import family as family  # the fixture
from tests.statements import BUDGET, counted

LONG_ENOUGH = 1.0
"""Seconds in which a merge that waits for nothing is done."""


def _undo(cast: Cast, context: AppContext) -> None:
    with everything(context) as work:
        merge_id = work.session.scalars(select(ChildMerge.id)).one()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "They are cousins")


def _letter_about_a_duplicate(cast: Cast, make: Maker, context: AppContext) -> tuple[int, int, int]:
    """Send a letter to a father of the newer of two records; return both records and his link. PostgreSQL only."""
    with everything(context) as work:
        if work.session.get_bind().dialect.name != "postgresql":
            pytest.skip("SQLite has one writer at a time")
    older = make.child(linked=(cast.pat,))
    newer = make.child(linked=(cast.sana,), possible_duplicate_of_id=older.id)
    father = make.link(newer, cast.quinn, relationship_to_child="Father")
    case = make.case(newer, state=CaseState.draft_served, received_on=date(2026, 9, 7))
    text = "9 Refuge Lane {due_on}"
    letter = NoticeToServe(NoticeKind.N7, "Letter", text, DAY, Served.portal, frozenset({father.id}))
    with cast.olu.works() as work:
        notices.serve_notice(work, case.id, letter)
    return older.id, newer.id, father.id


def _word_file(context: AppContext, link_id: int) -> int | None:
    with everything(context) as work:
        return work.session.scalars(select(NoticeCopy.docx_id).where(NoticeCopy.link_id == link_id)).one()


def _merged_while_a_file_is_made(
    cast: Cast, make: Maker, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Return the record in use and the Word file of the father's letter."""
    older, newer, father = _letter_about_a_duplicate(cast, make, context)
    made: Any = notice_files.Document
    merging: list[Future[None]] = []

    def merge() -> None:
        with cast.olu.works() as work:
            duplicates.same_child(work, newer)

    def merge_now(**columns: Any) -> Any:
        """The worker has read which child the case is about, and has not stored the file."""
        if not merging:
            merging.append(pool.submit(merge))
            wait(merging, LONG_ENOUGH)
        return made(**columns)

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patched:
        patched.setattr(notice_files, "Document", merge_now)
        maintenance.make_notice_files(context)
        merging[0].result()
    return older, _word_file(context, father) or 0


def test_A5_a_file_made_while_records_are_merged_is_read(
    cast: Cast, make: Maker, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _older, file = _merged_while_a_file_is_made(cast, make, context, monkeypatch)
    assert opens(cast.quinn, file)


def test_A2_a_file_made_while_records_are_merged_is_withheld(
    cast: Cast, make: Maker, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, file = _merged_while_a_file_is_made(cast, make, context, monkeypatch)
    with cast.olu.works() as work:
        children.set_contact_risk(work, older, True, "Court order")
    assert not opens(cast.quinn, file)
    _undo(cast, context)
    assert not opens(cast.quinn, file)


def test_A5_a_file_is_left_to_the_next_run_when_the_case_moved_before_the_child_is_locked(
    cast: Cast, make: Maker, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the worker waited for the child while a merge held it."""
    _older, newer, father = _letter_about_a_duplicate(cast, make, context)
    locked = notice_files.child_shared

    def merged_before(child_id: int) -> Any:
        if child_id == newer:
            with cast.olu.works() as work:
                duplicates.same_child(work, newer)
        return locked(child_id)

    with monkeypatch.context() as patched:
        patched.setattr(notice_files, "pdf_writer", lambda: None)
        patched.setattr(notice_files, "child_shared", merged_before)
        maintenance.make_notice_files(context)
        assert _word_file(context, father) is None
        maintenance.make_notice_files(context)
    file = _word_file(context, father)
    assert file is not None and opens(cast.quinn, file)


def test_A5_a_letter_is_listed_once_after_linking_again_and_a_second_merge(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    older = make.child(linked=(cast.pat, cast.quinn))
    newer = make.child(linked=(cast.sana,), possible_duplicate_of_id=older.id)
    case = make.case(newer, state=CaseState.draft_served, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with everything(context) as work:
        own = select(ChildLink.id).where(ChildLink.child_id == older.id, ChildLink.person_id == cast.quinn.id)
        link = work.session.scalars(own).one()
    letter = NoticeToServe(NoticeKind.N7, "Letter", "Text {due_on}", DAY, Served.portal, frozenset({link}))
    with cast.olu.works() as work:
        notice = notices.serve_notice(work, case.id, letter).id
    _undo(cast, context)
    again = make.link(newer, cast.quinn, relationship_to_child="Father").id
    with cast.olu.works() as work:
        open_copies(work, case.id, [Opening(SentKind.notice, notice, again)])
    with everything(context) as work:
        work.get(type(newer), newer.id).possible_duplicate_of_id = older.id
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.quinn.works() as work:
        assert len(work.session.scalars(select(NoticeCopy)).all()) == 1


def test_A2_the_team_lists_what_is_withheld_while_it_assesses_when_no_address_is_secret_any_more(
    family: Family,
) -> None:
    family.draft()
    family.notice()
    browser = family.cast.olu.browser()
    path, sent = f"/children/{family.child.id}", f"/cases/{family.case.id}/sent"
    with everything(family.context) as work:
        work.get(Case, family.case.id).state = CaseState.assessing
    page = browser.get(path).text
    assert sent in page and "Our letter" not in page
    family.hide()
    with family.cast.olu.works() as work:
        children.set_contact_risk(work, family.child.id, False, "It was wrong")
    page = browser.get(path).text
    assert page.count(sent) == 2 and "Our letter (Pat Hussain, Quinn Barker)" in page
    with counted(family.context) as statements:
        browser.get(path)
    assert len(statements) <= BUDGET, "\n".join(statements)
    with family.cast.olu.works() as work:
        sent_to = [
            (each.kind, each.row.id, link)
            for each in sent_in(work, family.case.id)
            for link in each.withheld_from
        ]
        open_copies(work, family.case.id, [Opening(*each) for each in sent_to])
    page = browser.get(path).text
    assert page.count(sent) == 1 and "Our letter" not in page
