"""Filling in: drafts that keep everything, colleagues who share one, and conflicts in which nothing is overwritten."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.forms import conflicts, drafts
from app.forms.conflicts import Shown
from app.forms.form_context import load_form, load_form_for_update
from app.forms.rules.workflow import FormState
from app.models import Advice, DraftRevision, Form, SectionDraft
from tests.cast import everything
from tests.filled_forms import answers_now, fill_in, save


def state_of(context, form_id: int) -> FormState:
    with everything(context) as work:
        return work.get(Form, form_id).state


def test_the_first_save_starts_advice_that_was_asked_for(context, cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    with cast.ann.works() as work:
        save(work, advice.id, "summary", {"summary": "Amina is curious."})

    assert state_of(context, advice.id) is FormState.draft
    assert answers_now(cast.ann, advice.id, "summary")["summary"] == "Amina is curious."


def test_a_returned_form_stays_returned_while_it_is_corrected(context, cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann, state=FormState.returned)

    with cast.ann.works() as work:
        save(work, advice.id, "summary", {"summary": "Corrected."})

    assert state_of(context, advice.id) is FormState.returned


def test_a_draft_keeps_what_is_not_valid_as_it_was_typed(cast, make):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana)

    with cast.sana.works() as work:
        save(work, request.id, "child", {"attendance": "nearly always"})

    assert answers_now(cast.sana, request.id, "child")["attendance"] == "nearly always"


def test_facts_and_files_are_never_taken_from_a_browser(cast, make):
    child = make.child(linked=(cast.sana,), surname="Shah")
    request = make.request(child, cast.sana)

    with cast.sana.works() as work:
        save(work, request.id, "child", {"child_surname": "Somebody Else", "sex": "F"})
        save(work, request.id, "evidence", {"evidence_files": [1, 2, 3]})

    assert answers_now(cast.sana, request.id, "child")["child_surname"] == "Shah"
    assert "evidence_files" not in answers_now(cast.sana, request.id, "evidence")


def test_known_facts_come_from_the_child_the_writer_and_the_request(cast, make):
    child = make.child(linked=(cast.ann,), forenames="Amina", upn="B801200005001")
    advice = make.advice(child, cast.ann)

    with cast.ann.works() as work:
        answers = load_form(work, advice.id).answers

    assert answers["summary"]["child_name"] == child.name
    assert answers["summary"]["due_on"] == advice.due_on.isoformat()
    assert answers["declaration"]["author_name"] == "Ann Kowalska"
    assert answers["declaration"]["author_organisation"] == "Bradford Educational Psychology Team"


def test_a_colleague_of_the_same_school_goes_on_with_the_draft(cast, make):
    child = make.child(linked=(cast.sana, cast.tom))
    request = make.request(child, cast.sana)
    with cast.sana.works() as work:
        version = save(work, request.id, "views", {"child_views": "I like drawing."})

    with cast.tom.works() as work:
        save(work, request.id, "views", {"child_views": "I like drawing and maps."}, version)

    assert answers_now(cast.sana, request.id, "views")["child_views"] == "I like drawing and maps."


@pytest.mark.parametrize("stranger", ["bob", "rhys", "hana", "tom", "pat", "ines"])
def test_a_person_not_linked_finds_no_such_form(cast, make, stranger):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana)

    with pytest.raises(NotFound), getattr(cast, stranger).works() as work:
        load_form_for_update(work, request.id)


def test_the_sen_team_may_not_write_another_persons_form(cast, make):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana)

    with pytest.raises(Forbidden), cast.olu.works() as work:
        save(work, request.id, "reason", {"why_now": "Ours."})


def test_the_sen_team_reads_nothing_of_a_draft(cast, make):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.sana.works() as work:
        save(work, request.id, "reason", {"why_now": "Not yet said."})

    assert "why_now" not in answers_now(cast.olu, request.id, "reason")


def test_waiting_in_the_queue_is_not_enough_to_write(cast, make):
    child = make.child(linked=(cast.hana,))
    make.queue(child, cast.idris)
    advice = make.advice(child, cast.hana, template="advice_health")

    with pytest.raises(Forbidden), cast.idris.works() as work:
        save(work, advice.id, load_form(work, advice.id).sections[0].id, {})


def test_what_was_sent_cannot_be_changed(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann, state=FormState.submitted)

    with pytest.raises(InvalidState), cast.ann.works() as work:
        save(work, advice.id, "summary", {"summary": "Too late."})


def test_there_is_no_section_that_does_not_apply(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    with pytest.raises(NotFound), cast.ann.works() as work:
        save(work, advice.id, "adulthood", {"adult_work": "She is nine."})


# --- two people at once ---------------------------------------------------------------------------


def sana_saves_late(cast, form_id: int, typed: dict[str, Any]) -> None:
    """Sana presses save on the old page: refused, and what she typed is set aside."""
    with pytest.raises(drafts.EditConflict), cast.sana.works() as work:
        save(work, form_id, "views", typed, 1)
    with cast.sana.works() as work:
        conflicts.stash(work, load_form_for_update(work, form_id), "views", typed, 1)


def settle(
    work: UnitOfWork,
    form_id: int,
    section: str,
    picks: dict[str, str],
    by_hand: dict[str, Any] | None = None,
    version: int = 2,
) -> SectionDraft:
    """Choose on a page that shows the person's stashed answers as they are now beside this version."""
    opened = load_form_for_update(work, form_id)
    shown = Shown(version, conflicts.compare(work, opened, section).aside.id)
    return conflicts.settle(work, opened, section, picks, by_hand or {}, shown)


def test_a_newer_save_is_not_overwritten(cast, shared):
    sana_saves_late(cast, shared, {"child_views": "Sana's", "parent_views": "Same"})

    assert answers_now(cast.tom, shared, "views")["child_views"] == "Tom's"
    with cast.sana.works() as work:
        found = conflicts.compare(work, load_form(work, shared), "views")
        assert [(one.question.id, one.mine, one.theirs) for one in found.differences] == [
            ("child_views", "Sana's", "Tom's")
        ]


def test_saving_the_same_again_is_no_conflict(cast, shared):
    with cast.sana.works() as work:
        assert save(work, shared, "views", {"child_views": "Tom's", "parent_views": "Same"}, 1) == 2


def test_only_what_one_side_changed_is_suggested(cast, shared):
    sana_saves_late(cast, shared, {"child_views": "Old", "parent_views": "Sana's"})

    with cast.sana.works() as work:
        found = conflicts.compare(work, load_form(work, shared), "views")
    assert {one.question.id: one.suggested for one in found.differences} == {
        "child_views": "theirs",
        "parent_views": "mine",
    }


@pytest.mark.parametrize(
    ("pick", "saved"), [("mine", "Sana's"), ("theirs", "Tom's"), ("by_hand", "Both of ours")]
)
def test_each_answer_is_chosen(context, cast, shared, pick, saved):
    sana_saves_late(cast, shared, {"child_views": "Sana's"})

    with cast.sana.works() as work:
        picks, by_hand = {"child_views": pick}, {"child_views": "Both of ours"}
        settle(work, shared, "views", picks, by_hand)

    assert answers_now(cast.tom, shared, "views")["child_views"] == saved
    assert {"Tom's", "Sana's"} <= saved_texts(context, "child_views")
    with pytest.raises(NotFound), cast.sana.works() as work:
        conflicts.compare(work, load_form(work, shared), "views")


def test_a_choice_is_asked_for_each_difference(cast, shared):
    sana_saves_late(cast, shared, {"child_views": "Sana's"})

    with pytest.raises(ValidationFailed) as refused, cast.sana.works() as work:
        settle(work, shared, "views", {})
    assert [fault.field for fault in refused.value.faults] == ["pick-child_views"]


def test_a_third_save_during_the_choice_is_not_overwritten_either(cast, shared):
    sana_saves_late(cast, shared, {"child_views": "Sana's"})
    with cast.tom.works() as work:
        save(work, shared, "views", {"child_views": "Tom's second"}, 2)

    with pytest.raises(drafts.EditConflict), cast.sana.works() as work:
        settle(work, shared, "views", {"child_views": "mine"})
    assert answers_now(cast.tom, shared, "views")["child_views"] == "Tom's second"


def test_only_its_author_settles_a_conflict(cast, shared):
    sana_saves_late(cast, shared, {"child_views": "Sana's"})

    with pytest.raises(NotFound), cast.tom.works() as work:
        conflicts.compare(work, load_form(work, shared), "views")


def test_rows_of_both_can_be_stored(cast, make):
    request = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    row = {"professional_name": ""}
    with cast.sana.works() as work:
        first = save(work, request.id, "evidence", {"professionals": [{**row, "name": "A"}]})
    with cast.tom.works() as work:
        save(work, request.id, "evidence", {"professionals": [{"name": "A"}, {"name": "B"}]}, first)
    with cast.sana.works() as work:
        typed = {"professionals": [{"name": "A"}, {"name": "C"}]}
        conflicts.stash(work, load_form_for_update(work, request.id), "evidence", typed, first)

    with cast.sana.works() as work:
        settle(work, request.id, "evidence", {"professionals": "both"})

    names = [one["name"] for one in answers_now(cast.sana, request.id, "evidence")["professionals"]]
    assert names == ["A", "B", "C"]


def saved_texts(context, question: str) -> set[str]:
    """Every text that is stored for a question: now, before, or set aside."""
    with everything(context) as work:
        now = [draft.answers.get(question, "") for draft in work.session.scalars(select(SectionDraft))]
        before = [one.answers.get(question, "") for one in work.session.scalars(select(DraftRevision))]
    return set(now + before)


def test_the_last_twenty_texts_are_stored(context, cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    for number in range(45):
        with cast.ann.works() as work:
            save(work, advice.id, "summary", {"summary": f"Text {number}"})
        saved = saved_texts(context, "summary")
        assert saved >= {f"Text {each}" for each in range(max(0, number - 20), number + 1)}
        assert len(saved) <= 1 + drafts.REVISIONS_TO_KEEP + drafts.THINNED_EVERY


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from(["mine", "theirs", "by_hand"])), max_size=20
    )
)
def test_no_acknowledged_text_is_ever_missing(context, cast, make, edits):
    """Two editors in any order, on fresh or stale pages: what the page confirmed as saved is there or in the history."""
    advice = make.advice(make.child(linked=(cast.ann, cast.bob)), cast.ann)
    pages = {True: 0, False: 0}
    acknowledged: set[str] = set()
    for number, (is_ann, reloads, pick) in enumerate(edits):
        editor, text = (cast.ann if is_ann else cast.bob), f"{advice.id} text {number}"
        if reloads:
            with editor.works() as work:
                draft = load_form(work, advice.id).drafts.get("summary")
                pages[is_ann] = draft.version if draft else 0
        pages[is_ann] = edit(editor, advice.id, text, pages[is_ann], pick)
        acknowledged.add(text)

    assert acknowledged <= saved_texts(context, "summary")


def edit(editor, form_id: int, text: str, version: int, pick: str) -> int:
    typed = {"summary": text}
    try:
        with editor.works() as work:
            return save(work, form_id, "summary", typed, version)
    except drafts.EditConflict:
        with editor.works() as work:
            conflicts.stash(work, load_form_for_update(work, form_id), "summary", typed, version)
        with editor.works() as work:
            now = load_form(work, form_id).drafts["summary"].version
            return settle(work, form_id, "summary", {"summary": pick}, typed, version=now).version


# --- withdrawing ----------------------------------------------------------------------------------


def test_a_request_never_sent_can_be_withdrawn_by_its_authors_only(context, cast, make):
    request = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    with pytest.raises(Forbidden), cast.olu.works() as work:
        drafts.withdraw(work, request.id)

    with cast.tom.works() as work:
        drafts.withdraw(work, request.id)

    assert state_of(context, request.id) is FormState.withdrawn


def test_advice_cannot_be_withdrawn(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)

    with pytest.raises(InvalidState), cast.ann.works() as work:
        drafts.withdraw(work, advice.id)


def test_the_family_takes_its_permissions_back(context, cast, make):
    consent = make.consent(make.child(linked=(cast.pat,)), cast.pat, state=FormState.submitted)

    with cast.pat.works() as work:
        drafts.withdraw(work, consent.id)

    assert state_of(context, consent.id) is FormState.withdrawn


def test_a2_only_its_giver_fills_in_a_consent(cast, make):
    child = make.child(linked=(cast.pat, cast.ann, cast.quinn))
    consent = make.consent(child, cast.pat)

    fill_in(cast.pat, consent.id)
    with pytest.raises(Forbidden):
        fill_in(cast.olu, consent.id)
    for stranger in (cast.ann, cast.quinn):
        with pytest.raises(NotFound), stranger.works() as work:
            load_form_for_update(work, consent.id)


def test_advice_waiting_in_a_queue_gets_its_author_with_the_first_save(context, cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann, author_id=None)

    with cast.ann.works() as work:
        save(work, advice.id, "summary", {"summary": "Mine now."})

    with everything(context) as work:
        assert work.get(Advice, advice.id).author_id == cast.ann.id


# --- two windows of one person --------------------------------------------------------------------


@pytest.fixture
def alone(cast, make):
    """Sana's request, open in two windows on version 1; saved in the first."""
    request = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    with cast.sana.works() as work:
        save(work, request.id, "views", {"child_views": "Old"})
    with cast.sana.works() as work:
        assert save(work, request.id, "views", {"child_views": "First window"}, 1) == 2
    return request.id


@pytest.mark.parametrize("version", [0, 1])
def test_b13_the_later_save_of_the_same_person_counts_and_the_earlier_is_stored(
    context, cast, alone, version
):
    with cast.sana.works() as work:
        assert save(work, alone, "views", {"child_views": "Second window"}, version) == 3
    assert answers_now(cast.sana, alone, "views")["child_views"] == "Second window"
    assert {"Old", "First window"} <= saved_texts(context, "child_views")


def test_b13_a_colleague_in_between_is_still_not_overwritten(cast, alone):
    with cast.tom.works() as work:
        save(work, alone, "views", {"child_views": "Tom's"}, 2)
    with cast.sana.works() as work:
        save(work, alone, "views", {"child_views": "Sana's third"}, 3)
    with pytest.raises(drafts.EditConflict), cast.sana.works() as work:
        save(work, alone, "views", {"child_views": "From the old window"}, 1)
    assert answers_now(cast.sana, alone, "views")["child_views"] == "Sana's third"


# --- one conflict, tried again --------------------------------------------------------------------


def suggested(cast, form_id: int) -> dict[str, str | None]:
    with cast.sana.works() as work:
        found = conflicts.compare(work, load_form(work, form_id), "views")
    return {one.question.id: one.suggested for one in found.differences}


def test_b13_each_try_in_one_conflict_suggests_the_same(context, cast, shared):
    for text in ("S", "Sana's"):
        sana_saves_late(cast, shared, {"child_views": "Old", "parent_views": text})
        assert suggested(cast, shared) == {"child_views": "theirs", "parent_views": "mine"}
    assert "Sana's" in saved_texts(context, "parent_views")
    with everything(context) as work:
        mine = select(DraftRevision).where(DraftRevision.saved_by_id == cast.sana.id, DraftRevision.set_aside)
        assert len(work.session.scalars(mine).all()) == 1, "one for the conflict, however many tries"


def test_b13_stashed_answers_of_a_settled_conflict_are_no_version(context, cast, make, shared):
    """Ann, of the first version too, is not asked as if she had changed what Sana typed."""
    sana_saves_late(cast, shared, {"child_views": "Sana's", "parent_views": "Sana's"})
    with cast.sana.works() as work:
        picks = {"child_views": "theirs", "parent_views": "theirs"}
        settle(work, shared, "views", picks)
    with cast.tom.works() as work:
        save(work, shared, "views", {"child_views": "Tom's", "parent_views": "Tom's"}, 2)

    sana_saves_late(cast, shared, {"child_views": "Old", "parent_views": "Same"})
    assert suggested(cast, shared) == {"child_views": "theirs", "parent_views": "theirs"}
    assert {"Sana's", "Tom's", "Old"} <= saved_texts(context, "child_views"), "nothing typed is lost"


def test_b13_stashed_answers_take_no_place_among_the_last_twenty(context, cast, shared):
    for version in range(2, 19):
        with cast.tom.works() as work:
            assert save(work, shared, "views", {"child_views": f"Text {version}"}, version) == version + 1
    for base in range(3, 13):
        with cast.sana.works() as work:
            opened = load_form_for_update(work, shared)
            conflicts.stash(work, opened, "views", {"child_views": f"Stash {base}"}, base)
    with cast.tom.works() as work:
        save(work, shared, "views", {"child_views": "Text 19"}, 19)
        save(work, shared, "views", {"child_views": "Text 20"}, 20)
    with everything(context) as work:
        of_section = select(DraftRevision.number).where(DraftRevision.number > 0, ~DraftRevision.set_aside)
        assert sorted(work.session.scalars(of_section)) == list(range(1, 21))
