"""The rules of duties as the migration enters them, for tests without a database."""

import importlib

from app.cases.rules.duties import Bearer, DutyDates, Rule, Rules, Unit, due_on

_SEED = importlib.import_module("migrations.versions.0025_duties").RULES


def _rule(number: int, row: dict) -> Rule:
    values = {key: value for key, value in row.items() if key != "created_at"}
    values |= {"unit": Unit[row["unit"]], "who": Bearer[row["who"]], "excused_by": tuple(row["excused_by"])}
    return Rule(**values, id=number)


SEEDED = [_rule(number, row) for number, row in enumerate(_SEED, start=1)]
RULES = Rules(SEEDED)


def duty(key: str, starts_on, **more) -> DutyDates:
    """A duty of a case that started on this day."""
    rule = RULES.rule(key, starts_on)
    return DutyDates(key, starts_on, due_on(rule, starts_on), rule.who, rule.regulation, **more)


def duties_from(received_on, **ended) -> list[DutyDates]:
    """The duties of a case that was received on this day; `decide_to_assess=day` says when one was done."""
    keys = ("decide_to_assess", "no_plan_notice", "final_plan")
    return [duty(key, received_on, **(ended.get(key) or {})) for key in keys]
