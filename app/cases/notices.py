"""Write and serve the statutory notices of a case (SEND Regulations 2014, regs 4, 5, 10, 13, 14 and 32)."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.cases import child_and_case_for_update
from app.cases.decisions import latest_decision
from app.cases.duties import due_day, keep_duties, start_duty
from app.cases.duty_rules import due_date
from app.cases.events import NoticeRead, NoticeServed
from app.cases.notice_tables import Notice, NoticeCopy, NoticeTemplate
from app.cases.notice_values import in_words, standing_values
from app.cases.plan_tables import Served
from app.cases.plans import latest_draft
from app.cases.queries.withheld import notices_in
from app.cases.rules.notices import (
    BY_STATE,
    FIELDS,
    NEEDED_BY_LAW,
    OF_NOTICE,
    REFUSALS,
    WITH_RIGHTS,
    NoticeKind,
    fields_in,
    filled,
)
from app.cases.tables import Case
from app.children.tables import Child, ChildLink
from app.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidState,
    NotFound,
    ValidationFailed,
)
from app.core.text_input import character_faults, clean_line, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.sharing import ask_before_sharing, family_of

LONGEST_TITLE = 200
LONGEST_BODY = 20_000
LONGEST_OTHERS = 1000
MOST_OTHERS = 10
SECRET_SINCE = N_(
    "An address must be kept secret since you opened this page. Check the text for it and for the name of a school, "
    "then send again"
)


@dataclass(frozen=True)
class NoticeText:
    """The text of a notice as the officer sees it first: all that is known of the case is filled in."""

    template_id: int
    title: str
    body: str


@dataclass(frozen=True)
class NoticeToServe:
    """A notice as the officer wrote it, how and when it is served, and to whom."""

    kind: NoticeKind
    title: str
    body: str
    served_on: date | None
    served: Served | None
    links: frozenset[int] = frozenset()
    """The people of the family who read it in the portal."""
    despite: frozenset[int] = frozenset()
    """Those of them about whom the officer confirmed a warning."""
    others: str = ""
    """Everyone else who gets a copy, one on each line."""


@dataclass(frozen=True)
class CopyToServe:
    """One copy: for whom, and the text with their name in it."""

    link_id: int | None
    recipient: str
    body: str


@dataclass(frozen=True)
class CheckedNotice:
    """A notice without faults, with its copies and the days that follow from it."""

    title: str
    body: str
    served_on: date
    copies: Sequence[CopyToServe]


def text_for(work: UnitOfWork, case_id: int, kind: NoticeKind) -> NoticeText:
    """Return the newest text of a notice with what is known of the case; for the SEN team.

    Fields that depend on the day of serving or on the recipient stay, and so do fields for which nothing is known.
    Raises InvalidState where the case is not at the step that needs this notice.
    """
    case = work.get(Case, case_id)
    if kind not in BY_STATE.get(case.state, ()):
        raise InvalidState("serve_notice")
    template = newest_template(work.session, kind)
    values = standing_values(work, case)
    return NoticeText(template.id, filled(template.title, values), filled(template.body, values))


def newest_template(session: Session, kind: NoticeKind) -> NoticeTemplate:
    """Return the version of a text from which new notices are written."""
    found = select(NoticeTemplate).where(NoticeTemplate.kind == kind).order_by(NoticeTemplate.number.desc())
    return session.scalars(found.limit(1)).one()


def check_notice(
    work: UnitOfWork, case: Case, to_serve: NoticeToServe, *, warned_secret: bool = True
) -> CheckedNotice:
    """Return the notice with its copies, to be shown or served. `warned_secret` is whether the screen on which it was
    written warned that an address is secret. Raises ValidationFailed with each fault, among them a person whom a form
    may name as one who must not know."""
    if to_serve.kind not in BY_STATE.get(case.state, ()):
        raise InvalidState("serve_notice")
    family = {each.link_id: each.person_name for each in family_of(work, case.child_id)}
    if to_serve.links - family.keys():
        raise Conflict("ChildLink")
    others = [name for name in map(clean_line, to_serve.others.splitlines()) if name]
    faults = [*_served_faults(work, case, to_serve), *_recipient_faults(to_serve, others)]
    title, body = clean_line(to_serve.title), clean_lines(to_serve.body)
    values: Mapping[str, str] = {}
    if to_serve.served_on is not None:
        values = {
            **standing_values(work, case),
            **_values_at_serving(work, case, to_serve.kind, to_serve.served_on),
        }
        title, body = filled(title, values), filled(body, values)
    faults += _text_faults(title, body)
    if not faults:
        faults += _law_faults(to_serve.kind, body, values)
    if faults or to_serve.served_on is None:
        raise ValidationFailed(*faults)
    asked = [
        each for each in family_of(work, case.child_id) if each.link_id in to_serve.links - to_serve.despite
    ]
    child = work.get(Child, case.child_id)
    if child.contact_risk and not warned_secret:
        raise ValidationFailed(FieldError("body", Wording(SECRET_SINCE)))
    ask_before_sharing(work, child, asked)
    recipients = [
        *((link, family[link]) for link in sorted(to_serve.links)),
        *((None, name) for name in others),
    ]
    copies = [CopyToServe(link, name, filled(body, {OF_NOTICE: name})) for link, name in recipients]
    return CheckedNotice(title, body, to_serve.served_on, copies)


def serve_notice(
    work: UnitOfWork, case_id: int, to_serve: NoticeToServe, *, warned_secret: bool = True
) -> Notice:
    """Record that a notice was served, let those chosen read it in the portal, and return it; for the SEN team only.

    A refusal is complete on the day its notice is served (regs 5 and 10). A notice that gives the right to mediation
    and to appeal starts the family's time for both (regs 32 and 33). Pressing twice serves it once. The worker makes
    the files. Raises ValidationFailed with each fault.
    """
    if not work.me.in_sen_team:
        raise Forbidden("serve_notice")
    case = child_and_case_for_update(work, case_id)
    checked = check_notice(work, case, to_serve, warned_secret=warned_secret)
    if (before := _same_just_now(work, case, to_serve, checked)) is not None:
        return before
    has_rights = to_serve.kind in WITH_RIGHTS
    notice = work.add(
        Notice(
            case_id=case.id,
            template_id=newest_template(work.session, to_serve.kind).id,
            kind=to_serve.kind,
            title=checked.title,
            body=checked.body,
            served_on=checked.served_on,
            served=to_serve.served,
            recorded_by_id=work.me.user_id,
            created_at=work.now,
            mediation_until=start_duty(work, case, "mediation_contact", checked.served_on).due_on
            if has_rights
            else None,
            appeal_until=start_duty(work, case, "appeal", checked.served_on).due_on if has_rights else None,
        )
    )
    add_copies(work, notice, checked.copies)
    if REFUSALS.get(case.state) is to_serve.kind and (decision := latest_decision(work, case.id)):
        keep_duties(work, case, decision.decided_on)
    work.record(
        NoticeServed(
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            notice_id=notice.id,
            kind=to_serve.kind.name,
            links=tuple(sorted(to_serve.links)),
        )
    )
    return notice


def add_copies(work: UnitOfWork, notice: Notice, copies: Sequence[CopyToServe]) -> None:
    """Add a copy for each recipient."""
    for each in copies:
        work.session.add(
            NoticeCopy(
                notice_id=notice.id, link_id=each.link_id, recipient=each.recipient, created_at=work.now
            )
        )
    work.session.flush()


def copies_of(work: UnitOfWork, case_ids: Collection[int]) -> list[NoticeCopy]:
    """Return the copies of notices in these cases for this reader, the newest first, with their notices.

    The notice of a copy that is withheld from its reader is not loaded.
    """
    found = select(NoticeCopy).where(NoticeCopy.notice_id.in_(notices_in(case_ids)))
    found = found.options(joinedload(NoticeCopy.notice))
    return list(work.session.scalars(found.order_by(NoticeCopy.notice_id.desc(), NoticeCopy.id)))


def read_copy(work: UnitOfWork, copy_id: int) -> tuple[NoticeCopy, str, int]:
    """Return a copy, its text and the id of the child, and record that it was read.

    Raises NotFound, also for its reader while it is withheld.
    """
    copy = work.get(NoticeCopy, copy_id, joinedload(NoticeCopy.notice))
    if copy.withheld_at is not None and not work.me.in_sen_team:
        raise NotFound("Notice")
    child_id = _child_of(work, copy)
    work.record(NoticeRead(child_id=child_id, notice_id=copy.notice_id))
    return copy, body_of(copy), child_id


def body_of(copy: NoticeCopy) -> str:
    """Return the text of a copy, with the name of its recipient."""
    return filled(copy.notice.body, {OF_NOTICE: copy.recipient})


def _child_of(work: UnitOfWork, copy: NoticeCopy) -> int:
    """Return the id of the child; a reader of the family finds it by their link, because they may not see cases."""
    if work.me.in_sen_team or copy.link_id is None:
        return work.get(Case, copy.notice.case_id).child_id
    return work.get(ChildLink, copy.link_id).child_id


def _same_just_now(
    work: UnitOfWork, case: Case, to_serve: NoticeToServe, checked: CheckedNotice
) -> Notice | None:
    """Return the notice that was served a moment ago with the same text to the same people, for a button pressed twice and
    for two officers at once.

    Raises ValidationFailed where the text is the same and the recipients are others: a person chosen now must not be left
    out without a word.
    """
    found = (
        select(Notice)
        .where(Notice.case_id == case.id, Notice.kind == to_serve.kind)
        .order_by(Notice.id.desc())
    )
    last = work.session.scalars(found.limit(1)).one_or_none()
    if last is None or not work.is_just_now(last.created_at):
        return None
    entered = (checked.title, checked.body, checked.served_on, to_serve.served)
    if (last.title, last.body, last.served_on, last.served) != entered:
        return None
    copies = work.session.execute(
        select(NoticeCopy.link_id, NoticeCopy.recipient).where(NoticeCopy.notice_id == last.id)
    )
    if {(row[0], row[1]) for row in copies} == {(each.link_id, each.recipient) for each in checked.copies}:
        return last
    text = N_(
        "This notice was sent a moment ago to other people. To let someone else read it, choose “Who can open what was "
        "sent” on the child’s page"
    )
    raise ValidationFailed(FieldError("links", Wording(text)))


def _values_at_serving(work: UnitOfWork, case: Case, kind: NoticeKind, served_on: date) -> Mapping[str, str]:
    """Return the days that a notice served on this day names."""
    days: dict[str, date | None] = {}
    if kind in WITH_RIGHTS:
        days["appeal_until"] = due_date(work.session, "appeal", served_on)
        days["mediation_until"] = due_date(work.session, "mediation_contact", served_on)
    draft = latest_draft(work, case.id)
    days["comments_until"] = draft.comments_until if draft is not None else None
    if kind is NoticeKind.N1:
        days["due_on"] = due_day(work, case.id, "decide_to_assess")
    elif kind is NoticeKind.N4:
        days["due_on"] = due_date(work.session, "give_advice", served_on)
    elif kind is NoticeKind.N7:
        days["due_on"] = due_date(work.session, "setting_reply", served_on)
    else:
        days["due_on"] = due_day(work, case.id, "final_plan")
    return {name: in_words(day) for name, day in days.items() if day is not None}


def _served_faults(work: UnitOfWork, case: Case, to_serve: NoticeToServe) -> list[FieldError]:
    faults = []
    if to_serve.served is None:
        faults.append(FieldError("served", Wording(N_("Choose how the notice is sent"))))
    if to_serve.served_on is None:
        faults.append(FieldError("served_on", Wording(N_("Enter the day on which the notice is sent"))))
    elif to_serve.served_on > work.today:
        faults.append(
            FieldError(
                "served_on", Wording(N_("The day on which the notice is sent must be today or in the past"))
            )
        )
    elif to_serve.served_on < _earliest(work, case, to_serve.kind):
        text = N_("The notice cannot have been sent before the step that it tells of")
        faults.append(FieldError("served_on", Wording(text)))
    return faults


def _earliest(work: UnitOfWork, case: Case, kind: NoticeKind) -> date:
    if kind in (NoticeKind.N6, NoticeKind.N7) and (draft := latest_draft(work, case.id)) is not None:
        return draft.served_on
    decision = (
        latest_decision(work, case.id) if kind in (NoticeKind.N2, NoticeKind.N3, NoticeKind.N5) else None
    )
    return decision.decided_on if decision is not None else case.received_on


def _recipient_faults(to_serve: NoticeToServe, others: Sequence[str]) -> list[FieldError]:
    faults = character_faults("others", to_serve.others)
    if not to_serve.links and not others:
        faults.append(FieldError("others", Wording(N_("Choose or enter at least one recipient"))))
    if len(others) > MOST_OTHERS or len(to_serve.others) > LONGEST_OTHERS:
        text = N_("Enter at most %(most)s recipients, each on a line")
        faults.append(FieldError("others", Wording(text, most=MOST_OTHERS)))
    if to_serve.served is Served.portal and not to_serve.links:
        text = N_("Choose at least one person who can open it in the portal, or another way of sending it")
        faults.append(FieldError("served", Wording(text)))
    return faults


def _text_faults(title: str, body: str) -> list[FieldError]:
    faults = [
        *length_faults("title", title, LONGEST_TITLE, N_("Enter the title of the notice")),
        *length_faults("body", body, LONGEST_BODY, N_("Enter the text of the notice")),
    ]
    for field, text in (("title", title), ("body", body)):
        left = [name for name in fields_in(text) if name != OF_NOTICE or field == "title"]
        if left:
            words = N_("Replace %(fields)s with your own words. Nothing is known to fill in")
            fields = ", ".join(f"{{{name}}}" for name in left)
            faults.append(FieldError(field, Wording(words, fields=fields)))
    return faults


def _law_faults(kind: NoticeKind, body: str, values: Mapping[str, str]) -> list[FieldError]:
    """Return a fault for each fact that the law requires of the notice and that was deleted from its text.

    The officer may write the reasons in other words than those of the decision.
    """
    needed = {
        name: clean_lines(values.get(name, "")) for name in NEEDED_BY_LAW.get(kind, ()) if name != "reasons"
    }
    held = Counter(needed.values())  # two last days are often the same, and each must be named
    missing = [(name, value) for name, value in needed.items() if value and _times(value, body) < held[value]]
    text = N_("By law this notice says more. Add to the text: %(field)s: %(value)s")
    return [
        FieldError("body", Wording(text, field=Wording(FIELDS[name]), value=value)) for name, value in missing
    ]


def _times(value: str, body: str) -> int:
    """Return how often a text holds a value as words of their own: "18 February" does not hold "8 February"."""
    return len(re.findall(rf"(?<!\w){re.escape(value)}(?!\w)", body))


def length_faults(field: str, text: str, longest: int, missing: str) -> list[FieldError]:
    """Return what is wrong with a text that is needed: it is missing, too long, or has characters we cannot use."""
    if not text:
        return [FieldError(field, Wording(missing))]
    if len(text) > longest:
        return [FieldError(field, Wording(N_("Use %(longest)s characters or fewer"), longest=longest))]
    return character_faults(field, text)
