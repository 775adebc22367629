"""The statutory notices of a case: which one follows which step, their merge fields, and their text as blocks.

A text is plain paragraphs, with an empty line between them. A line that begins with "# " is a heading, lines that begin
with "- " are a list. A merge field is a name in braces.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.cases.rules.case_states import CaseState
from app.core.wording import N_


class NoticeKind(enum.Enum):
    """A notice that the law asks for, by its key in the templates."""

    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    N4 = "N4"
    N5 = "N5"
    N6 = "N6"
    N7 = "N7"
    N8 = "N8"


NOTICE_LABELS: Mapping[NoticeKind, str] = {
    NoticeKind.N1: N_("Considering an assessment"),
    NoticeKind.N2: N_("Will assess"),
    NoticeKind.N3: N_("Will not assess"),
    NoticeKind.N4: N_("Request for advice"),
    NoticeKind.N5: N_("Will not make a plan"),
    NoticeKind.N6: N_("Letter with the draft plan"),
    NoticeKind.N7: N_("Consultation about a place"),
    NoticeKind.N8: N_("Letter with the final plan"),
}

BY_STATE: Mapping[CaseState, Sequence[NoticeKind]] = {
    CaseState.received: (NoticeKind.N1,),
    CaseState.assessing: (NoticeKind.N2, NoticeKind.N4),
    CaseState.not_assessing: (NoticeKind.N3,),
    CaseState.not_issuing: (NoticeKind.N5,),
    CaseState.draft_served: (NoticeKind.N6, NoticeKind.N7),
    CaseState.plan_in_force: (NoticeKind.N8,),
}
"""The notices that can be served in each state of a case."""

REFUSALS: Mapping[CaseState, NoticeKind] = {
    CaseState.not_assessing: NoticeKind.N3,
    CaseState.not_issuing: NoticeKind.N5,
}
"""The notice that completes a refusal: until it is served the council has not notified the family (regs 5 and 10)."""

WITH_RIGHTS = frozenset({NoticeKind.N3, NoticeKind.N5, NoticeKind.N8})
"""Notices from which the family's time for mediation and for an appeal is counted (regs 32 and 33)."""

_RIGHTS = ("mediation_until", "mediation_adviser", "appeal_until", "disagreement_resolution", "sendiass")

NEEDED_BY_LAW: Mapping[NoticeKind, Sequence[str]] = {
    NoticeKind.N3: ("reasons", *_RIGHTS),
    NoticeKind.N4: ("due_on",),
    NoticeKind.N5: ("reasons", *_RIGHTS),
    NoticeKind.N6: ("comments_until",),
    NoticeKind.N7: ("due_on",),
    NoticeKind.N8: _RIGHTS,
}
"""The fields without which a text does not say what the law requires of the notice: the reasons of a refusal (CFA 2014,
ss. 36(9) and 37(5)), the time to comment (reg. 13(1)), and appeal, mediation, disagreement resolution and advice (regs 5,
10, 14 and 32)."""

OF_NOTICE = "recipient_name"
"""The field that differs from copy to copy of one notice."""

FIELDS: Mapping[str, str] = {
    "child_name": N_("The child’s name"),
    "child_date_of_birth": N_("The child’s date of birth"),
    "case_number": N_("The number of the case"),
    "recipient_name": N_("The name of the recipient of this copy"),
    "received_on": N_("The day the request was received"),
    "decided_on": N_("The day of the decision that holds"),
    "due_on": N_("The last day for what the notice asks, or for the council’s next step"),
    "reasons": N_("The reasons of the decision that holds"),
    "officer_name": N_("The officer who works on the case"),
    "council_name": N_("The council’s name"),
    "sen_phone": N_("The SEN team’s phone number"),
    "sen_email": N_("The SEN team’s email address"),
    "appeal_until": N_("The last day to appeal"),
    "mediation_until": N_("The last day to contact the mediation adviser"),
    "comments_until": N_("The last day for comments on the draft plan"),
    "advisers": N_("Those who were asked for advice, as a list"),
    "setting": N_("The school or college that the plan names"),
    "sendiass": N_("The local information and advice service, with its phone number"),
    "mediation_adviser": N_("The mediation adviser, with how to reach them"),
    "disagreement_resolution": N_("The disagreement resolution service, with how to reach it"),
}
"""The merge fields of a text, with what each is filled in with."""

EXAMPLE: Mapping[str, str] = {
    "child_name": "Sam Example",
    "child_date_of_birth": "1 May 2018",
    "case_number": "2026-0001",
    "recipient_name": "Alex Example",
    "received_on": "2 November 2026",
    "decided_on": "7 December 2026",
    "due_on": "22 March 2027",
    "reasons": "The reasons that the officer entered with the decision.",
    "officer_name": "Robin Example",
    "appeal_until": "8 February 2027",
    "mediation_until": "8 February 2027",
    "comments_until": "1 March 2027",
    "advisers": "- Example Primary School\n- Example Children’s Therapies",
    "setting": "Example Primary School",
}
"""Invented values with which a manager sees a text before it is saved."""

_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def unknown_fields(*texts: str) -> list[str]:
    """Return the names in braces that are no merge field, each once, in order."""
    return [name for name in fields_in(*texts) if name not in FIELDS]


def fields_left_out(kind: NoticeKind, *texts: str) -> list[str]:
    """Return the fields that the law needs in this notice and that are in none of these texts."""
    present = fields_in(*texts)
    return [name for name in NEEDED_BY_LAW.get(kind, ()) if name not in present]


def fields_in(*texts: str) -> list[str]:
    """Return the names in braces in these texts, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in _FIELD.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with these values in place of their fields; a field without a value stays as it is."""
    return _FIELD.sub(lambda found: values.get(found[1]) or found[0], text)


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list of a text."""

    kind: str
    """"heading", "paragraph" or "list"."""
    lines: tuple[str, ...]
    """The lines of the paragraph, or the items of the list."""


def blocks(text: str) -> list[Block]:
    """Return the text as headings, paragraphs and lists."""
    return [block for part in re.split(r"\n\s*\n", text.strip()) for block in _blocks_of(part)]


def _blocks_of(part: str) -> Iterator[Block]:
    run: list[str] = []
    of_run = "paragraph"
    for line in filter(None, (each.strip() for each in part.splitlines())):
        kind = "heading" if line.startswith("# ") else "list" if line.startswith("- ") else "paragraph"
        if run and (kind != of_run or kind == "heading"):
            yield Block(of_run, tuple(run))
            run = []
        run.append(line if kind == "paragraph" else line[2:].strip())
        of_run = kind
    if run:
        yield Block(of_run, tuple(run))
