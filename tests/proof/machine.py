"""The story that Hypothesis tells, step by step, in the portal and in the model at once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis.stateful import invariant

from app.core.errors import NotFound
from app.core.unit_of_work import Work
from app.forms.form_context import look_at
from app.models import Child, ChildLink, Document, Form, Invitation, Message, SectionDraft
from tests.proof.model import Someone
from tests.proof.paper_acts import PaperActs
from tests.proof.people_acts import PeopleActs
from tests.proof.stage import NEVER, Portal


class Story(PeopleActs, PaperActs):
    """What people do. `acts` says of each act whether it may succeed; the portal must agree."""

    # --- what must hold after every step ------------------------------------------------------------

    @invariant()
    def the_portal_answers_as_the_model_says(self) -> None:
        model = self.model
        kinds: list[tuple[Any, dict[int, Any], Callable[[Someone, int], bool]]] = [
            (Child, model.children, model.reads_child), (ChildLink, model.links, model.reads_link),
            (Form, model.papers, model.reads_paper), (SectionDraft, model.drafts, model.reads_draft),
            (Document, model.files, model.reads_file), (Message, model.letters, model.reads_letter),
            (Invitation, model.guests, model.reads_guest),
        ]  # fmt: skip
        for key in self.chance.sample(sorted(model.people), 3):
            who = model.people[key]
            with self.portal.works(key) as work:
                for table, things, reads in kinds:
                    for number in self.chance.sample(sorted(things), min(3, len(things))):
                        self._same(
                            key,
                            f"reads {table.__name__} {number}",
                            _finds(work, table, number),
                            reads(who, number),
                        )
                for number in self.chance.sample(sorted(model.papers), 2):
                    self._same(
                        key, f"writes form {number}", _writes(work, number), model.may_write(who, number)
                    )
            self._asks_at_the_door(who)

    def _asks_at_the_door(self, who: Someone) -> None:
        """One page or file, as the browser gets it; what is not theirs is answered like what never was."""
        model, browser = self.model, self.portal.browser(who.key)
        places = [
            ("/children/{}", model.children, model.reads_child),
            ("/messages/{}", model.letters, model.reads_letter),
        ]
        sent = {number: paper for number, paper in model.papers.items() if paper.sent}
        places += [
            ("/forms/{}/read", sent, model.reads_paper),
            ("/documents/{}/download", model.files, model.reads_file),
        ]
        path, things, reads = self.chance.choice([place for place in places if place[1]])
        number = self.chance.choice(sorted(things))
        with browser.get(path.format(number)) as answer:
            status = answer.status_code
        opens = reads(who, number) and "admin" not in who.roles
        self._same(who.key, f"opens {path.format(number)}", status == 200, opens)
        if not opens:
            with browser.get(path.format(NEVER)) as answer:
                assert answer.status_code == status, (
                    f"{path}: {status}, and {answer.status_code} for what never was"
                )

    def _same(self, key: str, what: str, portal: bool, model: bool) -> None:
        type(self).checked["may" if model else "may not"] += 1
        assert portal == model, f"{key} {what}: the portal says {portal}, the model {model}"


def _finds(work: Work, table: Any, number: int) -> bool:
    if work.who is None:
        return False
    try:
        work.get(table, number)
    except NotFound:
        return False
    return True


def _writes(work: Work, number: int) -> bool:
    if work.who is None:
        return False
    try:
        return look_at(work, number).writable
    except NotFound:
        return False


def story_of(begin: Callable[[], Portal]) -> type[Story]:
    """The story, each time in a portal of its own."""
    return type("StoryInAPortal", (Story,), {"begin": staticmethod(begin), "checked": Counter()})
