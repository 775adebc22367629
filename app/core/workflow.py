"""Tables of steps: who may take which step from which state.

The same table selects the buttons, allows the POST, and is tested completely. Roles are the workflow roles a person
has in this work, not their roles in the portal.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.errors import Forbidden, InvalidState
from app.core.roles import WorkflowRole

State = TypeVar("State", bound=enum.Enum)


@dataclass(frozen=True)
class Step(Generic[State]):
    """A step from these states to that state, which these roles may take."""

    name: str
    start: frozenset[State]
    end: State
    allowed_roles: frozenset[WorkflowRole]


def step(name: str, start: Iterable[State], end: State, allowed_roles: Iterable[WorkflowRole]) -> Step[State]:
    """Return a step made from plain sets."""
    return Step(name, frozenset(start), end, frozenset(allowed_roles))


class Workflow(Generic[State]):
    """The steps of one kind of work."""

    def __init__(self, *steps: Step[State]) -> None:
        self.steps = {each.name: each for each in steps}

    def step(self, name: str, state: State, roles: Iterable[WorkflowRole]) -> Step[State]:
        """Return the step, if these roles may take it now.

        Raises Forbidden when the roles may not take it, and InvalidState when it is not possible from this state or
        unknown.
        """
        found = self.steps.get(name)
        if found is None:
            raise InvalidState(name)
        if found.allowed_roles.isdisjoint(roles):
            raise Forbidden(name)
        if state not in found.start:
            raise InvalidState(name)
        return found

    def open_to(self, state: State, roles: Iterable[WorkflowRole]) -> list[str]:
        """Return the names of the steps these roles may take now, for the buttons on the page."""
        held = frozenset(roles)
        return [
            each.name
            for each in self.steps.values()
            if state in each.start and not each.allowed_roles.isdisjoint(held)
        ]
