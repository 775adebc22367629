"""Changes to children's links, forms and queues when an account changes, and the case of a request that is received."""

from sqlalchemy import select

from app.accounts.account_reactions import register
from app.cases.advice_duty import settle_advice
from app.cases.case_owners import leave_cases
from app.cases.cases import open_case
from app.cases.handover import hand_over_work
from app.cases.sent_copies import withhold_what_was_sent
from app.children.tables import ChildLink
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.roles import FAMILY_ROLES
from app.core.unit_of_work import UnitOfWork
from app.forms import form_reactions
from app.forms.named_later import note_confirmation, note_rename


def follows_a_child(work: UnitOfWork, person_id: int) -> bool:
    """Return whether this person is linked to a child as a parent, carer or young person."""
    bypass_row_filter(work.session, "an account whose role changes may follow a child as family")
    try:
        follows = select(ChildLink.id).where(
            ChildLink.person_id == person_id,
            ChildLink.part.in_(tuple(FAMILY_ROLES)),
            ChildLink.ended_at.is_(None),
        )
        return work.session.scalars(follows.limit(1)).first() is not None
    finally:
        set_principal(work.session, work.who)


form_reactions.register(received=open_case, advice_moved=settle_advice, address_hidden=withhold_what_was_sent)
register(leaving=hand_over_work, confirmed=note_confirmation, renamed=note_rename, follows=follows_a_child)
register(leaving=leave_cases)
