"""Requests for what an assessment needs: advice from professionals, and the family's consent form."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import IntegrityError

from app.cases.advice_duty import settle_advice
from app.cases.duties import advice_asked
from app.cases.duty_rules import rules_of
from app.cases.links import link_if_missing, lock_child, professional
from app.cases.rules.case_states import CaseState
from app.cases.tables import Case
from app.children.tables import ChildLink
from app.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from app.core.roles import FAMILY_ROLES, PROFESSION_LABELS, Role
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.events import (
    AdviceAsked,
    AdviceCancelled,
    ConsentStarted,
    InformationAsked,
    InformationCancelled,
)
from app.forms.form_templates import published
from app.forms.queries.forms import form_and_child_for_update, form_for_update
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import ADVICE, OPEN_TO_WRITING, FormState
from app.forms.tables.forms import Advice, Consent, FormVersion
from app.forms.workflow_roles import is_linked, organisation_in_use, workflow_roles_of
from app.organisations.tables import Organisation

ADVICE_KEYS = "advice_"
LONGEST_NOTE = 2000
LONGEST_SERVICE = 100


@dataclass(frozen=True)
class Asked:
    """The note, deadline and reasons of an advice request.

    Without a date, statutory advice is due in six weeks (reg. 8).
    """

    due_on: date | None = None
    due_reason: str = ""
    """Why statutory advice is due on another day."""
    adviser_reason: str = ""
    """Why a profession is asked that does not usually give this advice."""
    note: str = ""
    service: str = ""
    """The service of the organisation, or the person there, that is asked."""


def is_assessing(work: UnitOfWork, child_id: int) -> bool:
    """Return whether the council agreed to assess this child: only then is advice statutory (reg. 6)."""
    agreed = select(Case.id).where(Case.child_id == child_id, Case.state == CaseState.assessing)
    return work.session.scalars(agreed.limit(1)).first() is not None


def ask_for_advice(
    work: UnitOfWork,
    child_id: int,
    template_key: str,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    due_on: date | None = None,
    due_reason: str = "",
    adviser_reason: str = "",
    note: str = "",
    service: str = "",
    paragraph: Paragraph | None = None,
    despite: bool = False,
) -> Advice:
    """Ask a professional, or an organisation's queue, for advice on a child (reg. 6) and return the form.

    Statutory advice is due in six weeks (reg. 8) unless another day is agreed, with a reason. Before the
    council agrees to assess, the advice is information without a statutory deadline, and `due_on` is the day
    by which it is wanted. Two services of one organisation are asked apart. Links the adviser to the child.
    """
    if not work.me.in_sen_team:
        raise Forbidden("ask_for_advice")
    if person_id is not None:
        organisation_id = professional(work, person_id, organisation_id, "adviser").organisation_id
    if organisation_id is None:
        raise ValidationFailed(FieldError("adviser", Wording(N_("Choose who to ask"))))
    organisation_in_use(work, organisation_id, "adviser")
    child = lock_child(work, child_id)
    version = _advice_form(work, template_key)
    statutory = is_assessing(work, child.id)
    asked = Asked(due_on, due_reason.strip(), adviser_reason.strip(), note.strip(), clean_line(service))
    awaited = _awaited(
        work,
        person_id,
        Advice.child_id == child.id,
        Advice.organisation_id == organisation_id,
        Advice.statutory.is_(statutory),
        Advice.service == asked.service,
        FormVersion.template_id == version.template_id,
    )
    if awaited is not None and _is_same_request(work, awaited, person_id, asked):
        return awaited
    already = _already_asked(work, organisation_id)
    rules = rules_of(work.session)
    rule = rules.due_on("give_advice", work.today)
    _check(
        work,
        version,
        organisation_id,
        asked,
        rule if statutory else None,
        [already] if awaited is not None else [],
    )
    due = due_on or rule
    link_if_missing(work, child.id, person_id, organisation_id, despite=despite)
    advice = work.add_only(
        Advice(
            child=child,
            form_version=version,
            state=FormState.asked,
            author_id=person_id,
            organisation_id=organisation_id,
            asked_by_id=work.me.user_id,
            asked_person_id=person_id,
            asked_on=work.today,
            asking_note=asked.note,
            paragraph=paragraph,
            service=asked.service,
            statutory=statutory,
            due_on=due if statutory else None,
            due_reason=asked.due_reason if statutory and due != rule else "",
            wanted_by=None if statutory else due_on,
            adviser_reason=asked.adviser_reason,
            created_at=work.now,
        ),
        ValidationFailed(already),
    )
    if statutory:
        advice_asked(work, child.id, work.today, rules)
    event = AdviceAsked if statutory else InformationAsked
    work.record(event(child_id=child.id, form_id=advice.id))
    return advice


def cancel_advice(work: UnitOfWork, form_id: int) -> Advice:
    """Cancel an advice request that is no longer needed, and return it."""
    advice = form_for_update(work.session, form_id)
    if not isinstance(advice, Advice):
        raise NotFound("Advice")
    if advice.state is FormState.cancelled and work.me.in_sen_team:
        return advice
    advice.state = ADVICE.step("cancel", advice.state, workflow_roles_of(work, advice)).end
    settle_advice(work, advice)
    event = AdviceCancelled if advice.statutory else InformationCancelled
    work.record(event(child_id=advice.child_id, form_id=advice.id))
    return advice


def ask_instead(
    work: UnitOfWork,
    form_id: int,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    adviser_reason: str = "",
    despite: bool = False,
) -> Advice:
    """Ask someone else for advice that is awaited, cancel the earlier request, and return the new one.

    The new adviser has six weeks from today (reg. 8). Raises InvalidState where the advice was sent already.
    """
    before = form_and_child_for_update(work.session, form_id)
    if not isinstance(before, Advice):
        raise NotFound("Advice")
    if before.state is FormState.cancelled and work.me.in_sen_team:
        again = _asked_a_moment_ago(work, before, person_id, organisation_id)
        if again is not None:
            return again
    ADVICE.step("cancel", before.state, workflow_roles_of(work, before))
    advice = ask_for_advice(
        work,
        before.child_id,
        before.form_version.template.key,
        person_id=person_id,
        organisation_id=organisation_id,
        adviser_reason=adviser_reason,
        note=before.asking_note,
        service=before.service,
        paragraph=before.paragraph,
        despite=despite,
    )
    cancel_advice(work, form_id)
    return advice


def _asked_a_moment_ago(
    work: UnitOfWork, before: Advice, person_id: int | None, organisation_id: int | None
) -> Advice | None:
    """Return the request that replaced this one when the officer pressed the button twice, or None."""
    newest = (
        select(Advice)
        .where(
            Advice.child_id == before.child_id,
            Advice.form_version_id == before.form_version_id,
            Advice.service == before.service,
            Advice.asked_person_id.is_(None) if person_id is None else Advice.asked_person_id == person_id,
            Advice.organisation_id == organisation_id,
            Advice.id > before.id,
        )
        .order_by(Advice.id.desc())
    )
    found = work.session.scalars(newest.limit(1)).first()
    return found if found is not None and work.is_repeat(found.created_at, found.asked_by_id) else None


def start_consent(
    work: UnitOfWork, child_id: int, link_id: int | None = None, *, recorded: bool = False
) -> Consent:
    """Start one person's consent form and return it, or return the one that is started or in force.

    A parent or young person starts their own. The SEN team asks the person of `link_id` to fill theirs in or,
    with `recorded`, records the consent that this person, or someone without an account, gave orally or on
    paper.
    """
    child = lock_child(work, child_id)
    giver = _giver(work, child.id, link_id, recorded)
    begun = _open_consent(work, child.id, giver)
    if begun is not None:
        return begun
    try:
        with work.session.begin_nested():
            consent = work.add(
                Consent(
                    child=child,
                    form_version=published(work.session, "consent_recorded" if recorded else "consent"),
                    state=FormState.draft,
                    author_id=giver,
                    organisation_id=None,
                    recorded_by_team=recorded,
                    asked_by_id=work.me.user_id if work.me.in_sen_team else None,
                    asked_on=work.today if work.me.in_sen_team else None,
                )
            )
    except IntegrityError:  # the same person's form was started at the same moment
        begun = _open_consent(work, child.id, giver)
        if begun is None:
            raise Conflict("Consent") from None
        return begun
    work.record(ConsentStarted(child_id=child.id, form_id=consent.id))
    return consent


def _giver(work: UnitOfWork, child_id: int, link_id: int | None, recorded: bool) -> int | None:
    """Return the id of the person who gives consent.

    It is None for someone without an account, whose consent only the SEN team records.
    """
    if not work.me.in_sen_team:
        if not work.me.has(Role.parent) or not is_linked(work, child_id) or recorded:
            raise Forbidden("start_consent")
        return work.me.user_id
    if link_id is None:
        if not recorded:
            raise ValidationFailed(FieldError("giver", Wording(N_("Choose whose consent it is"))))
        return None
    link = work.get(ChildLink, link_id)
    if link.child_id != child_id or link.ended_at is not None or link.part not in FAMILY_ROLES:
        raise ValidationFailed(FieldError("giver", Wording(N_("Choose whose consent it is"))))
    return link.person_id


def _open_consent(work: UnitOfWork, child_id: int, giver: int | None) -> Consent | None:
    """Return this person's consent that is started or in force, or the recorded one for None."""
    if giver is None:
        whose = and_(Consent.author_id.is_(None), Consent.state == FormState.draft)
    else:
        whose = and_(Consent.author_id == giver, Consent.state.in_((FormState.draft, FormState.submitted)))
    return work.session.scalars(select(Consent).where(Consent.child_id == child_id, whose).limit(1)).first()


def _advice_form(work: UnitOfWork, template_key: str) -> FormVersion:
    if not template_key.startswith(ADVICE_KEYS):
        raise ValidationFailed(FieldError("form", Wording(N_("Choose the advice form"))))
    return published(work.session, template_key)


def _check(
    work: UnitOfWork,
    version: FormVersion,
    organisation_id: int,
    asked: Asked,
    limit: date | None,
    already: list[FieldError],
) -> None:
    faults = [
        *_date_faults(work.today, asked, limit),
        *_adviser_faults(work, version, organisation_id, asked.adviser_reason),
    ]
    too_long = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_NOTE)
    texts = {"note": asked.note, "due_reason": asked.due_reason, "adviser_reason": asked.adviser_reason}
    faults += [FieldError(field, too_long) for field, text in texts.items() if len(text) > LONGEST_NOTE]
    faults += already
    if len(asked.service) > LONGEST_SERVICE:
        text = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_SERVICE)
        faults.append(FieldError("service", text))
    for field, typed in (*texts.items(), ("service", asked.service)):
        faults += character_faults(field, typed)
    if faults:
        raise ValidationFailed(*faults)


def _date_faults(today: date, asked: Asked, limit: date | None) -> list[FieldError]:
    """Return the faults of the day; `limit` is the last day of statutory advice."""
    if asked.due_on is None:
        return []
    if asked.due_on < today:
        return [FieldError("due_on", Wording(N_("The due date must be today or later")))]
    if limit is not None and asked.due_on != limit and not asked.due_reason:
        text = N_("The law gives 6 weeks. Enter why another date was agreed")
        return [FieldError("due_reason", Wording(text))]
    return []


def _adviser_faults(
    work: UnitOfWork, version: FormVersion, organisation_id: int, reason: str
) -> list[FieldError]:
    """Return an error when the adviser's organisation is not of the form's kind and no reason is given."""
    body = work.get(Organisation, organisation_id)
    if body.kind.name in version.template.audience or reason:
        return []
    text = N_(
        "%(name)s is registered as “%(profession)s”, which does not give this advice. "
        "Choose another adviser, or enter why you are asking them"
    )
    kind = Wording(PROFESSION_LABELS[body.kind])
    return [FieldError("adviser_reason", Wording(text, name=body.name, profession=kind))]


def _already_asked(work: UnitOfWork, organisation_id: int) -> FieldError:
    name = work.get(Organisation, organisation_id).name
    text = N_("%(name)s has already been asked for this advice and has not sent it yet")
    return FieldError("adviser", Wording(text, name=name))


def _is_same_request(work: UnitOfWork, awaited: Advice, person_id: int | None, asked: Asked) -> bool:
    """Return whether the same person was asked for the same advice by the same day a moment ago.

    The officer pressed the button twice.
    """
    day = awaited.due_on if awaited.statutory else awaited.wanted_by
    same_day = asked.due_on in (None, day)
    same_words = (awaited.asking_note, awaited.adviser_reason) == (asked.note, asked.adviser_reason)
    again = work.is_repeat(awaited.created_at, awaited.asked_by_id)
    return again and same_day and same_words and awaited.asked_person_id == person_id


def _awaited(work: UnitOfWork, person_id: int | None, *same: ColumnElement[bool]) -> Advice | None:
    """Return the same advice that is already requested, or None, so that it is not requested twice.

    Two people of one service may each be asked. Information that is still awaited does not prevent a request
    for statutory advice.
    """
    statement = (
        select(Advice)
        .join(FormVersion, FormVersion.id == Advice.form_version_id)
        .where(*same, Advice.state.in_(OPEN_TO_WRITING))
    )
    if person_id is not None:
        statement = statement.where(or_(Advice.author_id == person_id, Advice.asked_person_id == person_id))
    return work.session.scalars(statement.order_by(Advice.id).limit(1)).first()
