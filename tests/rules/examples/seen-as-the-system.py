from app.store import guard
from app.store.guard import look_as, look_as_system


def bad(session):
    # ruleid
    look_as_system(session, "because it is easier")
    # ruleid
    guard.look_as_system(session, "because it is easier")


def good(session, who):
    look_as(session, who)
