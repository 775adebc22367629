from flask import session

STORED = "kept"


def bad(work, database, Child, models, child_id):
    # ruleid
    work.session.get(Child, child_id)
    # ruleid
    work.session.get_one(models.Child, child_id)
    # ruleid
    database.session().get(Child, child_id)
    # ruleid
    work.session.query(Child).get(child_id)
    # ruleid
    return Child.query.get_or_404(child_id)


def good(work, Child, child_id):
    session.get(STORED)
    session.get(STORED, None)
    session.get("locale", "en")
    return work.get(Child, child_id)
