"""Start and finish the duties of a case, and keep the day of the council's next duty on the case.

Whatever changes a case's duties holds the case (`case_for_update`), or has just added it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, func, select

from app.cases.duty_rules import rules_of
from app.cases.notice_tables import Notice
from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import RIGHTS, Bearer, DutyDates, Ending, Rule, Rules, due_on, next_duty
from app.cases.rules.exceptions import excuses
from app.cases.rules.notices import REFUSALS
from app.cases.tables import Case, CaseException, Decision, Duty, cases_in
from app.core.unit_of_work import UnitOfWork

FROM_RECEIPT = ("decide_to_assess", "no_plan_notice", "final_plan")
"""The duties that start on the day the council receives a request (regs 5, 10 and 13)."""
NOT_DECIDED = frozenset({CaseState.received, CaseState.withdrawn})
NO_PLAN = ("no_plan_notice", "tribunal_no_plan")
FINAL_PLAN = ("final_plan", "tribunal_assessed_plan", "tribunal_plan")
"""The duties to send the notice that there is no plan, and the final plan: from the request or from an order."""
ORDERED: Mapping[CaseState, Sequence[str]] = {
    CaseState.assessing: ("tribunal_no_plan", "tribunal_assessed_plan"),
    CaseState.preparing_plan: ("tribunal_draft", "tribunal_plan"),
}
"""The duties that an order of the Tribunal, or an agreement in mediation, starts (regs 42 and 44)."""
GOES_ON = frozenset({CaseState.assessing, CaseState.preparing_plan})
"""States in which no refusal holds, so that there is nothing to appeal against."""
ENDINGS: Mapping[CaseState, Mapping[Ending, Sequence[str]]] = {
    CaseState.not_assessing: {Ending.not_needed: (*NO_PLAN, *FINAL_PLAN)},
    CaseState.preparing_plan: {Ending.not_needed: NO_PLAN},
    CaseState.not_issuing: {Ending.done: NO_PLAN, Ending.not_needed: (*FINAL_PLAN, "tribunal_draft")},
    CaseState.draft_served: {Ending.not_needed: NO_PLAN, Ending.done: ("tribunal_draft",)},
    CaseState.plan_in_force: {
        Ending.not_needed: (*NO_PLAN, "views_on_draft"),
        Ending.done: (*FINAL_PLAN, "tribunal_draft"),
    },
    CaseState.withdrawn: {
        Ending.not_needed: (*NO_PLAN, *FINAL_PLAN, "decide_to_assess", "tribunal_draft", "views_on_draft")
    },
}
"""The duties that are done, or not needed any more, once a case is in a state."""


class _Duties:
    """The duties of one case, read once."""

    def __init__(self, work: UnitOfWork, case: Case, rules: Rules | None = None) -> None:
        self.work, self.case = work, case
        self.rules = rules or rules_of(work.session)
        rows = select(Duty).where(Duty.case_id == case.id).order_by(Duty.id)
        self.rows = {row.key: row for row in work.session.scalars(rows)}
        """The latest duty of each key."""

    def start(self, key: str, starts_on: date) -> Duty:
        """Start a duty, or count the latest one from another day if it runs or from this day already."""
        rule = self.rules.rule(key, starts_on)
        row = self.rows.get(key)
        if row is None or (row.ending is not None and row.starts_on != starts_on):
            row = Duty(case_id=self.case.id, key=key, created_at=self.work.now)
            self.work.session.add(row)
            self.rows[key] = row
        row.rule_id, row.starts_on, row.due_on = rule.id, starts_on, due_on(rule, starts_on)
        row.ending = row.ended_on = None
        return row

    def finish(self, key: str, ended_on: date, ending: Ending) -> None:
        """End the latest duty of this key, or correct how it ended."""
        if (row := self.rows.get(key)) is not None:
            row.ending, row.ended_on = ending, ended_on

    def finish_all(self, keys: Iterable[str], ended_on: date, ending: Ending) -> None:
        """End the latest duty of each of these keys."""
        for key in keys:
            self.finish(key, ended_on, ending)

    def store(self) -> None:
        """Write the duties and whether each is excused, and the day of the next one on the case."""
        by_id = {rule.id: rule for rule in self.rules}
        spans = [each.span for each in exceptions_in(self.work, self.case.id)]
        for row in self.rows.values():
            row.excused = bool(excuses(by_id[row.rule_id], row.starts_on, row.due_on, spans))
        following = next_duty(
            (_dates(row, by_id[row.rule_id].who) for row in self.rows.values()),
            makes_no_plan=self.case.state is CaseState.not_issuing,
        )
        self.case.due_on = None if following is None else following.due_on
        self.case.excused = following is not None and following.excused
        self.work.session.flush()


def _dates(row: Duty, who: Bearer) -> DutyDates:
    return DutyDates(row.key, row.starts_on, row.due_on, who, "", row.ending, row.ended_on, row.excused)


def exceptions_in(work: UnitOfWork, case_id: int) -> list[CaseException]:
    """Return the exceptions of a case that are not withdrawn, in order; empty for readers outside the SEN team."""
    found = select(CaseException).where(
        CaseException.case_id == case_id, CaseException.withdrawn_at.is_(None)
    )
    return list(work.session.scalars(found.order_by(CaseException.first_day, CaseException.id)))


def excuse_duties(work: UnitOfWork, case: Case) -> None:
    """Store again which duties of a case are excused, after an exception was recorded or withdrawn."""
    _Duties(work, case).store()


def duties_with_rules(work: UnitOfWork, case: Case) -> list[tuple[Duty, Rule]]:
    """Return the latest duty of each key in a case, with the version of the rule that it follows from."""
    duties = _Duties(work, case)
    by_id = {rule.id: rule for rule in duties.rules}
    return [(row, by_id[row.rule_id]) for row in duties.rows.values()]


def start_duty(work: UnitOfWork, case: Case, key: str, starts_on: date) -> Duty:
    """Start a duty of a case that is counted from this day, and return it.

    A duty that runs already is counted from this day instead. Raises UnknownDuty.
    """
    duties = _Duties(work, case)
    duty = duties.start(key, starts_on)
    duties.store()
    return duty


def finish_duty(work: UnitOfWork, case: Case, key: str, ended_on: date, ending: Ending = Ending.done) -> None:
    """End the latest duty of this key, or correct the day and the way it ended; nothing where there is none."""
    duties = _Duties(work, case)
    duties.finish(key, ended_on, ending)
    duties.store()


def advice_asked(work: UnitOfWork, child_id: int, asked_on: date, rules: Rules) -> None:
    """Start the duty to give advice in the case in which the council assesses a child, unless it runs (reg. 8)."""
    assessing = select(Case).where(Case.child_id == child_id, cases_in(CaseState.assessing))
    first = assessing.order_by(Case.received_on, Case.id).limit(1).with_for_update(of=Case)
    case = work.session.scalars(first).first()
    if case is None:
        return
    duties = _Duties(work, case, rules)
    advice = duties.rows.get("give_advice")
    if advice is None or advice.ending is not None:
        duties.start("give_advice", asked_on)
        duties.store()


def final_plan_limit(work: UnitOfWork, case_id: int) -> str:
    """Return the key of the duty to send the final plan that runs in a case: from the request, or from an order."""
    runs = select(Duty.key).where(Duty.case_id == case_id, Duty.key.in_(FINAL_PLAN), Duty.ending.is_(None))
    return work.session.scalars(runs.order_by(Duty.id.desc()).limit(1)).first() or FINAL_PLAN[0]


def due_day(work: UnitOfWork, case_id: int, key: str) -> date | None:
    """Return the last day of the latest duty of this key in a case; None where there is none."""
    found = select(Duty.due_on).where(Duty.case_id == case_id, Duty.key == key)
    return work.session.scalars(found.order_by(Duty.id.desc()).limit(1)).first()


def keep_duties(work: UnitOfWork, case: Case, step_on: date | None = None) -> None:
    """Store the duties that follow from the day of receipt and from the state of a case, whichever has changed.

    `step_on` is the day of the step that led to the state; today where it is not given.
    """
    duties = _Duties(work, case)
    _derive(duties, step_on or work.today, _notice_served(work, case, step_on))
    duties.store()


def start_ordered_duties(work: UnitOfWork, case: Case, ordered_on: date) -> None:
    """Start the duties that an order or agreement of this day starts, in place of those from the day of receipt."""
    duties = _Duties(work, case)
    for key in ORDERED[case.state]:
        duties.start(key, ordered_on)
    _derive(duties, ordered_on)
    duties.store()


def _notice_served(work: UnitOfWork, case: Case, decided_on: date | None) -> date | bool:
    """Return the day on which the family was served the notice of a refusal, False until then, and True where the case
    is not refused or has no decision in its history.

    A notice counts that was served on the day of the decision or later.
    """
    kind = REFUSALS.get(case.state)
    if kind is None:
        return True
    if decided_on is None:
        history = select(Decision.decided_on).where(Decision.case_id == case.id)
        decided_on = work.session.scalars(history.order_by(Decision.number.desc()).limit(1)).first()
    if decided_on is None:
        return True
    served = select(func.min(Notice.served_on)).where(
        Notice.case_id == case.id, Notice.kind == kind, Notice.served_on >= decided_on
    )
    return work.session.scalar(served) or False


def _derive(duties: _Duties, step_on: date, served: date | bool = True) -> None:
    """Start and finish what follows from the case; `served` says whether, or when, the notice of a refusal was served."""
    case = duties.case
    done_before = _done(duties)
    for key in FROM_RECEIPT:
        duties.start(key, case.received_on)
    ordered = {key for keys in ORDERED.values() for key in keys} & duties.rows.keys()
    for key in ordered:
        duties.start(key, duties.rows[key].starts_on)
    _finish_decision(duties, step_on, served)
    if "tribunal_assessed_plan" in ordered and (refused_on := _refused_on(duties)) is not None:
        duties.finish("decide_to_assess", refused_on, Ending.done)
    for ending, keys in ENDINGS.get(case.state, {}).items():
        is_notice = case.state is CaseState.not_issuing and ending is Ending.done
        if served or not is_notice:
            duties.finish_all(keys, served if is_notice and isinstance(served, date) else step_on, ending)
    if case.state in GOES_ON:
        running = [key for key in RIGHTS & duties.rows.keys() if duties.rows[key].ending is None]
        duties.finish_all(running, step_on, Ending.not_needed)
    if ordered:
        duties.finish_all(("no_plan_notice", "final_plan"), step_on, Ending.not_needed)
    if "tribunal_draft" in ordered and (noticed_on := _noticed_on(duties, CaseState.not_issuing)) is not None:
        notice = "tribunal_no_plan" if "tribunal_no_plan" in ordered else "no_plan_notice"
        duties.finish(notice, noticed_on, Ending.done)
    stays = done_before if case.state is CaseState.withdrawn else done_before.keys() & {"tribunal_draft"}
    for key in stays:
        duties.finish(key, done_before[key], Ending.done)


def _refused_on(duties: _Duties) -> date | None:
    """Return the day of the council's own refusal to assess that was overturned: that of its notice, or of the decision.

    The council met or missed its six weeks on that day, whatever mediation or the Tribunal decided later.
    """
    refused = CaseState.not_assessing
    return _noticed_on(duties, refused) or duties.work.session.scalar(_last_refusal(duties, refused))


def _noticed_on(duties: _Duties, refused: CaseState) -> date | None:
    """Return the day on which the notice of the last refusal of this kind was served, or None."""
    noticed = select(func.min(Notice.served_on)).where(
        Notice.case_id == duties.case.id,
        Notice.kind == REFUSALS[refused],
        Notice.served_on >= _last_refusal(duties, refused).scalar_subquery(),
    )
    return duties.work.session.scalar(noticed)


def _last_refusal(duties: _Duties, refused: CaseState) -> Select[date]:
    """Return the statement for the day of the last refusal of this kind."""
    return select(func.max(Decision.decided_on)).where(
        Decision.case_id == duties.case.id, Decision.outcome == refused
    )


def _done(duties: _Duties) -> dict[str, date]:
    """Return the day on which each duty was done, before what follows from the case is derived again."""
    found = {key: row.ended_on for key, row in duties.rows.items() if row.ending is Ending.done}
    return {key: ended_on for key, ended_on in found.items() if ended_on is not None}


def _finish_decision(duties: _Duties, step_on: date, served: date | bool) -> None:
    """Finish the duty to decide whether to assess and to tell the family; a refusal is complete with its notice (reg. 5)."""
    case = duties.case
    decided_on = case.decided_on or step_on
    if case.state is CaseState.not_assessing:
        if served:
            duties.finish("decide_to_assess", served if isinstance(served, date) else decided_on, Ending.done)
    elif case.state not in NOT_DECIDED or case.decided_on is not None:
        duties.finish("decide_to_assess", decided_on, Ending.done)
