"""What an officer confirms before a person is invited to follow a child."""

from collections.abc import Sequence

from app.cases.bars import removed_faults
from app.children.tables import Child
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.forms.confidentiality import ask_first, may_not_know, rights_of_young_person


def ask_before_inviting(
    work: UnitOfWork, child: Child, names: Sequence[str], relationship: str, part: WorkflowRole
) -> None:
    """Raise ValidationFailed with every warning about the invited person. `names`: the name they are invited by, and the
    names that their account had before."""
    name, *former = names
    ask_first(
        [
            *removed_faults(work, child.id, name=name, former=former),
            *may_not_know(work, child.id, name, relationship, former),
            *rights_of_young_person(work, child, name, part),
        ]
    )
