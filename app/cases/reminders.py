"""Remind people of advice that is due soon or late: by itself on the days of the rules, and when an officer asks."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.events import AdviceReminder, LeadsReminded
from app.cases.reminder_tables import Reminder, ReminderRule
from app.cases.rules.reminders import ReminderDay, ReminderTo, is_time_to_remind, reminder_due
from app.cases.tables import Case
from app.core.clock import in_london
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.core.wording import N_, Wording
from app.forms.tables.forms import AUTHORS_DATE, AWAITED_ADVICE, Advice

MOST_AT_ONCE = 100


def send_due_reminders(context: AppContext) -> int:
    """Send the reminders whose day has come and return how many; none at night or on days off. For the worker.

    Each is sent in a transaction of its own: one that fails does not hold back the others, and a form that is sent at this
    moment gets none.
    """
    if not is_time_to_remind(in_london(context.clock.now())):
        return 0
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "advice that is due soon or late is looked for")
        rules = [ReminderDay(row.days, row.goes_to) for row in work.session.scalars(select(ReminderRule))]
        due = _due(work, rules)
    sent = 0
    for form_id in due:
        try:
            sent += _send(context, form_id, rules)
        except Conflict:  # another worker, or an officer, sent it at this moment
            continue
    return sent


def _due(work: UnitOfWork, rules: Sequence[ReminderDay]) -> list[int]:
    """Return the forms of which someone is to be reminded today."""
    if not rules:
        return []
    latest = work.today - timedelta(days=min(each.days for each in rules))
    found = select(Advice.id, Advice.asked_on, AUTHORS_DATE).where(AWAITED_ADVICE, latest >= AUTHORS_DATE)
    rows = work.session.execute(found.order_by(AUTHORS_DATE, Advice.id)).all()
    sent = _sent(work, [row[0] for row in rows])
    return [
        form_id
        for form_id, asked_on, due_on in rows
        if reminder_due(rules, asked_on, due_on, sent[form_id, due_on], work.today) is not None
    ]


def _sent(work: UnitOfWork, form_ids: Collection[int]) -> dict[tuple[int, date], list[int]]:
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    rows = select(Reminder.form_id, Reminder.due_on, Reminder.days).where(Reminder.form_id.in_(form_ids))
    for form_id, due_on, days in work.session.execute(rows):
        found[form_id, due_on].append(days)
    return found


def _send(context: AppContext, form_id: int, rules: Sequence[ReminderDay]) -> bool:
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "an author is reminded of advice")
        form, due_on = _held(work, form_id)
        if form is None or due_on is None:
            return False
        rule = reminder_due(rules, form.asked_on, due_on, _sent(work, [form_id])[form_id, due_on], work.today)
        if rule is None:
            return False
        _record(work, form, due_on, rule.days, to_colleagues=rule.to is not ReminderTo.author)
        if rule.to is ReminderTo.lead and form.organisation_id is not None:
            newest = select(Case.number).where(Case.child_id == form.child_id).order_by(Case.id.desc())
            number = work.session.scalars(newest.limit(1)).first() or ""
            work.record(LeadsReminded(organisation_id=form.organisation_id, case=number))
    return True


def _held(work: UnitOfWork, form_id: int) -> tuple[Advice | None, date | None]:
    """Return the advice, locked, and its author's date, while it is awaited."""
    found = select(Advice, AUTHORS_DATE).where(Advice.id == form_id, AWAITED_ADVICE)
    row = work.session.execute(found.with_for_update(of=Advice)).one_or_none()
    return (row[0], row[1]) if row is not None else (None, None)


def _record(work: UnitOfWork, form: Advice, due_on: date, days: int, *, to_colleagues: bool) -> None:
    reminder = Reminder(
        form_id=form.id,
        due_on=due_on,
        days=days,
        sent_by_id=work.who.user_id if work.who is not None else None,
        created_at=work.now,
    )
    work.add_only(reminder, Conflict("Reminder"))
    work.record(
        AdviceReminder(
            child_id=form.child_id,
            form_id=form.id,
            days=(work.today - due_on).days,
            due_on=due_on.isoformat(),
            to_colleagues=to_colleagues,
        )
    )


@dataclass(frozen=True)
class Chased:
    """The advice of which someone was, or would be, reminded, and the other forms with the reason."""

    reminded: Sequence[Advice]
    not_reminded: Sequence[tuple[Advice, Wording]]


def preview_reminders(work: UnitOfWork, form_ids: Collection[int]) -> Chased:
    """Return what reminding of these forms would do, and change nothing; for the SEN team only."""
    return _sorted_out(work, form_ids)


def remind(work: UnitOfWork, form_ids: Collection[int]) -> Chased:
    """Remind the authors of these forms and their colleagues at once, and return what was done; for the SEN team only.

    No one is reminded of the same form twice on a day. Raises ValidationFailed where none or too many were chosen.
    """
    if not form_ids or len(form_ids) > MOST_AT_ONCE:
        text = Wording(N_("Choose 1 to %(most)s forms"), most=MOST_AT_ONCE)
        raise ValidationFailed(FieldError("form", text))
    found = _sorted_out(work, form_ids, held=True)
    for form in found.reminded:
        due_on = work.session.scalars(select(AUTHORS_DATE).where(Advice.id == form.id)).one()
        _record(work, form, due_on, (work.today - due_on).days, to_colleagues=True)
    return found


def _sorted_out(work: UnitOfWork, form_ids: Collection[int], *, held: bool = False) -> Chased:
    if not work.me.in_sen_team:
        raise Forbidden("remind")
    found = select(Advice, AUTHORS_DATE).where(Advice.id.in_(form_ids)).order_by(Advice.id)
    found = found.options(joinedload(Advice.child))
    if held:
        found = found.with_for_update(of=Advice)
    rows = work.session.execute(found).all()
    awaited = set(work.session.scalars(select(Advice.id).where(Advice.id.in_(form_ids), AWAITED_ADVICE)))
    sent_today = select(Reminder.form_id).where(
        Reminder.form_id.in_(form_ids), Reminder.created_at >= work.now - timedelta(hours=20)
    )
    already = set(work.session.scalars(sent_today))
    reminded: list[Advice] = []
    not_reminded: list[tuple[Advice, Wording]] = []
    for form, due_on in rows:
        if form.id not in awaited:
            not_reminded.append((form, Wording(N_("It was sent or cancelled"))))
        elif due_on is None:
            not_reminded.append((form, Wording(N_("It has no due date"))))
        elif form.id in already:
            not_reminded.append((form, Wording(N_("A reminder was sent in the last 20 hours"))))
        else:
            reminded.append(form)
    return Chased(reminded, not_reminded)
