"""Who is involved with a child and who somebody is, changed step by step."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.accounts import accounts
from app.cases import children, duplicates, links
from app.children import child_details
from app.core.roles import Role
from app.models import Child, Form, Person
from tests.cast import everything
from tests.proof.model import Record
from tests.proof.stage import NEVER, ROLES, STEADY, Stage


class PeopleActs(Stage):
    """Linking, leaving, merging; roles, accounts and organisations."""

    # --- who is involved ----------------------------------------------------------------------------

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        by, whom, child = self.someone(data), self.someone(data), self.one_of(data, self.model.children)
        fits = (
            whom.open
            and whom.body is not None
            and "professional" in whom.roles
            and not self.model.by_name(whom, child)
        )
        may = by.open and by.team and self.model.children[child].merged is None and fits
        number = self.portal.numbers[whom.key]
        if self.acts(by.key, may, lambda work: links.link_person(work, child, number)):
            self._new_link(child, whom.key, whom.body)

    @rule(data=st.data())
    def queue(self, data: st.DataObject) -> None:
        by, child = self.someone(data, "olu", "sana", "ines"), self.one_of(data, self.model.children)
        body = self.someone(data, "sana", "rhys", "ann", "hana", "sol").body
        waits = any(
            link.child == child and link.body == body and link.person is None and not link.ended
            for link in self.model.links.values()
        )
        may = (
            by.open
            and by.team
            and self.model.children[child].merged is None
            and not waits
            and body is not None
        )
        if self.acts(by.key, may, lambda work: links.link_organisation(work, child, body or NEVER)):
            self._new_link(child, None, body)

    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        waiting = {
            number: link for number, link in self.model.links.items() if link.person is None
        } or self.model.links
        number = self.one_of(data, waiting)
        who, link = self.someone(data), self.model.links[number]
        may = (
            who.open and "professional" in who.roles and who.body is not None and link.body == who.body
            and link.person is None and not link.ended
        )  # fmt: skip
        already = self.model.by_name(who, link.child)
        if self.acts(who.key, may, lambda work: links.take_up(work, number)):
            if already:
                link.ended = True
            else:
                link.person = who.key

    @rule(data=st.data())
    def bring_in(self, data: st.DataObject) -> None:
        who, colleague, child = self.someone(data), self.someone(data), self.one_of(data, self.model.children)
        may = (
            who.open and colleague.open and "professional" in who.roles and "professional" in colleague.roles
            and who.body is not None and who.body == colleague.body
            and self.model.reads_child(who, child) and self.model.by_name(who, child) and not self.model.by_name(colleague, child)
        )  # fmt: skip
        number = self.portal.numbers[colleague.key]
        if self.acts(who.key, may, lambda work: links.bring_in(work, child, number)):
            self._new_link(child, colleague.key, colleague.body)

    @rule(data=st.data())
    def end_link(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.links)
        link = self.model.links[number]
        if self.acts(
            who.key, who.open and who.team and not link.ended, lambda work: links.end_link(work, number)
        ):
            link.ended = True

    @rule(data=st.data())
    def step_back(self, data: st.DataObject) -> None:
        number = self.one_of(data, self.model.links)
        link = self.model.links[number]
        who = self.someone(data, *([link.person] if link.person and data.draw(st.booleans()) else []))
        may = (
            who.open and "professional" in who.roles and link.person == who.key and not link.ended
            and self.model.reads_link(who, number) and self.model.reads_child(who, link.child)
        )  # fmt: skip
        owed = any(
            paper.child == link.child and paper.body == link.body and paper.state in {"asked", "draft", "returned"}
            and self.model.writes_for(who, paper) for paper in self.model.papers.values()
        )  # fmt: skip
        others = any(
            other.child == link.child and other.body == link.body and not other.ended and other is not link
            for other in self.model.links.values()
        )  # fmt: skip
        if self.acts(who.key, may, lambda work: links.step_back(work, number)):
            link.ended = True
            if owed and link.body is not None and not others:
                self._new_link(link.child, None, link.body)

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        alone = [number for number, record in self.model.children.items() if record.merged is None]
        newer, older = max(alone), min(alone)
        who = self.someone(data, "olu", "sana", "pat", "ines")
        if newer == older:
            return
        with everything(self.office) as work:
            work.get(Child, newer).possible_duplicate_of_id = older
        if not self.acts(who.key, who.team, lambda work: duplicates.same_child(work, newer)):
            return
        there = [link for link in self.model.links.values() if link.child == older and not link.ended]
        for link in self.model.links.values():
            if link.child == newer:
                twice = any(
                    kept.person == link.person and (link.person or kept.body == link.body) for kept in there
                )
                link.ended = link.ended or twice
        for things in (self.model.links, self.model.papers, self.model.letters, self.model.guests):
            for thing in things.values():
                thing.child = older if thing.child == newer else thing.child
        self.model.children[newer].merged = older

    @rule(data=st.data())
    def add_child(self, data: st.DataObject) -> None:
        who = self.someone(data, "sana", "rhys", "ann", "pat")
        typed = child_details.NewChild(
            forenames="Ada", surname=f"Byrne{uuid.uuid4().hex}", date_of_birth=self.office.clock.today().replace(year=2016),
            address="1 Mill Row", postcode="BD9 4NQ", upn_missing_reason="not_known",
        )  # fmt: skip
        teaches = who.key in {"sana", "rhys"}
        may = who.open and who.roles == {"professional"} and who.body is not None and teaches
        if self.acts(who.key, may, lambda work: children.add_child(work, typed)):
            [child] = self._number(Child, self.model.children)
            self.model.children[child] = Record()
            self._new_link(child, who.key, who.body)
            [form] = self._number(Form, self.model.papers)
            with everything(self.office) as work:
                row = work.get(Form, form)
            self._paper(row)

    # --- who somebody is ----------------------------------------------------------------------------

    @rule(data=st.data(), roles=st.sampled_from(ROLES))
    def change_roles(self, data: st.DataObject, roles: set[str]) -> None:
        by, whom = self.someone(data, "ines", "ines", "olu", "sana"), self.someone(data)
        if whom.key in STEADY:
            return
        may = by.key == "ines"
        wanted, number = [Role[name] for name in roles], self.portal.numbers[whom.key]
        if self.acts(
            by.key,
            may or (by.open and by.roles == {"admin"} and by is not whom),
            lambda work: accounts.set_roles(work, number, wanted),
        ):
            whom.roles = set(roles)

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        whom = self.someone(data)
        if whom.key in STEADY:
            return
        number = self.portal.numbers[whom.key]
        self.acts("ines", True, lambda work: accounts.deactivate(work, number))
        whom.open = False

    @precondition(lambda self: any(not each.open for each in self.model.people.values()))
    @rule(data=st.data())
    def open_again(self, data: st.DataObject) -> None:
        whom = self.someone(data, *(key for key, each in self.model.people.items() if not each.open))
        number = self.portal.numbers[whom.key]
        self.acts("ines", True, lambda work: accounts.reactivate(work, number))
        assert self.portal.principal(whom.key) is None, "a log-in from before came back to life"
        whom.open = True
        self.portal.logs_in(whom.key)

    @rule(data=st.data())
    def move_to_another_organisation(self, data: st.DataObject) -> None:
        """There is no screen for it yet: whoever runs the portal changes the row."""
        whom = self.someone(data, "tom", "bob", "hana", "sol", "sana", "ann")
        whom.body = self.someone(data, "sana", "rhys", "ann", "hana", "sol").body
        with everything(self.office) as work:
            work.get(Person, self.portal.numbers[whom.key]).organisation_id = whom.body
