"""Sending: whole, once, word for word, with the dates the law counts from."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.errors import Forbidden, Incomplete, InvalidState, NotFound
from app.forms.reading import read
from app.forms.rules.workflow import FormState
from app.forms.submissions import answers_checksum, submit
from app.models import AuditRow, Case, Document, Form, Submission
from tests.cast import everything
from tests.filled_forms import answers_now, fill_in, save, send


@pytest.fixture
def request_form(cast, make):
    """A request, filled in by Sana, ready to be sent."""
    form = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    fill_in(cast.sana, form.id)
    return form


def row(context, form_id: int) -> Form:
    with everything(context) as work:
        return work.get(Form, form_id)


def events_of(context, child_id: int) -> list[str]:
    with everything(context) as work:
        rows = work.session.scalars(
            select(AuditRow).where(AuditRow.child_id == child_id).order_by(AuditRow.id)
        )
        return [one.event for one in rows]


def due_of(context, form):
    """The due date of the one case of a request."""
    with everything(context) as work:
        return work.session.scalars(select(Case).where(Case.request_id == form.id)).one().due_on


def test_a_request_sent_starts_the_six_weeks(context, cast, clock, request_form):
    submission = send(cast.sana, request_form.id)

    form = row(context, request_form.id)
    assert form.state is FormState.submitted
    assert form.received_on == clock.today()
    assert due_of(context, form) == clock.today() + timedelta(weeks=6)
    assert submission.number == 1
    assert "RequestSubmitted" in events_of(context, request_form.child_id)


def test_the_clock_starts_once_and_every_version_is_stored(context, cast, clock, request_form):
    send(cast.sana, request_form.id)
    with everything(context) as work:
        work.get(Form, request_form.id).state = FormState.returned
    clock.forward(days=9)
    with cast.tom.works() as work:
        save(work, request_form.id, "reason", {"why_now": "Clearer now."})
    second = send(cast.tom, request_form.id)

    form = row(context, request_form.id)
    assert form.received_on == clock.today() - timedelta(days=9)
    assert due_of(context, form) == form.received_on + timedelta(weeks=6)
    assert second.number == 2
    with cast.olu.works() as work:
        first, newest = read(work, form.id, 1), read(work, form.id)
    problems = [
        line.line.text
        for section in first.sections
        for line in section.lines
        if line.line.question.id == "why_now"
    ]
    assert problems[0].startswith("Despite three terms")
    changed = [line.line.question.id for section in newest.sections for line in section.lines if line.changed]
    assert "why_now" in changed and "primary_need" not in changed


def test_what_was_sent_is_sealed_and_stays(context, cast, request_form):
    submission = send(cast.sana, request_form.id)

    with everything(context) as work:
        stored = work.get(Submission, submission.id)
        form = work.get(Form, request_form.id)
        assert stored.checksum == answers_checksum(stored.answers, form.form_version.checksum)
        assert stored.answers["child"]["child_forenames"] == "Amina"


def test_pressing_twice_sends_once(context, cast, request_form):
    key = uuid.uuid4().hex

    first, second = send(cast.sana, request_form.id, key), send(cast.sana, request_form.id, key)

    assert first.id == second.id
    assert events_of(context, request_form.child_id).count("RequestSubmitted") == 1


def test_fifty_presses_at_once_make_one_submission(context, cast, request_form):
    key = uuid.uuid4().hex

    with ThreadPoolExecutor(8) as presses:
        sent = {one.id for one in presses.map(lambda _n: send(cast.sana, request_form.id, key), range(50))}

    assert len(sent) == 1
    with everything(context) as work:
        assert work.session.scalar(select(func.count(Submission.id))) == 1
    assert events_of(context, request_form.child_id).count("RequestSubmitted") == 1


def test_a_second_page_cannot_send_it_again(cast, request_form):
    send(cast.sana, request_form.id)

    with pytest.raises(InvalidState):
        send(cast.tom, request_form.id)


@pytest.mark.parametrize("key", ["", "x", "A" * 32, "0" * 33])
def test_a_key_that_no_page_of_ours_gave_is_refused(cast, request_form, key):
    with pytest.raises(InvalidState), cast.sana.works() as work:
        submit(work, request_form.id, key)


def test_every_missing_part_is_named_with_its_place(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    fill_in(
        cast.sana,
        form.id,
        reason={"why_now": "", "primary_need": "nonsense"},
        declaration={"declaration": {}},
    )

    with pytest.raises(Incomplete) as refused:
        send(cast.sana, form.id)

    places = {(one.section_id, one.anchor) for one in refused.value.problems}
    assert places == {
        ("reason", "why_now"),
        ("reason", "primary_need"),
        ("declaration", "declaration-agreed"),
    }


def test_advice_never_begun_lists_what_is_missing(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    with pytest.raises(Incomplete):
        send(cast.ann, advice.id)


def test_what_a_changed_answer_hid_is_not_sent(context, cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    fill_in(
        cast.sana,
        form.id,
        child={"part_time": "no", "part_time_details": "Two mornings, said in confidence."},
    )

    submission = send(cast.sana, form.id)

    with everything(context) as work:
        assert "part_time_details" not in work.get(Submission, submission.id).answers["child"]
    assert answers_now(cast.sana, form.id, "child")["part_time_details"].startswith("Two mornings")


def test_advice_keeps_the_day_it_is_due(context, cast, make, clock):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)
    fill_in(cast.ann, advice.id)
    clock.forward(days=3)
    send(cast.ann, advice.id)

    form = row(context, advice.id)
    assert form.due_on == advice.due_on
    assert form.received_on == clock.today()
    assert "AdviceSubmitted" in events_of(context, advice.child_id)


def test_consent_is_shared_with_professionals_at_once(context, cast, make):
    child = make.child(linked=(cast.pat, cast.ann))
    consent = make.consent(child, cast.pat)
    fill_in(cast.pat, consent.id)
    with pytest.raises(NotFound), cast.ann.works() as work:
        read(work, consent.id)

    send(cast.pat, consent.id)

    with cast.ann.works() as work:
        found = read(work, consent.id)
    asked = {line.line.question.id for section in found.sections for line in section.lines}
    assert "health_records" in asked
    assert (
        "not_share" not in asked
    )  # whom the family does not want to share with is between them and the SEN team
    assert found.steps == []
    assert "ConsentRecorded" in events_of(context, child.id)


@pytest.mark.parametrize("stranger", ["bob", "rhys", "quinn", "ines"])
def test_a_stranger_cannot_send_it(cast, request_form, stranger):
    with pytest.raises(NotFound):
        send(getattr(cast, stranger), request_form.id)


def test_the_sen_team_cannot_send_it_for_them(cast, request_form):
    with pytest.raises(Forbidden):
        send(cast.olu, request_form.id)


def test_files_are_given_with_the_form(context, cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    fill_in(cast.sana, form.id, support={"provision_map": "upload"})
    document = make._add(
        Document(
            child_id=form.child_id,
            form_id=form.id,
            section="support",
            question="provision_map_files",
            name="map.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0",
            storage_key="0" * 64,
            added_by_id=cast.sana.id,
        )
    )
    with pytest.raises(NotFound), cast.olu.works() as work:
        work.get(Document, document.id)

    send(cast.sana, form.id)

    with cast.olu.works() as work:
        assert work.get(Document, document.id).given_at is not None
        found = read(work, form.id)
    assert [
        [one.name for one in line.files]
        for section in found.sections
        for line in section.lines
        if line.line.question.id == "provision_map_files"
    ] == [["map.pdf"]]
