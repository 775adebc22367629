"""The facts that the portal knows and fills into forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.wording import N_
from app.forms.definitions.definition import Answers, FormDefinition

FACTS: dict[str, str] = {
    "child.name": N_("Name"),
    "child.forenames": N_("Forenames"),
    "child.surname": N_("Last name"),
    "child.known_as": N_("Known as"),
    "child.date_of_birth": N_("Date of birth"),
    "child.address": N_("Address"),
    "child.postcode": N_("Postcode"),
    "child.postcode_missing_reason": N_("Why there is no UK postcode"),
    "child.upn": N_("UPN"),
    "child.upn_missing_reason": N_("Why there is no UPN"),
    "child.nhs_number": N_("NHS number"),
    "child.year_group": N_("Year group by age"),
    "child.setting": N_("School or setting"),
    "author.name": N_("Your name"),
    "author.job_title": N_("Your job title"),
    "author.organisation": N_("Your organisation"),
    "author.email": N_("Your email address"),
    "author.phone": N_("Your phone number"),
    "request.received_on": N_("Date the request was received"),
    "request.why_now": N_("Why the assessment was asked for"),
    "request.primary_need": N_("Main need in the request"),
    "advice.requested_on": N_("Date the advice was asked for"),
    "advice.due_on": N_("Date the advice is due"),
}
"""Every fact a prefilled question may name in "from".

Dates are ISO text, `child.year_group` the code of the year group (`str(school_year(…))`), everything else the text to
show; an unknown fact is "".
"""

FROM_REQUEST: dict[str, tuple[str, str]] = {
    "request.why_now": ("reason", "why_now"),
    "request.primary_need": ("reason", "primary_need"),
}
"""Facts taken from the request for the assessment, with their section and question.

A reader who may not see the request may not see these facts either.
"""


def facts_needed(definition: FormDefinition, section_id: str | None = None) -> set[str]:
    """Return the facts that this form shows, or that one section shows and the form's conditions depend on."""
    return {
        q.fact
        for section in definition.sections
        for q in section.questions
        if q.fact and (section_id in (None, section.id) or (section.id, q.id) in definition.depended_on)
    }


def with_facts(
    definition: FormDefinition, answers: Answers, facts: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the answers with current facts in the prefilled questions; what people entered is unchanged.

    Do this whenever a draft is opened, saved or checked: conditions may depend on a fact (for example on the year
    group), and a fact can never be posted by a browser.
    """
    filled = {section_id: dict(given) for section_id, given in answers.items()}
    for section in definition.sections:
        for question in section.questions:
            if question.fact:
                filled.setdefault(section.id, {})[question.id] = facts.get(question.fact) or ""
    return filled
