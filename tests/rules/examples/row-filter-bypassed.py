from app.core.database import (row_filter)
from app.core.database.row_filter import (set_principal, bypass_row_filter)


def bad(session):
    # ruleid
    bypass_row_filter(session, "because it is easier")
    # ruleid
    row_filter.bypass_row_filter(session, "because it is easier")


def good(session, who):
    set_principal(session, who)
