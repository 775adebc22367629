"""Save the sections of a draft, alone or with colleagues, and withdraw forms."""

from collections.abc import Mapping

from app.children.rules.school_years import is_young_person
from app.core.database.row_mapper import changeable
from app.core.errors import Conflict, FieldError, InvalidState, ValidationFailed
from app.core.events import FormEvent
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.definitions import Section, SectionAnswers
from app.forms.definitions.conditions import blank
from app.forms.events import ConsentWithdrawn, FormSaved, RequestWithdrawn
from app.forms.form_context import FormContext, change_state, load_form_and_child_for_update
from app.forms.queries.forms import revisions_beyond, savers_since
from app.forms.queries.shares import consents_of_young_person
from app.forms.sharing import end_sharing, end_what_rested_on_consent
from app.forms.tables.forms import DraftRevision, Form, SectionDraft

REVISIONS_TO_KEEP, THINNED_EVERY = 20, 10
LONGEST_REASON = 500
WITHDRAWN: Mapping[str, type[FormEvent]] = {"request": RequestWithdrawn, "consent": ConsentWithdrawn}


class EditConflict(Conflict):
    """A colleague saved this section after it was opened here; nothing was overwritten."""


def save_section(
    work: UnitOfWork, opened: FormContext, section_id: str, entered: SectionAnswers, version: int
) -> SectionDraft:
    """Save the answers of a section, valid or not, and return the draft. The form was loaded for update in this work.

    `version` is the one the page was opened on (0: nothing was saved yet). Raises EditConflict when a colleague has
    saved something different since.
    """
    draft = autosave_section(work, opened, section_id, entered, version)
    work.record(FormSaved(form_id=opened.form.id, child_id=opened.form.child_id, section=section_id))
    return draft


def autosave_section(
    work: UnitOfWork, opened: FormContext, section_id: str, entered: SectionAnswers, version: int
) -> SectionDraft:
    """Save the same while the author is still entering it.

    The history keeps it; the audit log does not, because it is too frequent.
    """
    section = opened.section(section_id)
    step = opened.writing_step()
    answers = editable_answers(section, entered)
    draft = opened.drafts.get(section_id)
    stale = draft is not None and draft.version != version
    if (
        draft is not None
        and stale
        and changed(answers, draft.answers)
        and _others_saved(work, draft, version)
    ):
        raise EditConflict
    change_state(work, opened, step)
    return _write(work, opened, section_id, answers)


def _others_saved(work: UnitOfWork, draft: SectionDraft, version: int) -> bool:
    """Return whether a colleague saved the section after this version.

    Two windows of one person do not conflict: the later save replaces the earlier one, which stays in the history.
    Returns True where the history does not go back far enough.
    """
    if draft.saved_by_id != work.me.user_id:
        return True
    since = savers_since(work.session, draft.id, version)
    return len(since) < draft.version - version - 1 or bool(set(since) - {work.me.user_id})


def editable_answers(section: Section, entered: SectionAnswers) -> dict[str, object]:
    """Return the answers to questions that the author answers; facts and files never come from a browser."""
    asked = {question.id for question in section.questions if question.is_entered}
    return {question: value for question, value in entered.items() if question in asked}


def changed(entered: SectionAnswers, saved: SectionAnswers) -> list[str]:
    """Return the questions whose answers differ; an empty answer equals a missing one."""
    return [
        question
        for question, value in entered.items()
        if value != saved.get(question) and not (blank(value) and blank(saved.get(question)))
    ]


def _write(
    work: UnitOfWork, opened: FormContext, section_id: str, answers: Mapping[str, object]
) -> SectionDraft:
    draft = opened.drafts.get(section_id)
    if draft is None:
        return work.add(
            SectionDraft(
                form_id=opened.form.id,
                section=section_id,
                answers=dict(answers),
                saved_by_id=work.me.user_id,
                saved_at=work.now,
            )
        )
    together = {**draft.answers, **answers}
    if together == draft.answers:
        return draft
    add_revision(work, draft)
    changed: SectionDraft = changeable(work.session, SectionDraft, draft)
    changed.answers = together
    changed.saved_by_id, changed.saved_at = work.me.user_id, work.now
    work.session.flush()
    return changed


def _withdraw_consent(work: UnitOfWork, form: Form, asked_by: str) -> None:
    if work.me.in_sen_team:
        if not asked_by:
            raise ValidationFailed(
                FieldError("asked_by", Wording(N_("Enter who asked to withdraw this consent, and how")))
            )
        if len(asked_by) > LONGEST_REASON:
            text = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON)
            raise ValidationFailed(FieldError("asked_by", text))
        form.decision_reason = asked_by
    form.decided_at, form.decided_by_id = work.now, work.me.user_id
    end_sharing(work, form.id)
    if not _rests_on_young_person(work, form):
        end_what_rested_on_consent(work, form.child_id)


def _rests_on_young_person(work: UnitOfWork, form: Form) -> bool:
    """Return whether the sharing rests on the young person's own consent, which no one else can withdraw."""
    if not is_young_person(form.child.date_of_birth, work.today):
        return False
    own = consents_of_young_person(work.session, form.child_id)
    return bool(own) and form.id not in own


def add_revision(work: UnitOfWork, draft: SectionDraft) -> None:
    """Save the section's current answers in the history before a change.

    Every tenth time, all but the last twenty go.
    """
    work.session.add(
        DraftRevision(
            draft_id=draft.id,
            number=draft.version,
            answers=draft.answers,
            saved_by_id=draft.saved_by_id,
            saved_at=draft.saved_at,
        )
    )
    if draft.version <= REVISIONS_TO_KEEP or draft.version % THINNED_EVERY:
        return
    for old in revisions_beyond(work.session, draft.id, REVISIONS_TO_KEEP):
        work.session.delete(old)


def withdraw(work: UnitOfWork, form_id: int, asked_by: str = "") -> Form:
    """Withdraw a request that was never sent, or one person's consent with the sharing that rested on it. Return the
    form.

    `asked_by` names who asked the SEN team to withdraw a consent on their behalf. Raises ValidationFailed when it is
    missing, and InvalidState for other kinds of form.
    """
    opened = load_form_and_child_for_update(work, form_id)
    if opened.form.kind not in WITHDRAWN:
        raise InvalidState("withdraw")
    step = opened.step("withdraw")
    if opened.form.kind == "consent":
        _withdraw_consent(work, opened.form, asked_by.strip())
    opened.form.state = step.end
    work.record(WITHDRAWN[opened.form.kind](form_id=form_id, child_id=opened.form.child_id))
    return opened.form
