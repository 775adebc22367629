"""Read the rules of duties, and add a version for a change of the law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.rules.duties import Rule, Rules, Unit, rule_faults
from app.cases.rules.exceptions import EXCEPTION_LABELS
from app.cases.tables import DutyRule
from app.core.database.compiled_query import CompiledQuery
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.roles import Role
from app.core.text_input import character_faults, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST_TEXT = 500

RULE_COLUMNS = (
    DutyRule.key,
    DutyRule.number,
    DutyRule.effective_from,
    DutyRule.unit,
    DutyRule.length,
    DutyRule.day_of_year,
    DutyRule.first_day_counts,
    DutyRule.moves_out_of_holidays,
    DutyRule.who,
    DutyRule.starts_from,
    DutyRule.regulation,
    DutyRule.note,
    DutyRule.excused_by,
    DutyRule.id,
)
"""The columns from which `rule_from` makes a rule."""
_RULES = CompiledQuery(select(*RULE_COLUMNS))


def rules_of(session: Session) -> Rules:
    """Return the rules of all duties, read in one statement: a version entered a moment ago counts."""
    return Rules(map(rule_from, _RULES.rows(session)))


def rule_from(row: Sequence[Any]) -> Rule:
    """Return a rule made from a row of RULE_COLUMNS."""
    *values, excused_by, number = row
    return Rule(*(*values, tuple(excused_by), number))


def due_date(session: Session, key: str, starts_on: date) -> date:
    """Return the last day of a duty that starts on this day."""
    return rules_of(session).due_on(key, starts_on)


@dataclass(frozen=True)
class NewVersion:
    """A version of a rule as a manager enters it."""

    key: str
    effective_from: date | None
    unit: Unit | None
    length: int | None
    regulation: str
    day_of_year: str = ""
    first_day_counts: bool = False
    moves_out_of_holidays: bool = False
    note: str = ""
    excused_by: tuple[str, ...] = ()


def add_version(work: UnitOfWork, entered: NewVersion) -> DutyRule:
    """Add a version of a rule and return it; for SEN managers only.

    It applies to duties that start from its day on, which is to come: no duty that runs gets another last day. What the
    duty is counted from and who has it stay. Pressing twice adds it once. Raises ValidationFailed with each fault, and
    Conflict when another manager adds a version at the same moment.
    """
    if not work.me.has(Role.sen_manager):
        raise Forbidden("add_version")
    latest = _latest(work.session, entered.key)
    if latest is None:
        raise ValidationFailed(FieldError("key", Wording(N_("Choose the duty"))))
    version = DutyRule(
        key=latest.key,
        number=latest.number + 1,
        effective_from=entered.effective_from,
        unit=entered.unit,
        length=entered.length or 0,
        day_of_year=clean_lines(entered.day_of_year),
        first_day_counts=entered.first_day_counts,
        moves_out_of_holidays=entered.moves_out_of_holidays,
        who=latest.who,
        starts_from=latest.starts_from,
        regulation=clean_lines(entered.regulation),
        note=clean_lines(entered.note),
        excused_by=[code for code in EXCEPTION_LABELS if code in entered.excused_by],
        entered_by_id=work.me.user_id,
        created_at=work.now,
    )
    if faults := _faults(work.today, entered, version):
        raise ValidationFailed(*faults)
    if work.is_repeat(latest.created_at, latest.entered_by_id) and _says_the_same(version, latest):
        return latest
    work.add_only(version, Conflict("DutyRule"))
    work.record(ReferenceChanged(table=DutyRule.__tablename__, row_id=version.id, change="added"))
    return version


def _latest(session: Session, key: str) -> DutyRule | None:
    found = select(DutyRule).where(DutyRule.key == key).order_by(DutyRule.number.desc()).limit(1)
    return session.scalars(found).one_or_none()


def _says_the_same(version: DutyRule, latest: DutyRule) -> bool:
    names = [column.key for column in RULE_COLUMNS if column.key not in ("id", "number")]
    return all(getattr(version, name) == getattr(latest, name) for name in names)


def _faults(today: date, entered: NewVersion, version: DutyRule) -> list[FieldError]:
    faults = []
    if entered.effective_from is None:
        faults.append(FieldError("effective_from", Wording(N_("Enter the day from which it applies"))))
    elif entered.effective_from <= today:
        faults.append(
            FieldError("effective_from", Wording(N_("The day from which it applies must be to come")))
        )
    length = rule_faults(entered.unit, entered.length, version.day_of_year)
    faults += [FieldError(field, Wording(text)) for field, text in length]
    if not version.regulation:
        faults.append(FieldError("regulation", Wording(N_("Enter the regulation"))))
    for field, text in (("regulation", version.regulation), ("note", version.note)):
        if len(text) > LONGEST_TEXT:
            words = N_("Use %(longest)s characters or fewer")
            faults.append(FieldError(field, Wording(words, longest=LONGEST_TEXT)))
        faults += character_faults(field, text)
    return faults
