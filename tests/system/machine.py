"""The story that Hypothesis tells, step by step, in the portal and in the model at once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis.stateful import invariant
from sqlalchemy import select

from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.forms.form_context import load_form
from app.models import (
    Case,
    Child,
    ChildLink,
    ChildMerge,
    Document,
    Form,
    FormReturn,
    Invitation,
    Message,
    Person,
    SectionDraft,
    Submission,
)
from tests.cast import everything
from tests.system.link_acts import LinkActs
from tests.system.model import DECIDED, RECEIVED, Someone
from tests.system.paper_acts import PaperActs
from tests.system.people_acts import PeopleActs
from tests.system.post_acts import PostActs
from tests.system.stage import NEVER, Portal


def _works_for(person: Person) -> tuple[int | None, bool, bool]:
    """The organisation that a person acts for, and whether they are confirmed there and lead it."""
    one = person.membership
    return (
        (None, False, False)
        if one is None
        else (one.organisation_id, one.confirmed_at is not None, one.leads)
    )


class Story(PeopleActs, LinkActs, PaperActs, PostActs):
    """What people do. `acts` says of each act whether it may succeed; the portal must agree."""

    # --- what must hold after every step ------------------------------------------------------------

    @invariant()
    def what_was_changed_is_what_follows_from_the_acts(self) -> None:
        """Links, forms and people are in the portal as in the model: who is linked, what ended, who writes what."""
        model, key_of = self.model, self.key_of
        with everything(self.context) as work:
            links = {
                row.id: (row.child_id, key_of(row.person_id), row.organisation_id, row.part.name,
                         row.through_queue, row.ended_at is not None, row.barred)
                for row in work.session.scalars(select(ChildLink))
            }  # fmt: skip
            papers = {
                row.id: (row.child_id, row.organisation_id, row.state.name, key_of(row.author_id))
                for row in work.session.scalars(select(Form)).unique()
            }
            outcomes = {row.request_id: row.state.name for row in work.session.scalars(select(Case))}
            people = {
                key_of(row.id): (row.active, *_works_for(row))
                for row in work.session.scalars(select(Person)).unique()
            }
        _are_alike(links, {
            number: (link.child, link.person, link.body, link.part, link.queued, link.ended, link.removed)
            for number, link in model.links.items()
        })  # fmt: skip
        _are_alike(papers, {
            number: (paper.child, paper.body, paper.state, paper.author)
            for number, paper in model.papers.items()
        })  # fmt: skip
        _are_alike(
            outcomes,
            {
                number: paper.outcome
                for number, paper in model.papers.items()
                if paper.kind == "request" and paper.state in RECEIVED | DECIDED
            },
        )
        _are_alike(people, {
            key: (who.open, who.body, who.confirmed, who.leads) for key, who in model.people.items()
        })  # fmt: skip

    @invariant()
    def nothing_owed_is_without_anyone(self) -> None:
        assert self.model.without_anyone() == []

    @invariant()
    def the_portal_answers_as_the_model_says(self) -> None:
        model = self.model
        kinds: list[tuple[Any, dict[int, Any], Callable[[Someone, int], bool]]] = [
            (Child, model.children, model.reads_child), (ChildLink, model.links, model.reads_link),
            (Form, model.papers, model.reads_paper), (SectionDraft, model.drafts, model.reads_draft),
            (Submission, model.versions, model.reads_version), (Document, model.files, model.reads_file),
            (Message, model.letters, model.reads_letter), (Invitation, model.guests, model.reads_guest),
            (FormReturn, model.reasons, model.reads_reason), (ChildMerge, model.merges, model.reads_merge),
            (Person, model.accounts, model.reads_person),
        ]  # fmt: skip
        asking = self.chance.sample(sorted(model.people), 3)
        for key in asking:
            who = model.people[key]
            with self.portal.reads(key) as work:
                for table, rows, reads in kinds:
                    asked = set(self.chance.sample(sorted(rows), min(6, len(rows))))
                    found = _found(work, table, asked)
                    for number in sorted(asked):
                        what = f"reads {table.__name__} {number}"
                        self._same(key, what, number in found, reads(who, number))
                for number in self.chance.sample(sorted(model.papers), 2):
                    self._same(
                        key, f"writes form {number}", _writes(work, number), model.may_write(who, number)
                    )
        self._asks_by_browser(model.people[asking[0]])

    def _asks_by_browser(self, who: Someone) -> None:
        """One page or file, as the browser gets it; what is not theirs is answered like what never was."""
        model, browser = self.model, self.portal.browser(who.key)
        sent = {number: paper for number, paper in model.papers.items() if paper.sent}
        places: list[tuple[str, dict[int, Any], Callable[[Someone, int], bool]]] = [
            ("/children/{}", model.children, model.reads_child),
            ("/messages/{}", model.letters, model.reads_letter),
            ("/forms/{}/read", sent, model.reads_paper),
            ("/documents/{}/download", model.files, model.reads_file),
        ]
        path, rows, reads = self.chance.choice([place for place in places if place[1]])
        number = self.chance.choice(sorted(rows))
        with browser.get(path.format(number)) as answer:
            status = answer.status_code
        opens = reads(who, number) and not who.admin
        self._same(who.key, f"opens {path.format(number)}", status == 200, opens)
        if not opens:
            with browser.get(path.format(NEVER)) as answer:
                assert answer.status_code == status, (
                    f"{path}: {status}, and {answer.status_code} for what never was"
                )

    def _same(self, key: str, what: str, portal: bool, model: bool) -> None:
        type(self).checked["may" if model else "may not"] += 1
        assert portal == model, f"{key} {what}: the portal says {portal}, the model {model}"


def _are_alike(portal: dict[Any, Any], model: dict[Any, Any]) -> None:
    """Every row is in both with the same values; the failure shows only those that differ."""
    differ = {
        each: (portal.get(each), model.get(each))
        for each in portal.keys() | model.keys()
        if portal.get(each) != model.get(each)
    }
    assert not differ, f"in the portal, and in the model: {differ}"


def _found(work: UnitOfWork, table: Any, numbers: set[int]) -> set[int]:
    """Which of these rows this person finds."""
    if work.who is None or not numbers:
        return set()
    return set(work.session.scalars(select(table.id).where(table.id.in_(numbers))))


def _writes(work: UnitOfWork, number: int) -> bool:
    if work.who is None:
        return False
    try:
        return load_form(work, number).writable
    except NotFound:
        return False


def story_of(begin: Callable[[], Portal]) -> type[Story]:
    """The story, each time in a portal of its own."""
    return type("StoryInAPortal", (Story,), {"begin": staticmethod(begin), "checked": Counter()})
