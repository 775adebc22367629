"""What follows from an act for other people's links and forms, in plain lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.system.model import OPEN, RECEIVED, Guest, Involved, Merge, Model, Paper, Someone

RELAXED: dict[str, Callable[[Model], Callable[..., bool]]] = {
    "by_name": lambda model: (
        lambda who, child: Model.by_name(model, who, child) or model.through_queue(who, child)
    ),
    "holds_link": lambda _model: lambda _who, _child: False,
    "is_confirmed": lambda model: model.works,
    "is_removed": lambda _model: lambda _child, _who: False,
    "may_be_linked": lambda model: model.works,
    "writes": lambda model: (
        lambda who, paper: model.involved(who, paper.child) and (who.parent or paper.body == who.body)
    ),
}
"""Rules of the policy, each as if it did not hold."""


class World(Model):
    """The model, and what the acts change in it. New links that the portal has to make as well are returned."""

    def __init__(self) -> None:
        super().__init__()
        self.left: set[tuple[int, int]] = set()
        """A child and an organisation whose work the SEN team knows to be without anyone."""

    @contextmanager
    def without(self, rule: str) -> Iterator[None]:
        """The model without one rule, to find what only that rule forbids."""
        setattr(self, rule, RELAXED[rule](self))
        try:
            yield
        finally:
            delattr(self, rule)

    def has_someone(self, child: int, body: int, but: str | None = None) -> bool:
        """A colleague who can do the organisation's work is linked by name."""
        return any(
            link.body == body and link.person is not None and link.person != but and self._can_work(link)
            for link in self.of_child(child)
        )

    def _can_work(self, link: Involved) -> bool:
        who = self.people[link.person or ""]
        return who.open and who.professional and who.confirmed and who.body == link.body

    def is_owed(self, child: int, body: int) -> bool:
        """Something is to be sent, or a request may be returned."""
        return any(
            paper.child == child and paper.body == body and is_unfinished(paper)
            for paper in self.papers.values()
        )

    def to_queue(self, child: int, body: int) -> list[Involved]:
        """No one is left for the organisation's work about a child: it waits in the queue, or the SEN team is informed."""
        removed = any(
            link.child == child and link.body == body and link.person is None and link.removed
            for link in self.links.values()
        )
        if removed or not self.bodies[body]:
            self.left.add((child, body))
            return []
        return [] if self.in_queue(child, body) else [Involved(child, None, body)]

    def see_to(self, child: int, body: int) -> list[Involved]:
        """What an organisation has to answer for waits in its queue where no one there can: neither a confirmed
        colleague nor the author is linked."""
        if self.has_someone(child, body) or self.in_queue(child, body):
            return []
        linked = {link.person for link in self.of_child(child) if link.body == body}
        left = [
            paper
            for paper in self.papers.values()
            if paper.child == child and paper.body == body and is_unfinished(paper)
            and paper.author not in linked
        ]  # fmt: skip
        for paper in left:
            paper.author = None
        return self.to_queue(child, body) if left else []

    # --- people -------------------------------------------------------------------------------------

    def hand_over(self, who: Someone) -> list[Involved]:
        """A professional leaves: their links end, and their children and unfinished forms go to the queue."""
        mine = [
            link
            for link in self.links.values()
            if link.person == who.key and link.part == "author" and not link.ended
        ]
        for link in mine:
            link.ended = True
        places: list[Involved] = []
        for link in mine:
            if link.body is not None and not self.has_someone(link.child, link.body, who.key):
                places += self.to_queue(link.child, link.body)
        for paper in self.papers.values():
            if paper.kind != "consent" and paper.author == who.key:
                goes_on = is_unfinished(paper) or paper.state == "submitted"
                paper.author = None if goes_on else paper.author
        return places

    def close(self, who: Someone) -> list[Involved]:
        """An account is closed, with what it sent and what waits for it."""
        places = self.hand_over(who)
        who.open = who.leads = False
        for guest in self.guests.values():
            if guest.email == who.email or (guest.by == who.key and guest.role != "parent"):
                guest.open = False
        return places

    def open_again(self, who: Someone) -> None:
        """What went to the organisation stays there, and someone has to say that they still work for it."""
        who.open = True
        if who.professional:
            who.confirmed = who.leads = False

    def leave(self, who: Someone) -> list[Involved]:
        """Someone no longer works for the organisation."""
        places = self.hand_over(who)
        who.confirmed = who.leads = False
        return places

    def change_roles(self, who: Someone, roles: set[str]) -> list[Involved]:
        places: list[Involved] = []
        if who.professional and "professional" not in roles:
            places = self.hand_over(who)
        if who.professional != ("professional" in roles):
            who.confirmed = who.leads = False
        if who.roles - roles:
            for guest in self.guests.values():
                guest.open = guest.open and (guest.by != who.key or guest.role == "parent")
        who.roles = set(roles)
        return places

    def move(self, who: Someone, body: int) -> list[Involved]:
        """The SEN team approves that someone works for another organisation now."""
        places = self.hand_over(who)
        who.body, who.confirmed, who.leads = body, True, False
        return places

    # --- links --------------------------------------------------------------------------------------

    def lift(self, child: int, person: str | None, body: int | None) -> None:
        """The SEN team links whom it had removed."""
        for link in self.links.values():
            if link.child == child and link.person == person and (person is not None or link.body == body):
                link.removed = False

    def remove(self, link: Involved) -> None:
        """The SEN team ends a link; what would bring the same person back ends with it."""
        link.ended = link.removed = True
        if link.person is not None:
            who = self.people[link.person]
            for guest in self.guests.values():
                if guest.child == link.child and (guest.email == who.email or guest.name == who.name):
                    guest.open = False

    def assign(self, link: Involved, to: Someone) -> list[Involved]:
        """A child goes from the queue, or from a colleague, to someone, and with the child what is to be written."""
        before, already = link.person, self.holds_link(to, link.child)
        for paper in self.papers.values():
            ours = paper.child == link.child and paper.body == link.body and paper.kind != "consent"
            if ours and paper.state in OPEN and paper.author == before:
                paper.author = to.key
        if before is None and not already:
            link.person, link.queued = to.key, True
            return []
        link.ended = True
        return [] if already else [Involved(link.child, to.key, to.body, queued=True)]

    def step_back(self, who: Someone, link: Involved) -> list[Involved]:
        """Someone leaves a child. What the organisation owes does not stay without anyone."""
        link.ended = True
        for paper in self.papers.values():
            ours = paper.child == link.child and paper.body == link.body and paper.state in OPEN
            if ours and paper.kind == "advice" and paper.author == who.key:
                paper.author = None
        if link.body is None or not self.is_owed(link.child, link.body):
            return []
        if self.has_someone(link.child, link.body) or self.in_queue(link.child, link.body):
            return []
        return self.to_queue(link.child, link.body)

    def note_risk(self, child: int) -> None:
        """An address is secret from now on; files that were shared may hold it."""
        if not self.children[child].risk:
            self.children[child].risk = True
            for paper in self.papers.values():
                if paper.child == child:
                    paper.with_files = False

    # --- records ------------------------------------------------------------------------------------

    def may_merge(self, newer: int, older: int) -> bool:
        """Not where someone removed from one record would come back through the other, where someone works who is not
        confirmed, or where the same form is open in both."""
        removed = {
            newer: [link for link in self.links.values() if link.child == newer and link.removed],
            older: [link for link in self.links.values() if link.child == older and link.removed],
        }
        if any(self._comes_back(gone, older) for gone in removed[newer]):
            return False
        if any(self._comes_back(gone, newer) for gone in removed[older]):
            return False
        people = [
            self.people[link.person]
            for link in (*self.of_child(newer), *self.of_child(older))
            if link.person is not None and link.part == "author"
        ]
        mine = [paper for paper in self.papers.values() if paper.child == newer]
        theirs = [paper for paper in self.papers.values() if paper.child == older]
        doubled = any(_is_double(one, other) for one in mine for other in theirs)
        return not doubled and all(who.confirmed for who in people)

    def _comes_back(self, gone: Involved, other: int) -> bool:
        """Someone removed from one record is linked or invited to the other."""
        if gone.person is None:
            return any(
                link.body == gone.body and (link.person is None or link.queued)
                for link in self.of_child(other)
            )
        who = self.people[gone.person]
        return self.holds_link(who, other) or any(
            guest.open and guest.child == other and (guest.email == who.email or guest.name == who.name)
            for guest in self.guests.values()
        )

    def merge(self, newer: int, older: int) -> Merge:
        """Everything of the newer record belongs to the older one; who is linked to both stays linked once."""
        if self.children[newer].risk or self.children[older].risk:
            self.note_risk(newer)
            self.note_risk(older)
        there = self.of_child(older)
        doubled = {
            number
            for number, link in self.links.items()
            if link.child == newer and not link.ended
            and any(one.person == link.person and (link.person or one.body == link.body) for one in there)
        }  # fmt: skip
        for number in doubled:
            self.links[number].ended = True
        invited = {guest.email for guest in self.guests.values() if guest.child == older and guest.open}
        for guest in self.guests.values():
            if guest.child == newer and guest.email in invited:
                guest.open = False
        moved = Merge(
            newer,
            older,
            _of(self.links, newer),
            _of(self.papers, newer),
            _of(self.letters, newer),
            _of(self.guests, newer),
            doubled,
            {number for number, link in self.links.items() if link.child in (newer, older) and link.removed},
        )
        self._bring(moved, newer, older)
        self.children[newer].merged = older
        self.left |= {(older, body) for child, body in self.left if child == newer}
        return moved

    def undo(self, merge: Merge) -> list[Involved]:
        """Two records again. What came with the merged one goes back; what was added since stays."""
        merge.undone = True
        self._bring(merge, merge.into, merge.merged)
        self.children[merge.merged].merged = None
        if self.children[merge.into].risk:
            self.children[merge.merged].risk = True
        self.left |= {(merge.merged, body) for child, body in self.left if child == merge.into}
        still = self.of_child(merge.into)
        for number in merge.doubled:
            link = self.links[number]
            if any(one.person == link.person and (link.person or one.body == link.body) for one in still):
                link.ended = False
        removed = self._removed_too(merge, merge.into, merge.merged)
        removed += self._removed_too(merge, merge.merged, merge.into)
        places: list[Involved] = []
        for child in (merge.into, merge.merged):
            for body in self.bodies:
                places += self.see_to(child, body)
        return [*removed, *places]

    def _removed_too(self, merge: Merge, from_: int, to: int) -> list[Involved]:
        """Whom the SEN team removed while the two were one record, it removed from both."""
        there = {_whose(link) for link in self.links.values() if link.child == to and link.removed}
        found: dict[object, Involved] = {}
        for number, link in self.links.items():
            since = link.child == from_ and link.removed and number not in merge.removed
            if since and _whose(link) not in there:
                copy = Involved(to, link.person, link.body, link.part, ended=True, removed=True)
                found.setdefault(_whose(link), copy)
        return list(found.values())

    def _bring(self, merge: Merge, from_: int, to: int) -> None:
        for number in merge.links:
            self.links[number].child = _at(self.links[number].child, from_, to)
        for number in merge.papers:
            self.papers[number].child = _at(self.papers[number].child, from_, to)
        for number in merge.letters:
            self.letters[number].child = _at(self.letters[number].child, from_, to)
        for number in merge.guests:
            self.guests[number].child = _at(self.guests[number].child, from_, to)

    def without_anyone(self) -> list[Paper]:
        """What is owed, and no one can see to it, and the SEN team does not know."""
        found = []
        for paper in self.papers.values():
            body, in_use = paper.body, self.children[paper.child].merged is None
            if body is None or not is_unfinished(paper) or not in_use or not self.bodies[body]:
                continue
            removed = any(
                link.removed and link.child == paper.child and link.body == body
                for link in self.links.values()
            )
            own = paper.author is not None and any(
                link.person == paper.author and self.people[paper.author].open
                for link in self.of_child(paper.child)
            )
            seen = own or self.in_queue(paper.child, body) or self.has_someone(paper.child, body)
            if not (seen or removed or (paper.child, body) in self.left):
                found.append(replace(paper))
        return found


def is_unfinished(paper: Paper) -> bool:
    return paper.state in OPEN or (paper.kind == "request" and paper.state in RECEIVED)


def _of(rows: dict[int, Involved] | dict[int, Paper] | dict[int, Guest] | dict, child: int) -> set[int]:  # type: ignore[type-arg]
    return {number for number, one in rows.items() if one.child == child}


def _whose(link: Involved) -> object:
    return link.person or link.body


def _at(child: int | None, from_: int, to: int) -> int:
    assert child is not None
    return to if child == from_ else child


def _is_double(one: Paper, other: Paper) -> bool:
    """The same form, open in both records."""
    if one.kind != other.kind:
        return False
    if one.kind == "advice":
        same = (one.body, one.statutory, one.asked) == (other.body, other.statutory, other.asked)
        return same and one.state in OPEN and other.state in OPEN
    if one.kind == "consent":
        states = {"draft"} if one.author is None else {"draft", "submitted"}
        return one.author == other.author and one.state in states and other.state in states
    return False
