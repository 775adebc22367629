"""The access policy in plain English, made from what the program goes by: docs/access.md, for the council to review.

Nothing is decided here. Grants, steps and rules come from the rules and the row policies; this module has their words.
"""

from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any

from app.core.roles import GRANTS, ROLE_LABELS, Role, WorkflowRole
from app.forms.rules.workflow import STATE_LABELS, WORKFLOWS, FormState, Workflow
from app.operations.access_words import DOORS, FORMS, PARTS, PUBLIC_PAGES, ROLES, STANDING, STEPS, TABLES
from app.store.policies import IN_WORDS, OPEN_TO_ALL, ROW_POLICIES

INTRODUCTION = """\
# Who may do what in the portal

This is the access policy the portal goes by. It is written by the program from the same tables that open its pages,
allow its buttons and choose its rows, so it can't say one thing and do another. Do not change it by hand: change the
rule, then run `flask --app run portal access-manual`. A test fails while the two differ.

An action needs all three: a role that opens the page, a form in the right state in the right hands, and a row that the
person may see. What somebody may not see is answered exactly like what does not exist.
"""


def access_manual() -> str:
    """The whole of docs/access.md."""
    parts = (INTRODUCTION, _people(), _pages(), _forms(), _rows())
    return "\n".join(part.strip() + "\n" for part in parts)


def _people() -> str:
    rows = [(ROLE_LABELS[role], ROLES[role]) for role in Role]
    return _section(
        "1. The roles",
        "A professional is nothing else, nor is a parent or an administrator; an officer may also be a manager.",
        ("Role", "Who"),
        rows,
    )


def _pages() -> str:
    heading = ("What", *(ROLE_LABELS[role] for role in Role))
    granted = frozenset().union(*GRANTS.values())
    rows = [
        (text, *("yes" if (door, level) in GRANTS[role] else "no" for role in Role))
        for (door, level), text in DOORS.items()
        if (door, level) in granted
    ]
    without = "Without logging in, anybody may open " + _listed(PUBLIC_PAGES.values()) + ". Nothing else."
    return _section("2. Who may open which pages", without, heading, rows)


def _forms() -> str:
    hands = "\n".join(f"- **{name}**: {meaning}" for name, meaning in PARTS.values())
    text = "Who may do what next with a form depends on its state, and on what somebody is to that form:"
    steps = [f"### {FORMS[kind]}\n\n{_steps(workflow)}" for kind, workflow in WORKFLOWS.items()]
    more = "Anything that is not in these tables is refused."
    return "\n\n".join(["## 3. Who may do what next with a form", text, hands, more, *steps])


def _steps(workflow: Workflow) -> str:
    rows = [
        (
            STEPS[step.name],
            _listed((STATE_LABELS[state] for state in FormState if state in step.start), "or"),
            _listed((PARTS[part][0] for part in WorkflowRole if part in step.allowed_roles), "or"),
            STATE_LABELS[step.end],
        )
        for step in workflow.steps.values()
    ]
    return _table(("What", "When the form is", "By", "Then it is"), rows)


def _rows() -> str:
    meanings = "\n".join(f"- **{word}**: {_said(meaning)}" for word, meaning in IN_WORDS.items())
    ruled = [
        STANDING,
        *((TABLES[table], _said(ROW_POLICIES[table])) for table in TABLES if table in ROW_POLICIES),
    ]
    unruled = _listed(TABLES[table] for table in TABLES if table in OPEN_TO_ALL)
    text = (
        "Every list, search, count, choice and download shows these rows and no others. "
        f"Not limited, because they say nothing about a child or about somebody's way in: {unruled}."
    )
    before = f"{text}\n\n{meanings}"
    return _section("4. Who sees which rows", before, ("What is kept", "Who sees it"), ruled)


def _said(rule: Any) -> str:
    return " ".join((getdoc(rule) or "").split())


def _section(title: str, text: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return f"## {title}\n\n{text}\n\n{_table(heading, rows)}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _listed(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
