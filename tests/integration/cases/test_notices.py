"""Serving a notice: who may, what it starts and ends, who reads it, and the files that the worker makes of it."""

import io
from datetime import date

import pikepdf
import pytest
from docx import Document as WordFile
from pypdf import PdfReader
from sqlalchemy import select

from app.cases import notice_files, notices, plan_decisions
from app.cases.decisions import Decided, correct_decision, decline_to_assess
from app.cases.due_dates import check_due_dates
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import Ending
from app.cases.rules.notices import NoticeKind
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.documents.documents import store_of
from app.models import Case, ChildLink, Document, Duty, Message, Notice, NoticeCopy
from app.operations import maintenance
from tests.cast import everything
from tests.security.test_family_attacks import note_that_must_not_know

BECAUSE = Decided("Support at school meets the needs.", date(2026, 11, 20))
SERVED_ON = date(2026, 11, 23)


@pytest.fixture
def family(cast, make):
    """A child with a parent, another parent and a professional."""
    return make.child(linked=(cast.sana, cast.pat, cast.quinn))


@pytest.fixture
def refused(cast, make, family):
    """A case in which the council declined to assess."""
    case = make.case(family, received_on=date(2026, 11, 2))
    with cast.olu.works() as work:
        decline_to_assess(work, case.id, BECAUSE)
    return case


def link_of(context, child, actor):
    with everything(context) as work:
        return work.session.query(ChildLink).filter_by(child_id=child.id, person_id=actor.id).one().id


def written(work, case, kind, **columns):
    text = notices.text_for(work, case.id, kind)
    given = {"served_on": SERVED_ON, "served": Served.post, "others": "NHS board"}
    return NoticeToServe(kind, text.title, text.body, **{**given, **columns})


def serve(actor, case, kind=NoticeKind.N3, **columns):
    with actor.works() as work:
        return notices.serve_notice(work, case.id, written(work, case, kind, **columns)).id


def duty(context, case, key):
    with everything(context) as work:
        found = select(Duty).where(Duty.case_id == case.id, Duty.key == key).order_by(Duty.id.desc())
        return work.session.scalars(found).first()


def test_a_refusal_is_complete_when_its_notice_is_served(cast, refused, family, context):
    assert duty(context, refused, "decide_to_assess").ending is None
    with everything(context) as work:
        assert work.get(Case, refused.id).due_on == date(2026, 12, 14)
        assert check_due_dates(work.session).drift == []
    serve(cast.olu, refused, links=frozenset({link_of(context, family, cast.pat)}))
    served = duty(context, refused, "decide_to_assess")
    assert (served.ending, served.ended_on) == (Ending.done, SERVED_ON)
    with everything(context) as work:
        assert work.get(Case, refused.id).due_on is None
        assert check_due_dates(work.session).drift == []


def test_a_notice_of_no_plan_completes_that_decision(cast, make, family, context):
    case = make.case(family, state=CaseState.assessing, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        assert plan_decisions.decline_to_issue(work, case.id, BECAUSE).due_on == date(2026, 12, 28)
    with everything(context) as work:
        assert check_due_dates(work.session).drift == []
    serve(cast.olu, case, NoticeKind.N5)
    served = duty(context, case, "no_plan_notice")
    assert (served.ending, served.ended_on) == (Ending.done, SERVED_ON)


def test_a_refusal_starts_the_familys_time_and_another_decision_ends_it(cast, refused, context):
    number = serve(cast.olu, refused)
    with everything(context) as work:
        notice = work.get(Notice, number)
        assert (notice.mediation_until, notice.appeal_until) == (date(2027, 1, 23), date(2027, 1, 23))
        assert "by 23 January 2027, which is two months" in notice.body
        assert BECAUSE.reason in notice.body
    assert duty(context, refused, "appeal").due_on == date(2027, 1, 23)
    with cast.olu.works() as work:
        correct_decision(work, refused.id, True, Decided("Yes.", SERVED_ON, "Wrong box."))
    assert duty(context, refused, "appeal").ending is Ending.not_needed


def test_each_reader_finds_their_own_copy_only(cast, refused, family, context):
    link = link_of(context, family, cast.pat)
    serve(cast.olu, refused, links=frozenset({link}), others="NHS board\nHeaton Beck")
    with cast.pat.works() as work:
        [copy] = notices.copies_of(work, [refused.id])
        _copy, body, child_id = notices.read_copy(work, copy.id)
    assert "Dear Pat Hussain" in body
    assert child_id == family.id
    for actor in (cast.quinn, cast.sana):
        with actor.works() as work:
            assert notices.copies_of(work, [refused.id]) == []
        with pytest.raises(NotFound), actor.works() as work:
            notices.read_copy(work, copy.id)
    with cast.mary.works() as work:
        assert len(notices.copies_of(work, [refused.id])) == 3
    with everything(context) as work:
        served = select(Message.recipient_id).where(Message.letter == "notice_served")
        assert set(work.session.scalars(served)) == {cast.pat.id}


@pytest.mark.parametrize("actor", ["sana", "pat", "ines"])
def test_only_the_sen_team_serves(cast, refused, actor):
    to_serve = NoticeToServe(NoticeKind.N3, "Title", "Text", SERVED_ON, Served.post, others="A")
    with pytest.raises(Forbidden), getattr(cast, actor).works() as work:
        notices.serve_notice(work, refused.id, to_serve)


def test_a_notice_fits_the_step_of_the_case(cast, refused):
    with pytest.raises(InvalidState), cast.olu.works() as work:
        notices.text_for(work, refused.id, NoticeKind.N2)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"served_on": None}, "served_on"),
        ({"served_on": date(2027, 1, 1)}, "served_on"),
        ({"served_on": date(2026, 11, 19)}, "served_on"),
        ({"served": None}, "served"),
        ({"served": Served.portal}, "served"),
        ({"others": " "}, "others"),
        ({"others": "A\n" * 11}, "others"),
    ],
)
def test_what_is_missing_is_named(cast, refused, columns, field):
    with pytest.raises(ValidationFailed) as failed, cast.olu.works() as work:
        notices.serve_notice(work, refused.id, written(work, refused, NoticeKind.N3, **columns))
    assert field in [each.field for each in failed.value.faults]


@pytest.mark.parametrize("body", ["", "{setting}", "{nonsense}", "x" * 20_001])
def test_a_text_with_an_empty_field_is_not_served(cast, refused, body):
    to_serve = NoticeToServe(NoticeKind.N3, "Title", body, SERVED_ON, Served.post, others="A")
    with pytest.raises(ValidationFailed) as failed, cast.olu.works() as work:
        notices.serve_notice(work, refused.id, to_serve)
    assert [each.field for each in failed.value.faults] == ["body"]


def test_pressing_twice_serves_once(cast, refused):
    assert serve(cast.olu, refused) == serve(cast.olu, refused)


def test_a_person_a_form_names_is_asked_about_first(cast, make, refused, family, context):
    note_that_must_not_know(cast, make, family, "Pat Hussain")
    links = frozenset({link_of(context, family, cast.pat)})
    with pytest.raises(ValidationFailed) as failed, cast.olu.works() as work:
        notices.serve_notice(work, refused.id, written(work, refused, NoticeKind.N3, links=links))
    assert failed.value.faults[0].field.startswith("despite-")


def test_the_worker_makes_both_files_once(cast, refused, family, context):
    serve(cast.olu, refused, links=frozenset({link_of(context, family, cast.pat)}), others="")
    maintenance.make_notice_files(context)
    maintenance.make_notice_files(context)
    with everything(context) as work:
        copy = work.session.scalars(select(NoticeCopy)).one()
        files = list(work.session.scalars(select(Document).where(Document.case_id == refused.id)))
        contents = {}
        for each in files:
            with store_of(context).open(each.storage_key) as content:
                contents[each.id] = content.read()
    assert {copy.pdf_id, copy.docx_id} == {each.id for each in files}
    assert {each.name for each in files} == {"We will not assess needs.pdf", "We will not assess needs.docx"}
    word = "\n".join(each.text for each in WordFile(io.BytesIO(contents[copy.docx_id])).paragraphs)
    assert "Dear Pat Hussain" in word
    assert BECAUSE.reason in word
    with pikepdf.open(io.BytesIO(contents[copy.pdf_id])) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.open_metadata()["pdfuaid:part"]) == "1"
        assert str(pdf.docinfo.Title) == "We will not assess needs"
    pages = PdfReader(io.BytesIO(contents[copy.pdf_id])).pages
    printed = " ".join(" ".join(page.extract_text() for page in pages).split())
    for text in ("Dear Pat Hussain", BECAUSE.reason, "You must appeal by 23 January 2027", "Mediation"):
        assert text in printed
    with cast.pat.works() as work:
        assert {each.id for each in work.session.scalars(select(Document))} == {copy.pdf_id, copy.docx_id}
    with cast.quinn.works() as work:
        assert list(work.session.scalars(select(Document))) == []


def test_without_pango_the_word_file_is_made_and_the_pdf_follows(cast, refused, context, monkeypatch):
    serve(cast.olu, refused)
    with monkeypatch.context() as patched:
        patched.setattr(notice_files, "pdf_writer", lambda: None)
        maintenance.make_notice_files(context)
    with everything(context) as work:
        copy = work.session.scalars(select(NoticeCopy)).one()
        assert (copy.pdf_id is None, copy.docx_id is None) == (True, False)
    maintenance.make_notice_files(context)
    with everything(context) as work:
        assert work.session.scalars(select(NoticeCopy.pdf_id)).one() is not None
