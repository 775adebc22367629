"""The council's own people: each row becomes an invitation, and the person opens the account with its link."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.accounts.tables.invitations import Invitation
from app.cases.invitations import Invited, invite, withdraw
from app.children.tables import ChildLink
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import ROLE_LABELS, Role
from app.core.text_input import clean_code
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.kinds.base import Kind, Written
from app.imports.rules.columns import CheckedRow, Column, one_of
from app.imports.rules.states import ImportKind

COUNCIL = (Role.sen_officer, Role.sen_manager, Role.admin)


def _address(text: str) -> str:
    return clean_code(text).lower()


class Officers(Kind):
    """SEN officers, SEN managers and administrators."""

    key = ImportKind.officers
    columns = (
        Column("email", "Email address", ("Email", "Work email"), required=True, clean=_address),
        Column(
            "role",
            "Role",
            required=True,
            clean=one_of(
                {ROLE_LABELS[role]: role.name for role in COUNCIL},
                N_("Enter SEN officer, SEN manager or Administrator"),
            ),
        ),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Leave out those who are invited already. The rest of an address is checked when it is invited."""
        addresses = {row.values["email"] for row in rows}
        invited = select(Invitation.email).where(
            Invitation.email.in_(addresses),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        known = set(work.session.scalars(invited))
        for row in rows:
            name, _at, domain = row.values["email"].partition("@")
            if not name or "." not in domain:
                row.faults.append(FieldError("email", Wording(N_("Enter an email address"))))
            elif row.values["email"] in known:
                row.note = Wording(N_("An invitation to this address is open"))

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Email an invitation, as the page for invitations does. Raises ValidationFailed."""
        invitation = invite(work, Invited(role=Role[cells["role"]], email=cells["email"]))
        if isinstance(invitation, ChildLink):  # only a parent is linked at once
            raise ValidationFailed(
                FieldError("role", Wording(N_("Only the council’s people are invited here")))
            )
        return Written(invitation.id, is_new=True)

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Withdraw an invitation that is open."""
        invitation = work.find(Invitation, written.record_id)
        if invitation is None or invitation.accepted_at is not None:
            return Wording(N_("The person has opened an account. Close it under “Accounts”"))
        if invitation.withdrawn_at is None:
            withdraw(work, invitation.id)
        return None

    def title(self, cells: Mapping[str, str]) -> str:
        """Return the email address."""
        return cells.get("email", "")
