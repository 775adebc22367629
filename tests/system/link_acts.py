"""Who is involved with a child, and which records are of one child, changed step by step."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.cases import children, duplicates, links, merges
from app.models import Child, ChildMerge
from tests.cast import everything
from tests.system.model import Involved
from tests.system.stage import SOME, Stage


class LinkActs(Stage):
    """Linking, queues, colleagues, leaving; merging records and undoing that."""

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, whom: str, child: int) -> bool:
            fits = model.may_be_linked(model.people[whom]) and not model.holds_link(model.people[whom], child)
            return self.is_team(by) and self.in_use(child) and fits

        by, whom, child = self.tries(data, may, SOME, model.people, model.children)
        number = self.portal.numbers[whom]
        if self.acts(
            by, may(by, whom, child), lambda work: links.link_person(work, child, number, despite=True)
        ):
            model.lift(child, whom, None)
            self._linked([Involved(child, whom, model.people[whom].body)])

    @rule(data=st.data())
    def queue(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, body: int, child: int) -> bool:
            waits = model.in_queue(child, body)
            return self.is_team(by) and self.in_use(child) and model.bodies[body] and not waits

        by, body, child = self.tries(data, may, SOME, model.bodies, model.children)
        if self.acts(
            by, may(by, body, child), lambda work: links.link_organisation(work, child, body, despite=True)
        ):
            model.lift(child, None, body)
            self._linked([Involved(child, None, body)])

    @precondition(lambda self: any(not link.person or link.queued for link in self.model.links.values()))
    @rule(data=st.data())
    def assign(self, data: st.DataObject) -> None:
        """To oneself or to a colleague, from the queue or from a colleague: confirmed people of the organisation do."""
        model = self.model

        def may(who: str, to: str, number: int) -> bool:
            by, colleague, link = model.people[who], model.people[to], model.links[number]
            return (
                by.open and model.is_confirmed(by) and model.reads_child(by, link.child)
                and model.may_be_linked(colleague) and not model.is_removed(link.child, colleague)
                and link.body == by.body == colleague.body and not link.ended
                and (link.person is None or link.queued)
            )  # fmt: skip

        waiting = [each for each, link in model.links.items() if not link.person or link.queued]
        who, to, number = self.tries(data, may, model.people, model.people, waiting)
        link = model.links[number]
        has = link.person
        person, before = self.portal.numbers[to], self.portal.numbers[has] if has else None
        done = self.acts(
            who, may(who, to, number), lambda work: links.assign(work, number, person, before)
        )  # fmt: skip
        if done and has != to:
            self._linked(model.assign(link, model.people[to]))

    @rule(data=st.data())
    def bring_in(self, data: st.DataObject) -> None:
        """A linked colleague does, not one who only sees the queue; and not someone whom the SEN team removed."""
        model = self.model

        def may(by: str, whom: str, child: int) -> bool:
            who, colleague = model.people[by], model.people[whom]
            return (
                model.reads_child(who, child) and model.is_confirmed(who) and model.by_name(who, child)
                and model.may_be_linked(colleague) and colleague.body == who.body
                and not model.is_removed(child, colleague) and not model.holds_link(colleague, child)
            )  # fmt: skip

        by, whom, child = self.tries(data, may, model.people, model.people, model.children)
        number = self.portal.numbers[whom]
        if self.acts(by, may(by, whom, child), lambda work: links.bring_in(work, child, number)):
            [mine] = [link for link in model.of_child(child) if link.person == by]
            self._linked([Involved(child, whom, mine.body, queued=mine.queued)])

    @rule(data=st.data())
    def end_link(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            link = model.links[number]
            gone = link.person is not None and not model.holds_link(model.people[link.person], link.child)
            return self.is_team(by) and (not link.ended or link.removed or gone)

        by, number = self.tries(data, may, SOME, model.links)
        done = self.acts(by, may(by, number), lambda work: links.end_link(work, number))
        if done and not model.links[number].removed:
            model.remove(model.links[number])

    @rule(data=st.data())
    def step_back(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            who, link = model.people[by], model.links[number]
            return (
                who.professional and link.person == by and not link.ended
                and model.reads_link(who, number) and model.reads_child(who, link.child)
            )  # fmt: skip

        by, number = self.tries(data, may, model.people, model.links)
        if self.acts(by, may(by, number), lambda work: links.step_back(work, number)):
            self._linked(model.step_back(model.people[by], model.links[number]))

    @rule(data=st.data(), risk=st.booleans())
    def note_risk(self, data: st.DataObject, risk: bool) -> None:
        """An address must not become known, or need not be secret any more."""

        def may(by: str, child: int) -> bool:
            return self.is_team(by) and self.in_use(child)

        by, child = self.tries(data, may, SOME, self.model.children)
        if self.acts(
            by,
            may(by, child),
            lambda work: children.set_contact_risk(work, child, risk, "They said so"),
        ):
            if risk:
                self.model.note_risk(child)
            self.model.children[child].risk = risk

    # --- two records of one child -------------------------------------------------------------------

    @precondition(lambda self: sum(each.merged is None for each in self.model.children.values()) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, newer: int, older: int) -> bool:
            return self.is_team(by) and newer != older and model.may_merge(newer, older)

        alone = [number for number, record in model.children.items() if record.merged is None]
        by, newer, older = self.tries(data, may, SOME, alone, alone)
        if newer == older:
            return
        with everything(self.context) as work:
            work.get(Child, newer).possible_duplicate_of_id = older
        if self.acts(by, may(by, newer, older), lambda work: duplicates.same_child(work, newer)):
            moved = model.merge(newer, older)
            [number] = self._new(ChildMerge, model.merges)
            model.merges[number] = moved
        else:
            with everything(self.context) as work:
                work.get(Child, newer).possible_duplicate_of_id = None

    @precondition(lambda self: self.model.merges)
    @rule(data=st.data())
    def undo_merge(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            merge = model.merges[number]
            return self.is_team(by) and not merge.undone and self.in_use(merge.into)

        by, number = self.tries(data, may, SOME, model.merges)
        if self.acts(by, may(by, number), lambda work: merges.undo_merge(work, number, "Two cousins")):
            self._linked(model.undo(model.merges[number]))
