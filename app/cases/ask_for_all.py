"""Ask for all the advice that an assessment needs, in one step (SEND Regulations 2014, reg. 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.cases.advice_plan import asked_in
from app.cases.advice_requests import Asked, ask_for_advice
from app.cases.cases import case_for_update
from app.cases.events import FamilyViewsInvited
from app.cases.links import lock_child
from app.cases.rules.advice_rows import AdviceRow, AskedAdvice, is_asked
from app.cases.rules.case_states import CaseState
from app.cases.tables import Case
from app.children.queries.involved import involved_with
from app.core.errors import FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.roles import FAMILY_ROLES
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import share_with_professionals
from app.forms.tables.forms import Advice


@dataclass(frozen=True)
class RowToAsk:
    """One ticked row of the page, with what the officer entered."""

    key: str
    paragraph: Paragraph
    form_key: str
    asked: Asked
    person_id: int | None = None
    organisation_id: int | None = None
    is_added: bool = False
    """The officer added it: the same kind of advice may be asked of several organisations."""
    despite: bool = False


@dataclass(frozen=True)
class ShareRequest:
    """That everyone asked may read the family's request, and whether its files too (reg. 6(3))."""

    with_files: bool = True
    warned_secret: bool = True


@dataclass
class AllAsked:
    """What the step did: the new requests, and the keys of rows that someone had asked before."""

    new: list[Advice] = field(default_factory=list)
    already: list[str] = field(default_factory=list)


def ask_for_all(
    work: UnitOfWork,
    case_id: int,
    rows: Sequence[RowToAsk],
    *,
    invite_views: bool = False,
    share: ShareRequest | None = None,
) -> AllAsked:
    """Send the requests of these rows and return which are new; for the SEN team, while the council assesses.

    All or nothing: where one row cannot be sent, none is, and ValidationFailed names the faults of every row, so that
    the officer corrects or unticks them and no one has to find out which half went. A row that someone asked
    meanwhile is no fault and is left as it is. Each adviser can then read the family's request (reg. 6(3)), through
    the sharing of that form only.
    """
    if not work.me.in_sen_team:
        raise Forbidden("ask_for_all")
    child = lock_child(work, work.get(Case, case_id).child_id)
    case = case_for_update(work, case_id)
    if case.child_id != child.id or case.state is not CaseState.assessing:
        raise InvalidState("ask_for_all")
    done, faults = AllAsked(), []
    before = asked_in(work, case)
    for row in rows:
        if _is_asked(row, before):
            done.already.append(row.key)
            continue
        try:
            advice = _ask(work, case, row)
        except ValidationFailed as refused:
            faults += [FieldError(f"{row.key}-{fault.field}", fault.text) for fault in refused.faults]
            continue
        done.new.append(advice)
        before.append(_as_asked(row, advice.organisation_id))
    if not faults and share is not None:
        faults = _share(work, case, rows, share)
    if faults:
        raise ValidationFailed(*faults)
    if invite_views and case.views_invited_on is None:
        case.views_invited_on = work.today
        work.record(FamilyViewsInvited(child_id=child.id, case_id=case.id))
    return done


def _ask(work: UnitOfWork, case: Case, row: RowToAsk) -> Advice:
    asked = row.asked
    return ask_for_advice(
        work,
        case.child_id,
        row.form_key,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        due_on=asked.due_on,
        due_reason=asked.due_reason,
        adviser_reason=asked.adviser_reason,
        note=asked.note,
        service=asked.service,
        paragraph=row.paragraph,
        despite=row.despite,
    )


def _as_asked(row: RowToAsk, organisation_id: int | None) -> AskedAdvice:
    return AskedAdvice(row.paragraph, row.form_key, row.asked.service, organisation_id)


def _is_asked(row: RowToAsk, before: Sequence[AskedAdvice]) -> bool:
    if row.is_added:
        return _as_asked(row, row.organisation_id) in before
    form_key = "" if row.paragraph is Paragraph.h else row.form_key
    as_proposed = AdviceRow(row.key, row.paragraph, "", False, form_key, row.asked.service)
    return is_asked(as_proposed, before)


def _share(work: UnitOfWork, case: Case, rows: Sequence[RowToAsk], share: ShareRequest) -> list[FieldError]:
    """Share the request's form with the linked professionals, and return what prevents it.

    The officer confirmed advisers of whom a form warns at their rows. Of others they decide on the form's own sharing
    page, where the words of the form are shown. With whom of the family it is shared, and with which files, stays as it is.
    """
    if case.request_id is None:
        return []
    confirmed = {(row.person_id, row.organisation_id) for row in rows if row.despite}
    people = involved_with(work.session, case.child_id)
    despite = {
        each.link_id
        for each in people
        if each.part not in FAMILY_ROLES and (each.person_id, each.organisation_id) in confirmed
    }
    choice = SharingChoice(
        professionals=True, with_files=share.with_files, on_consent=False, despite=frozenset(despite)
    )
    try:
        share_with_professionals(work, case.request_id, choice, warned_secret=share.warned_secret)
    except ValidationFailed as refused:
        if any(fault.field == "files" for fault in refused.faults):
            return [FieldError("share", fault.text) for fault in refused.faults]
        text = N_(
            "A form may say that someone linked to this child must not know. Untick this, ask for the advice, and "
            "choose who can read the request on the page “Forms and advice”"
        )
        return [FieldError("share", Wording(text))]
    return []
