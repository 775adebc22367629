"""The messages sent for events about children's records."""

from app.children.events import (
    ChildAdded,
    ChildCorrected,
    ChildrenListed,
    ChildViewed,
    ContactRiskChanged,
    DuplicateSettled,
    ListExported,
    MergeUndone,
    PossibleDuplicateFound,
)
from app.core.notifications import AUDIT_ONLY, MessageTemplate, register, sen_team
from app.core.wording import N_

register(
    {
        ChildAdded: AUDIT_ONLY,
        ChildViewed: AUDIT_ONLY,
        ContactRiskChanged: AUDIT_ONLY,
        PossibleDuplicateFound: (
            MessageTemplate(
                "possible_duplicate",
                sen_team,
                N_("Possible duplicate record"),
                N_(
                    "%(child)s has just been added and may already have a record. Check whether the records are for "
                    "the same child. The person who added them has not been told."
                ),
            ),
        ),
        DuplicateSettled: AUDIT_ONLY,
        MergeUndone: AUDIT_ONLY,
        ChildCorrected: AUDIT_ONLY,
        ChildrenListed: AUDIT_ONLY,
        ListExported: AUDIT_ONLY,
    }
)
