"""Cases: one for each child and request, with the decisions made on it, every correction, and its duties."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, and_, literal_column, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.accounts.tables.people import Person
from app.cases.rules.advice_rows import RouteFor
from app.cases.rules.case_states import CaseState, Channel, DecisionBasis, RequestSource
from app.cases.rules.duties import Bearer, Ending, Unit
from app.cases.rules.exceptions import Span
from app.cases.rules.notices import REFUSALS
from app.children.tables import Child
from app.core.base import Row
from app.core.roles import Profession
from app.forms.rules.paragraphs import Paragraph
from app.forms.tables.forms import FormTemplate, Request
from app.organisations.tables import Organisation


class Case(Row):
    """A request for an assessment that the council received, by any route, and what it decided."""

    __tablename__ = "ehc_case"
    __table_args__ = (
        Index("ix_ehc_case_received_on", "received_on", "id"),
        Index("ix_ehc_case_due_on", "due_on", "id"),
        Index("ix_ehc_case_owner_id", "owner_id", "due_on", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    """The short reference by which people name the case; nothing in it is about the child (rules/case_numbers.py)."""
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("form.id"), unique=True)
    """The form with which it was asked for in the portal; null until one is joined to a request that came otherwise."""
    source: Mapped[RequestSource] = mapped_column()
    channel: Mapped[Channel] = mapped_column(default=Channel.portal)
    statutory: Mapped[bool] = mapped_column(default=True)
    """False where a child was brought to the council's attention (CFA 2014, s. 23 and 24), which is no request under
    s. 36(1) and has the same time limits."""
    received_on: Mapped[date] = mapped_column()
    """The day the request reached the council, which starts the 20 weeks; it may be before the day it was recorded."""
    state: Mapped[CaseState] = mapped_column(default=CaseState.received)
    due_on: Mapped[date | None] = mapped_column()
    """The last day of the council's next duty in `duty`: to decide whether to assess, then the final plan. Null once
    nothing more is due."""
    excused: Mapped[bool] = mapped_column(default=False)
    """Whether an exception that the law allows for that duty is recorded; it does not move the day."""
    decided_on: Mapped[date | None] = mapped_column()
    """The day the decision that holds was made."""
    note: Mapped[str] = mapped_column(default="")
    """Who asked and where the letter is filed, where the request did not come in the portal."""
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The officer who recorded a request that did not come in the portal."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The officer who works on the case; null while no one does."""
    views_invited_on: Mapped[date | None] = mapped_column()
    """The day the parent or young person was invited to give their views and evidence (reg. 6(1)(a)), in the portal or
    otherwise."""
    version: Mapped[int] = mapped_column(default=1)

    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    request: Mapped[Request | None] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class Absence(Row):
    """Days on which an officer is away, and the colleague who covers for them."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_covered_by_id", "covered_by_id", "last_day"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    """Who is away."""
    covered_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    """Who sees the cases of the absent officer in Today."""
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    """The last day on which the colleague covers, inclusive."""
    arranged_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    ended_at: Mapped[datetime | None] = mapped_column()
    """When it was ended early, or because one of them left the SEN team."""


class Decision(Row):
    """One decision on a case: to assess, to make a plan, a withdrawal; or a correction, or what mediation or the Tribunal
    put in its place. Rows are never changed."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_decision_decided_on", "decided_on", "basis", "outcome", "case_id", "number"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"))
    number: Mapped[int] = mapped_column()
    """1 is the first decision; each correction adds 1."""
    outcome: Mapped[CaseState] = mapped_column()
    decided_on: Mapped[date] = mapped_column()
    """The day the decision was made, which may be earlier than the day it was recorded (created_at)."""
    basis: Mapped[DecisionBasis] = mapped_column(default=DecisionBasis.council)
    panel_on: Mapped[date | None] = mapped_column()
    """The day of the panel that advised on it, if there was one."""
    panel_members: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    correction_reason: Mapped[str] = mapped_column(default="")
    """Why the earlier decision was corrected; empty for the first."""
    exception_id: Mapped[int | None] = mapped_column(ForeignKey("case_exception.id"))
    """The recorded exception for which the decision was made after its last day."""
    late_reason: Mapped[str] = mapped_column(default="")
    """Why it was late without an exception."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    recorded_by: Mapped[Person] = relationship(lazy="raise_on_sql")


IS_CORRECTION = Decision.correction_reason != literal_column("''")
Index(
    "ix_decision_corrections",
    Decision.case_id,
    Decision.number,
    sqlite_where=IS_CORRECTION,
    postgresql_where=IS_CORRECTION,
)
_later = aliased(Decision)
CORRECTED = select(_later.case_id, _later.number - 1).where(_later.correction_reason != literal_column("''"))
"""The case and number of each decision whose place a correction took. They are few, and found in the index above."""


class CaseException(Row):
    """A reason for which the law excuses that a limit of a case is missed, with the days and the evidence. The limit
    stays; what is planned is recorded beside it."""

    __tablename__ = "case_exception"

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"), index=True)
    code: Mapped[str] = mapped_column()
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    evidence: Mapped[str] = mapped_column()
    planned_on: Mapped[date] = mapped_column()
    """The day by which the council plans to do what is due."""
    plan: Mapped[str] = mapped_column()
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    withdrawn_reason: Mapped[str] = mapped_column(default="")

    @property
    def span(self) -> Span:
        """Return the days and the reason as the rules take them."""
        return Span(self.code, self.first_day, self.last_day, self.evidence)


class DutyRule(Row):
    """One version of the rule for a duty: how long it is, from what day, and under which regulation. Rows are never
    changed: a duty keeps the version that stood on the day it started."""

    __tablename__ = "duty_rule"
    __table_args__ = (UniqueConstraint("key", "number"),)

    key: Mapped[str] = mapped_column()
    number: Mapped[int] = mapped_column()
    """1 is the first version of this duty's rule."""
    effective_from: Mapped[date] = mapped_column()
    """The first start day to which this version applies."""
    unit: Mapped[Unit] = mapped_column()
    length: Mapped[int] = mapped_column(default=0)
    """How many units after the start the last day is; below 0 where the duty comes before the day it is counted from."""
    day_of_year: Mapped[str] = mapped_column(default="")
    """The last day as month and day, "02-14", where the law names a day."""
    first_day_counts: Mapped[bool] = mapped_column(default=False)
    moves_out_of_holidays: Mapped[bool] = mapped_column(default=False)
    """A last day from 25 December to 1 January, or in August, becomes the next working day after that time."""
    who: Mapped[Bearer] = mapped_column()
    starts_from: Mapped[str] = mapped_column()
    """What the time is counted from, in words."""
    regulation: Mapped[str] = mapped_column()
    note: Mapped[str] = mapped_column(default="")
    excused_by: Mapped[list[Any]] = mapped_column(default=list)
    """The codes of the exceptions that the regulation allows."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The manager who entered this version; null for those that came with the portal."""


class Duty(Row):
    """A duty with a time limit in a case, with the version of the rule that its last day follows from."""

    __tablename__ = "duty"

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"), index=True)
    key: Mapped[str] = mapped_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("duty_rule.id"), index=True)
    starts_on: Mapped[date] = mapped_column()
    due_on: Mapped[date] = mapped_column()
    ending: Mapped[Ending | None] = mapped_column()
    """How the duty ended; null while it runs."""
    ended_on: Mapped[date | None] = mapped_column()
    """The day it was done, or from which it was no longer needed."""
    excused: Mapped[bool] = mapped_column(default=False)
    """Whether an exception that the law allows for it is recorded, for days within its time."""

    rule: Mapped[DutyRule] = relationship(lazy="raise_on_sql")


_runs = Duty.ending.is_(None)
Index("uq_duty_running", Duty.case_id, Duty.key, unique=True, sqlite_where=_runs, postgresql_where=_runs)
"""A duty runs once in a case."""


DONE_DUTIES = Duty.ending == literal_column("'done'")
Index(
    "ix_duty_done",
    Duty.key,
    Duty.ended_on,
    Duty.due_on,
    Duty.excused,
    sqlite_where=DONE_DUTIES,
    postgresql_where=DONE_DUTIES,
)
"""The figures of a month are counted in this index, without the duties of other months."""


class AdviceRoute(Row):
    """To whom the council sends a request for one kind of advice, and for which children.

    It goes to the organisation, where one is named; else to one of the kind that is named; else to the child's own school
    or setting.
    """

    __tablename__ = "advice_route"

    paragraph: Mapped[Paragraph] = mapped_column()
    template_id: Mapped[int] = mapped_column(ForeignKey("form_template.id"))
    service: Mapped[str] = mapped_column(default="")
    """The service of the organisation, so that a trust is asked for speech therapy and occupational therapy apart."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_kind: Mapped[Profession | None] = mapped_column()
    """One of this kind that is linked to the child, or the only one of this kind in use."""
    applies: Mapped[RouteFor] = mapped_column(default=RouteFor.every_child)
    note: Mapped[str] = mapped_column(default="")
    """The note that the officer sends with the request unless they change it."""
    active: Mapped[bool] = mapped_column(default=True)

    template: Mapped[FormTemplate] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    def __repr__(self) -> str:
        return self.service or self.paragraph.name


def cases_in(*states: CaseState) -> ColumnElement[bool]:
    """Return the criterion for cases in these states, written as literals so that the planner can use the partial
    index."""
    return Case.state.in_([literal_column(f"'{state.name}'") for state in states])


UNDECIDED_CASES = cases_in(CaseState.received)
"""Cases in which the council still has to decide whether to assess."""
PLAN_DUE_CASES = cases_in(CaseState.assessing, CaseState.preparing_plan, CaseState.draft_served)
"""Cases in which a final plan, or the decision to make none, is due."""

_waits = and_(UNDECIDED_CASES, Case.request_id.is_(None))
Index("uq_ehc_case_without_form", Case.child_id, unique=True, sqlite_where=_waits, postgresql_where=_waits)
"""A child has one undecided case whose request came without a form: what comes later is added to it."""

# Closed cases outnumber open ones by a hundred to one, so open cases have small indexes of their own.
for _name, _open in (("ix_ehc_case_undecided", UNDECIDED_CASES), ("ix_ehc_case_plan_due", PLAN_DUE_CASES)):
    Index(_name, Case.due_on, Case.id, sqlite_where=_open, postgresql_where=_open)

IS_DUE = Case.due_on.is_not(None)
"""Cases in which something is due."""
Index(
    "ix_ehc_case_figures",
    Case.due_on,
    Case.received_on,
    Case.owner_id,
    Case.state,
    Case.excused,
    sqlite_where=IS_DUE,
    postgresql_where=IS_DUE,
)
"""The figures of open cases are counted in this index alone."""

WITHOUT_NOTICE = and_(cases_in(*REFUSALS), Case.due_on.is_not(None))
"""Refused cases whose notice was not sent: until then the council has not notified the family (regs 5 and 10)."""
Index(
    "ix_ehc_case_without_notice",
    Case.due_on,
    Case.id,
    sqlite_where=WITHOUT_NOTICE,
    postgresql_where=WITHOUT_NOTICE,
)

WITHOUT_OWNER = and_(Case.owner_id.is_(None), Case.due_on.is_not(None))
"""Cases in which something is due and on which no officer works."""
Index(
    "ix_ehc_case_without_owner",
    Case.due_on,
    Case.id,
    sqlite_where=WITHOUT_OWNER,
    postgresql_where=WITHOUT_OWNER,
)
