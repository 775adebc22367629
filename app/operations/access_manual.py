"""Generation of the access policy in plain English, docs/access.md, for the council to review.

Grants, workflow steps and row policies come from the code that enforces them; access_words.py has the texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from inspect import getdoc
from typing import Any

from app.cases.rules.case_states import CASE, CASE_STATE_LABELS
from app.core.database.policies import IN_WORDS, OPEN_TO_ALL, ROW_POLICIES
from app.core.roles import GRANTS, ROLE_LABELS, Role, WorkflowRole
from app.core.workflow import State, Workflow
from app.forms.rules.workflow import STATE_LABELS, WORKFLOWS
from app.operations.access_words import (
    FORMS,
    GRANT_TEXTS,
    PUBLIC_PAGES,
    ROLES,
    STANDING,
    STEPS,
    TABLES,
    WORKFLOW_ROLE_TEXTS,
)

INTRODUCTION = """\
# Who may do what in the portal

This is the access policy the portal goes by. It is generated from the same tables that open its pages,
allow its buttons and choose its rows, so that it cannot differ from the portal. Do not edit it: change the
rule, then run `flask --app run portal access-manual`. A test fails while the two differ.

An action needs all of these: a role that opens the page, a form in the right state, and a row that the person may see.
A row that a person may not see gets the same answer as one that does not exist.
"""


def access_manual() -> str:
    """Return the text of docs/access.md."""
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
        (text, *("yes" if (view, level) in GRANTS[role] else "no" for role in Role))
        for (view, level), text in GRANT_TEXTS.items()
        if (view, level) in granted
    ]
    without = "Without logging in, anyone may open " + _listed(PUBLIC_PAGES.values()) + ". Nothing else."
    return _section("2. Who may open which pages", without, heading, rows)


def _forms() -> str:
    roles = "\n".join(f"- **{name}**: {meaning}" for name, meaning in WORKFLOW_ROLE_TEXTS.values())
    text = "Who may do what next with a form depends on its state, and on a person's role in that form:"
    steps = [f"### {FORMS[kind]}\n\n{_steps(workflow, STATE_LABELS)}" for kind, workflow in WORKFLOWS.items()]
    of_case = f"### A case\n\n{_steps(CASE, CASE_STATE_LABELS)}"
    more = "Anything that is not in these tables is refused."
    return "\n\n".join(
        ["## 3. Who may do what next with a form or a case", text, roles, more, *steps, of_case]
    )


def _steps(workflow: Workflow[State], labels: Mapping[State, str]) -> str:
    rows = [
        (
            STEPS[step.name],
            _listed((label for state, label in labels.items() if state in step.start), "or"),
            _listed(
                (WORKFLOW_ROLE_TEXTS[part][0] for part in WorkflowRole if part in step.allowed_roles), "or"
            ),
            labels[step.end],
        )
        for step in workflow.steps.values()
    ]
    return _table(("What", "When it is", "By", "Then it is"), rows)


def _rows() -> str:
    meanings = "\n".join(f"- **{word}**: {_doc_text(meaning)}" for word, meaning in IN_WORDS.items())
    ruled = [
        STANDING,
        *((TABLES[table], _doc_text(ROW_POLICIES[table])) for table in TABLES if table in ROW_POLICIES),
    ]
    unruled = _listed(TABLES[table] for table in TABLES if table in OPEN_TO_ALL)
    text = (
        "Every list, search, count, choice and download shows these rows and no others. "
        f"Not limited, because they say nothing about a child or about a log-in: {unruled}."
    )
    before = f"{text}\n\n{meanings}"
    return _section("4. Who sees which rows", before, ("Data", "Who sees it"), ruled)


def _doc_text(rule: Any) -> str:
    return " ".join((getdoc(rule) or "").split())


def _section(title: str, text: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return f"## {title}\n\n{text}\n\n{_table(heading, rows)}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _listed(words: Iterable[str], last: str = "and") -> str:
    """Return the words as "a, b and c"."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
