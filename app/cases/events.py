"""Events about the people and organisations linked to a child."""

from dataclasses import dataclass

from app.core.events import Event, FormEvent, LinkEvent, PersonEvent


class ChildLinked(LinkEvent):
    """A professional, or an organisation's queue, was linked to a child."""


@dataclass(frozen=True, kw_only=True)
class RelationshipCorrected(LinkEvent):
    """The SEN team corrected what a linked person is to a child."""

    before: str
    after: str


class LinkTakenUp(LinkEvent):
    """A professional took a child from the organisation's queue."""


@dataclass(frozen=True, kw_only=True)
class LinkAssigned(LinkEvent):
    """A professional assigned a child to a colleague, or took over a colleague's."""

    assigned_before_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class WorkLeft(Event):
    """The last person of an organisation left a child, and the organisation is barred from it."""

    organisation_id: int


class ReturnedToQueue(LinkEvent):
    """A child is in the organisation's queue again, because the professional assigned to it left."""


@dataclass(frozen=True, kw_only=True)
class WorkHandedOver(Event):
    """A professional's children and unfinished forms went to the organisation's queue, or stay with colleagues."""

    person_id: int
    organisation_id: int
    children: int
    with_colleagues: int
    forms: int


@dataclass(frozen=True, kw_only=True)
class OrganisationLeftUse(Event):
    """An organisation is no longer in use: its staff can read nothing, and its open forms have no author."""

    organisation_id: int
    children: int
    forms: int


class ColleagueBroughtIn(LinkEvent):
    """A linked professional shared the child with a colleague of the same organisation."""


class LinkEnded(LinkEvent):
    """A link ended; the person or organisation can no longer see the child."""


@dataclass(frozen=True, kw_only=True)
class CaseEvent(Event):
    """An event about one case, and about the form of its request where there is one."""

    case_id: int
    form_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestRecorded(CaseEvent):
    """An officer recorded a request that reached the council by another way than the portal."""

    source: str
    channel: str
    received_on: str


class AssessmentAgreed(CaseEvent):
    """The council agreed to assess (reg. 5)."""


class AssessmentDeclined(CaseEvent):
    """The council decided not to assess (reg. 5)."""


@dataclass(frozen=True, kw_only=True)
class DecisionCorrected(CaseEvent):
    """A decision was replaced by another; the decision table has both."""

    before: str
    number: int


class CorrectedToAssess(DecisionCorrected):
    """The corrected decision is to assess (reg. 5)."""


class CorrectedNotToAssess(DecisionCorrected):
    """The corrected decision is not to assess (reg. 5)."""


@dataclass(frozen=True, kw_only=True)
class OwnerChange(CaseEvent):
    """An event by which another officer has a case; `before` had it until now."""

    person_id: int
    before: int | None = None


class CaseOwnerChanged(OwnerChange):
    """Another officer has a case now, and gets no message of this one."""


@dataclass(frozen=True, kw_only=True)
class CaseHandedOver(OwnerChange):
    """An officer handed one case to a colleague."""

    by_id: int


@dataclass(frozen=True, kw_only=True)
class CaseWithoutOwner(CaseEvent):
    """The officer who had a case left the SEN team, and no one has it."""

    person_id: int


@dataclass(frozen=True, kw_only=True)
class CasesHandedOver(PersonEvent):
    """An officer handed several cases to a colleague at once."""

    cases: int
    by_id: int


@dataclass(frozen=True, kw_only=True)
class CasesLeft(PersonEvent):
    """An officer left the SEN team, and their cases have no owner."""

    cases: int


class CorrectedToIssue(DecisionCorrected):
    """The corrected decision is to make a plan (reg. 10 and 13)."""


class CorrectedNotToIssue(DecisionCorrected):
    """The corrected decision is to make no plan (reg. 10)."""


class PlanAgreed(CaseEvent):
    """The council decided to make a plan (CFA 2014, s. 37)."""


class PlanDeclined(CaseEvent):
    """The council decided to make no plan (reg. 10)."""


@dataclass(frozen=True, kw_only=True)
class DecisionOverturned(CaseEvent):
    """Mediation or the Tribunal put another decision in the place of the council's, which stays in the history."""

    before: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class CaseWithdrawn(CaseEvent):
    """The request was withdrawn."""

    before: str


class CaseResumed(CaseEvent):
    """A withdrawn case goes on where it was."""


@dataclass(frozen=True, kw_only=True)
class PlanServed(CaseEvent):
    """A plan was sent to the family. `links` are the people who can open it in the portal."""

    plan_id: int
    number: int
    links: tuple[int, ...] = ()


class DraftPlanServed(PlanServed):
    """A draft plan was sent to the family for comments (reg. 13(1))."""


class FinalPlanIssued(PlanServed):
    """The final plan was sent to the family (reg. 13(2))."""


@dataclass(frozen=True, kw_only=True)
class NoticeServed(CaseEvent):
    """A notice was served. `links` are the people of the family who read it in the portal."""

    notice_id: int
    kind: str
    links: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SentCopiesOpened(CaseEvent):
    """The SEN team let people of the family open plans and notices that were sent before: the ids of each with the link."""

    plans: tuple[tuple[int, int], ...] = ()
    notices: tuple[tuple[int, int], ...] = ()
    links: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeRead(Event):
    """A person opened a notice in the portal."""

    notice_id: int


@dataclass(frozen=True, kw_only=True)
class SettingConsulted(CaseEvent):
    """A school or college was asked whether it can offer a place (CFA 2014, s. 38 and 40)."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class SettingReplied(CaseEvent):
    """The reply of a school or college about a place was recorded, or recorded again."""

    organisation_id: int
    reply: str


class FamilyViewsInvited(CaseEvent):
    """The SEN team invited the parent or young person to give their views for the assessment (reg. 6(1)(a))."""


@dataclass(frozen=True, kw_only=True)
class CoverArranged(PersonEvent):
    """A person covers for a colleague who is away."""

    away_id: int
    by_id: int


@dataclass(frozen=True, kw_only=True)
class CoverEnded(PersonEvent):
    """A person no longer covers for a colleague."""

    away_id: int


@dataclass(frozen=True, kw_only=True)
class AdviceReminder(FormEvent):
    """People were reminded of advice that is awaited: the author, or also their colleagues linked to the child.

    `days` counts from the due date, below 0 before it.
    """

    days: int
    due_on: str
    to_colleagues: bool = False


@dataclass(frozen=True, kw_only=True)
class LeadsReminded(Event):
    """The leads of an organisation got a message that its advice is late; they may not see the child, so no child is named."""

    organisation_id: int
    case: str


@dataclass(frozen=True, kw_only=True)
class ExceptionEvent(CaseEvent):
    """An event about an exception to a limit; `number` is its row."""

    code: str
    number: int


class ExceptionRecorded(ExceptionEvent):
    """An officer recorded that an exception in law applies to a limit of a case."""


class ExceptionWithdrawn(ExceptionEvent):
    """An officer withdrew an exception that was recorded wrongly."""


@dataclass(frozen=True, kw_only=True)
class CaseReturnRecorded(CaseEvent):
    """An officer entered what the SEN2 return asks about a case; `fields` names the answers that changed."""

    fields: tuple[str, ...]
