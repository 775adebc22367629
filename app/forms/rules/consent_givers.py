"""Decide who may give the answers of a consent form: their own statement, their link to the child, and the child's
age."""

from app.core.roles import WorkflowRole
from app.core.wording import N_

PARENT, YOUNG_PERSON = "parent", "young_person"
"""Answers to the question who gives the answers; the third is a person who acts for the young person."""

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


def wrong_giver(answer: object, part: WorkflowRole | None, *, is_young_person: bool) -> str | None:
    """Return why this person may not give these answers, or None.

    `part` is the relationship of the account to the child, None for a person without an account. A young person
    answers for themselves once they are over compulsory school age, and a parent until then (CFA 2014, s. 83).
    """
    if part is WorkflowRole.young_person and answer != YOUNG_PERSON:
        return THE_YOUNG_PERSON
    if answer == YOUNG_PERSON:
        if not is_young_person:
            return TOO_YOUNG
        return NOT_THE_YOUNG_PERSON if part is WorkflowRole.parent else None
    return OVER_SCHOOL_AGE if answer == PARENT and is_young_person else None
