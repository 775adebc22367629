from app.core.database import (row_filter)
from app.core.database.row_filter import (look_as, look_as_system)


def bad(session):
    # ruleid
    look_as_system(session, "because it is easier")
    # ruleid
    row_filter.look_as_system(session, "because it is easier")


def good(session, who):
    look_as(session, who)
