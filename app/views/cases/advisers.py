"""Choices of whom to ask for advice: people and queues that are linked, and those found by a search."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.cases.queries.child_page import organisations_named, professionals_named
from app.children.queries.involved import involved_with
from app.views.children.links import words_of
from app.views.web.i18n import gettext as _

PERSON, ORGANISATION = "person", "organisation"
LONGEST_SEARCH = 100


class Chosen(NamedTuple):
    """Who was chosen: a person for an organisation, or an organisation's queue."""

    person_id: int | None
    organisation_id: int | None


def adviser_key(person_id: int | None, organisation_id: int) -> str:
    """Return the value of an adviser in a list of choices."""
    return (
        f"{ORGANISATION}-{organisation_id}"
        if person_id is None
        else f"{PERSON}-{person_id}-{organisation_id}"
    )


def adviser_text(person_name: str, organisation_name: str) -> str:
    """Return the text of an adviser in a list of choices; without a person, the organisation's queue."""
    if person_name:
        return f"{person_name}, {organisation_name}"
    return _("%(name)s (not yet assigned)", name=organisation_name)


def chosen_adviser(key: str) -> Chosen:
    """Return who is meant by a value that `adviser_key` made."""
    kind, *numbers = key.split("-")
    return Chosen(int(numbers[0]) if kind == PERSON else None, int(numbers[-1]))


def linked_advisers(session: Session, child_id: int) -> dict[str, str]:
    """Return the professionals and queues linked to a child, by key."""
    return {
        adviser_key(each.person_id, each.organisation_id): adviser_text(
            each.person_name, each.organisation_name
        )
        for each in involved_with(session, child_id)
        if each.organisation_id is not None
    }


def found_advisers(session: Session, looked_for: str) -> dict[str, str]:
    """Return the professionals and organisations with these words in their names, by key."""
    words = words_of(looked_for[:LONGEST_SEARCH])
    if not words:
        return {}
    people = professionals_named(session, words)
    found = {
        adviser_key(each.id, each.organisation_id): f"{each.name}, {each.about}"
        for each in people
        if each.organisation_id is not None
    }
    bodies = organisations_named(session, words)
    return found | {adviser_key(None, each.id): adviser_text("", each.name) for each in bodies}
