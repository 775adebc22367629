"""Resolve edit conflicts: show both versions of a section side by side, and save the chosen answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import FieldError, NotFound, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.definitions import NOT_PROVIDED, Question, Section, SectionAnswers
from app.forms.definitions.kinds import KINDS
from app.forms.drafts import REVISIONS_TO_KEEP, EditConflict, changed, editable_answers, save_section
from app.forms.form_context import FormContext
from app.forms.queries.forms import closed_stashes_beyond, revision_at, set_aside_by
from app.forms.tables.forms import NO_VERSION, DraftRevision, SectionDraft

MINE, THEIRS, BOTH, BY_HAND = "mine", "theirs", "both", "by_hand"
CLOSED_STORED = REVISIONS_TO_KEEP
"""How many stashed answers whose conflict is over are stored for each person and section."""
WRITTEN_BY_HAND = frozenset({"text", "long_text"})


@dataclass(frozen=True)
class Difference:
    """One question that two people answered differently."""

    question: Question
    mine: str
    theirs: str
    choices: tuple[str, ...]
    suggested: str | None
    """The version to suggest when only one of the two people changed this answer."""
    together: str = ""
    """Both texts, one after the other, as the starting point for writing a new one."""


@dataclass(frozen=True)
class Shown:
    """Which two texts a page compared: choices count for these only."""

    version: int
    """The version of the section."""
    aside_id: int | None
    """The id of the stashed revision; None when the page named none."""


@dataclass(frozen=True)
class Comparison:
    """The stashed revision compared with the current draft."""

    section: Section
    draft: SectionDraft
    aside: DraftRevision
    differences: list[Difference]


def stash(
    work: UnitOfWork, opened: FormContext, section_id: str, entered: SectionAnswers, version: int
) -> None:
    """Save answers that conflict with a colleague's, until their author resolves the conflict.

    One page tries again and again, by autosave and by its button, and a person may have several windows: what is
    posted last is compared, and what was stashed before is stored with the last twenty of this person. Raises NotFound
    when the section has no draft.
    """
    opened.writing_step()
    draft = opened.drafts.get(section_id)
    if draft is None:
        raise NotFound("SectionDraft")
    answers = editable_answers(opened.section(section_id), entered)
    waiting = set_aside_by(work.session, draft.id, work.me.user_id)
    if waiting is not None and waiting.answers == answers:
        waiting.number, waiting.saved_at = version, work.now
        work.session.flush()
        return
    if waiting is not None:
        _close(work, waiting)
    work.add(
        DraftRevision(
            draft_id=draft.id,
            number=version,
            answers=answers,
            saved_by_id=work.me.user_id,
            saved_at=work.now,
            set_aside=True,
        )
    )


def _close(work: UnitOfWork, aside: DraftRevision) -> None:
    """Keep stashed answers as a text that was no version of the section: no one's changes are compared with it.

    This person's oldest ones go, or posts with ever different texts would fill the database.
    """
    aside.set_aside, aside.number = False, NO_VERSION
    work.session.flush()
    for old in closed_stashes_beyond(work.session, aside.draft_id, aside.saved_by_id, CLOSED_STORED):
        work.session.delete(old)


def compare(work: UnitOfWork, opened: FormContext, section_id: str) -> Comparison:
    """Return this person's stashed answers compared with the current draft. Raises NotFound when there are none."""
    opened.writing_step()
    section = opened.section(section_id)
    draft = opened.drafts.get(section_id)
    aside = set_aside_by(work.session, draft.id, work.me.user_id) if draft else None
    if draft is None or aside is None:
        raise NotFound("DraftRevision")
    before = revision_at(work.session, draft.id, aside.number)
    base = {} if aside.number == 0 else before.answers if before else None
    found = [
        _difference(section.question(question), aside.answers, draft.answers, base)
        for question in changed(aside.answers, draft.answers)
    ]
    return Comparison(section, draft, aside, found)


def _difference(
    question: Question, mine: SectionAnswers, theirs: SectionAnswers, base: SectionAnswers | None
) -> Difference:
    my_text, their_text = _text(question, mine), _text(question, theirs)
    choices = [MINE, THEIRS]
    together = ""
    if question.kind in WRITTEN_BY_HAND:
        choices.append(BY_HAND)
        together = f"{theirs.get(question.id) or ''}\n\n{mine.get(question.id) or ''}".strip()
    if question.kind == "table":
        choices.append(BOTH)
    return Difference(
        question, my_text, their_text, tuple(choices), _suggestion(question, mine, theirs, base), together
    )


def _suggestion(
    question: Question, mine: SectionAnswers, theirs: SectionAnswers, base: SectionAnswers | None
) -> str | None:
    if base is None:
        return None
    if not changed({question.id: mine.get(question.id)}, base):
        return THEIRS
    return None if changed({question.id: theirs.get(question.id)}, base) else MINE


def _text(question: Question, answers: SectionAnswers) -> str:
    return KINDS[question.kind].text(question, answers.get(question.id)) or NOT_PROVIDED


def settle(
    work: UnitOfWork,
    opened: FormContext,
    section_id: str,
    picks: Mapping[str, str],
    by_hand: SectionAnswers,
    shown: Shown,
) -> SectionDraft:
    """Save the section as chosen question by question, and return the draft. `shown` is what the page compared.

    Raises ValidationFailed naming every question without a choice, and EditConflict when the draft has changed again or
    another window of this person has stashed other answers since.
    """
    found = compare(work, opened, section_id)
    if Shown(found.draft.version, found.aside.id) != shown:
        raise EditConflict
    mine, theirs = found.aside.answers, found.draft.answers
    missing = [one for one in found.differences if picks.get(one.question.id) not in one.choices]
    if missing:
        raise ValidationFailed(*(FieldError(f"pick-{one.question.id}", _select_text(one)) for one in missing))
    chosen = {
        one.question.id: _chosen(picks[one.question.id], one.question, mine, theirs, by_hand, work.today)
        for one in found.differences
    }
    _close(work, found.aside)
    return save_section(work, opened, section_id, chosen, shown.version)


def _select_text(difference: Difference) -> str:
    return Wording(N_("Select which answer to keep for “%(question)s”"), question=difference.question.label)


def _chosen(
    pick: str,
    question: Question,
    mine: SectionAnswers,
    theirs: SectionAnswers,
    by_hand: SectionAnswers,
    today: date,
) -> Any:
    if pick == BY_HAND:
        return KINDS[question.kind].clean(question, {"": [by_hand.get(question.id) or ""]}, today)
    if pick == BOTH:
        rows = list(theirs.get(question.id) or [])
        return rows + [row for row in mine.get(question.id) or [] if row not in rows]
    return (mine if pick == MINE else theirs).get(question.id)
