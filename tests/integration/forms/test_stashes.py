"""Stashed answers: nothing typed is replaced by another window, choices count for what was shown, and their number is bounded."""

import pytest
from sqlalchemy import select

from app.forms import conflicts, drafts
from app.forms.conflicts import Shown
from app.forms.form_context import load_form, load_form_for_update
from app.forms.queries.forms import revision_at
from app.models import DraftRevision
from tests.cast import everything
from tests.filled_forms import answers_now
from tests.integration.forms.test_drafts import sana_saves_late, saved_texts, settle


def stashes(context, person_id: int) -> list[tuple[bool, str]]:
    """A person's stashed answers to "child_views", oldest first, and whether each waits for a choice."""
    with everything(context) as work:
        theirs = select(DraftRevision).where(
            DraftRevision.saved_by_id == person_id, DraftRevision.set_aside | (DraftRevision.number == 0)
        )
        rows = work.session.scalars(theirs.order_by(DraftRevision.id)).all()
        return [(row.set_aside, row.answers["child_views"]) for row in rows]


def test_b13_another_window_in_the_same_conflict_replaces_no_text(context, cast, shared):
    sana_saves_late(cast, shared, {"child_views": "A long text", "parent_views": "Same"})
    with cast.sana.works() as work:
        found = conflicts.compare(work, load_form(work, shared), "views")
        shown = Shown(found.draft.version, found.aside.id)
        assert [one.mine for one in found.differences] == ["A long text"]
    sana_saves_late(cast, shared, {"child_views": "Ol", "parent_views": "Same"})

    picks = {"child_views": "mine"}
    with pytest.raises(drafts.EditConflict), cast.sana.works() as work:
        conflicts.settle(work, load_form_for_update(work, shared), "views", picks, {}, shown)

    assert answers_now(cast.sana, shared, "views")["child_views"] == "Tom's"
    assert stashes(context, cast.sana.id) == [(False, "A long text"), (True, "Ol")]
    with cast.sana.works() as work:
        settle(work, shared, "views", picks)
    assert answers_now(cast.sana, shared, "views")["child_views"] == "Ol"
    assert "A long text" in saved_texts(context, "child_views")


@pytest.mark.parametrize("aside_id", [None, 0, 999_999])
def test_b13_choices_for_no_stash_are_not_saved(cast, shared, aside_id):
    sana_saves_late(cast, shared, {"child_views": "Sana's"})

    with pytest.raises(drafts.EditConflict), cast.sana.works() as work:
        opened = load_form_for_update(work, shared)
        conflicts.settle(work, opened, "views", {"child_views": "mine"}, {}, Shown(2, aside_id))
    assert answers_now(cast.sana, shared, "views")["child_views"] == "Tom's"


def test_b13_the_same_answers_again_are_stashed_once(context, cast, shared):
    for _ in range(3):
        sana_saves_late(cast, shared, {"child_views": "Sana's", "parent_views": "Same"})
    assert stashes(context, cast.sana.id) == [(True, "Sana's")]


@pytest.mark.parametrize("is_made_up", [True, False])
def test_a4_one_persons_stashes_of_a_section_are_bounded(context, cast, shared, is_made_up):
    with cast.tom.works() as work:  # Tom has a stash too: another person's posts take none of it
        conflicts.stash(work, load_form_for_update(work, shared), "views", {"child_views": "Tom's other"}, 1)
        conflicts.stash(work, load_form_for_update(work, shared), "views", {"child_views": "Tom's last"}, 1)
    for number in range(60):
        with cast.sana.works() as work:
            opened, base = load_form_for_update(work, shared), 5000 + number if is_made_up else 1
            conflicts.stash(work, opened, "views", {"child_views": f"Text {number}"}, base)

    stored = [(number == 59, f"Text {number}") for number in range(59 - conflicts.CLOSED_STORED, 60)]
    assert stashes(context, cast.sana.id) == stored
    assert stashes(context, cast.tom.id) == [(False, "Tom's other"), (True, "Tom's last")]
    with everything(context) as work:
        assert revision_at(work.session, opened.drafts["views"].id, 1).answers["child_views"] == "Old"
