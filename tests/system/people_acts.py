"""Who someone is, changed step by step."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.accounts import account_details, accounts, membership
from app.cases import children
from app.children import child_details
from app.core.roles import Role
from app.models import Child, Organisation
from tests.cast import everything
from tests.system.model import Involved, Record
from tests.system.stage import ROLES, SOME, STEADY, Stage


class PeopleActs(Stage):
    """Roles, accounts, organisations and who works there; and the children whom schools add."""

    def _others(self) -> set[str]:
        """Everyone whose account may change; two stay what they are, so that the story can go on."""
        return set(self.model.people) - STEADY

    def _is_admin(self, key: str) -> bool:
        who = self.model.people[key]
        return who.open and who.admin

    @rule(data=st.data(), roles=st.sampled_from(ROLES))
    def change_roles(self, data: st.DataObject, roles: set[str]) -> None:
        people = self.model.people

        def may(by: str, whom: str) -> bool:
            return self._is_admin(by) and by != whom and self.model.may_have_roles(people[whom], roles)

        by, whom = self.tries(data, may, SOME, self._others())
        wanted, number = [Role[name] for name in roles], self.portal.numbers[whom]
        if self.acts(by, may(by, whom), lambda work: accounts.set_roles(work, number, wanted)):
            self._linked(self.model.change_roles(people[whom], roles))

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        def may(by: str, whom: str) -> bool:
            return self._is_admin(by) and by != whom

        by, whom = self.tries(data, may, SOME, self._others())
        number = self.portal.numbers[whom]
        if self.acts(by, may(by, whom), lambda work: accounts.deactivate(work, number)):
            self._linked(self.model.close(self.model.people[whom]))

    @precondition(lambda self: any(not each.open for each in self.model.people.values()))
    @rule(data=st.data())
    def open_again(self, data: st.DataObject) -> None:
        """The account only: what went to the organisation stays there."""

        def may(by: str, whom: str) -> bool:
            return self._is_admin(by) and by != whom

        closed = [key for key, each in self.model.people.items() if not each.open]
        by, whom = self.tries(data, may, SOME, closed)
        number = self.portal.numbers[whom]
        if self.acts(by, may(by, whom), lambda work: accounts.reactivate(work, number)):
            assert self.portal.principal(whom) is None, "a log-in from before came back to life"
            self.model.open_again(self.model.people[whom])
            self.portal.logs_in(whom)

    # --- organisations ------------------------------------------------------------------------------

    @rule(data=st.data(), yes=st.booleans())
    def confirm(self, data: st.DataObject, yes: bool) -> None:
        """Someone is confirmed as working for their organisation, or refused, which closes the account."""
        people = self.model.people

        def may(by: str, whom: str) -> bool:
            return self.model.may_confirm(people[by], people[whom])

        by, whom = self.tries(data, may, people, people)
        number, answer = self.portal.membership_id(whom), membership.confirm if yes else membership.refuse
        if self.acts(by, may(by, whom), lambda work: answer(work, number)):
            if yes:
                people[whom].confirmed = True
            else:
                self._linked(self.model.close(people[whom]))

    @rule(data=st.data())
    def say_left(self, data: st.DataObject) -> None:
        """Someone no longer works for their organisation; the account stays open."""
        people = self.model.people

        def may(by: str, whom: str) -> bool:
            return self.model.may_say_left(people[by], people[whom])

        by, whom = self.tries(data, may, people, people)
        number = self.portal.membership_id(whom)
        if self.acts(by, may(by, whom), lambda work: membership.end(work, number)):
            self._linked(self.model.leave(people[whom]))

    @rule(data=st.data(), leads=st.booleans())
    def choose_lead(self, data: st.DataObject, leads: bool) -> None:
        people = self.model.people

        def may(by: str, whom: str) -> bool:
            who = people[whom]
            fits = who.professional and who.confirmed and who.open
            return (self.is_team(by) or self._is_admin(by)) and (fits or not leads)

        by, whom = self.tries(data, may, SOME, people)
        number = self.portal.membership_id(whom)
        if self.acts(by, may(by, whom), lambda work: membership.set_lead(work, number, leads)):
            people[whom].leads = leads

    @rule(data=st.data())
    def move_to_another_organisation(self, data: st.DataObject) -> None:
        """They say so themselves, and the SEN team approves it."""
        people, bodies = self.model.people, {each.body for each in self.model.people.values() if each.body}
        council = people["olu"].body

        def may(whom: str, body: int) -> bool:
            who = people[whom]
            return who.open and who.professional and self.model.bodies[body] and who.body != body

        def may_approve(by: str) -> bool:
            return self.is_team(by)

        whom, body = self.tries(data, may, people, bodies - {council})
        proposed: list[int] = []
        if self.acts(
            whom,
            may(whom, body),
            lambda work: proposed.append(account_details.propose(work, body, "A new post").id),
        ):
            [by] = self.tries(data, may_approve, SOME)
            if self.acts(by, may_approve(by), lambda work: account_details.approve(work, proposed[0])):
                self._linked(self.model.move(people[whom], body))

    @rule(data=st.data())
    def organisation_in_use(self, data: st.DataObject) -> None:
        """An organisation is not in use any more, or is again. The page of the list changes the row."""
        body = data.draw(st.sampled_from(sorted(self.model.bodies)))
        self.model.bodies[body] = not self.model.bodies[body]
        with everything(self.context) as work:
            work.get(Organisation, body).active = self.model.bodies[body]

    # --- children -----------------------------------------------------------------------------------

    @rule(data=st.data())
    def add_child(self, data: st.DataObject) -> None:
        """Schools do, also who is not confirmed there yet."""
        model = self.model

        def may(by: str) -> bool:
            who = model.people[by]
            return who.open and model.works(who) and who.body in model.schools

        [by] = self.tries(data, may, model.people)
        typed = child_details.NewChild(
            forenames="Ada", surname=f"Byrne{uuid.uuid4().hex}", date_of_birth=self.context.clock.today().replace(year=2016),
            address="1 Mill Row", postcode="BD9 4NQ", upn_missing_reason="not_known",
        )  # fmt: skip
        if self.acts(by, may(by), lambda work: children.add_child(work, typed, is_another=True)):
            [child] = self._new(Child, model.children)
            model.children[child] = Record()
            self._linked([Involved(child, by, model.people[by].body)])
            self._begun()
