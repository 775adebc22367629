"""Who may give the answers of a consent form: who they say they are, what they are to the child, and the child's age."""

from app.core.roles import WorkflowRole
from app.core.wording import N_

PARENT, YOUNG_PERSON = "parent", "young_person"
"""Answers to the question who gives the answers; the third is somebody who acts for the young person."""

TOO_YOUNG = N_(
    "They are not over compulsory school age yet. Until the last Friday in June of the school year in which they turn 16, "
    "a parent or carer gives these answers"
)
OVER_SCHOOL_AGE = N_(
    "They are over compulsory school age, so they give these answers themselves. If they cannot decide this, "
    "select “Someone who acts for the young person”"
)
NOT_THE_YOUNG_PERSON = N_("Select who you are. The young person gives their answers in their own account")
THE_YOUNG_PERSON = N_(
    "This account is the young person’s. Only the young person gives answers in it, and only once they are over "
    "compulsory school age"
)


def wrong_giver(said: object, part: WorkflowRole | None, *, is_young_person: bool) -> str | None:
    """Why these answers are not for this person to give, or None.

    `part` is what the account is to the child, None for somebody without an account. A young person answers for
    themselves once they are over compulsory school age, and a parent until then (CFA 2014, s. 83).
    """
    if part is WorkflowRole.young_person and said != YOUNG_PERSON:
        return THE_YOUNG_PERSON
    if said == YOUNG_PERSON:
        if not is_young_person:
            return TOO_YOUNG
        return NOT_THE_YOUNG_PERSON if part is WorkflowRole.parent else None
    return OVER_SCHOOL_AGE if said == PARENT and is_young_person else None
