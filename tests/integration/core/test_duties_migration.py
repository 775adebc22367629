"""Cases that were there before their duties get them from the days that they have."""

from datetime import date

import sqlalchemy as sa

from tests.integration.core.test_migrations import (  # noqa: F401 - two of them are fixtures
    empty_url,
    engine,
    enter,
    enter_child,
    fill_every_table,
    to,
)


def test_cases_get_the_duties_that_follow_from_their_days(empty_url, engine):  # noqa: F811 - the fixtures
    to(empty_url, "head")
    to(empty_url, "0024")
    received, decided, asked = date(2026, 9, 7), date(2026, 10, 12), date(2026, 10, 13)
    with engine.begin() as connection:
        fill_every_table(connection)
        for number in (10, 11, 12):
            own = {name: str(number) for name in ("add_key", "upn", "nhs_number")}
            enter_child(connection, number, "shah amina", **own)
        for number, state, decided_on in (
            (10, "received", None),
            (11, "assessing", decided),
            (12, "not_assessing", decided),
        ):
            whose = {"child_id": number, "request_id": None, "received_on": received}
            enter(
                connection,
                "ehc_case",
                number,
                state=state,
                decided_on=decided_on,
                number=f"26-{number}",
                **whose,
            )
        advice = {"kind": "advice", "statutory": True, "child_id": 11, "asked_on": asked, "received_on": None}
        enter(connection, "form", 20, state="asked", **advice)
        enter(connection, "form", 21, state="accepted", **advice | {"received_on": date(2026, 11, 2)})

    to(empty_url, "head")
    columns = 'case_id, duty."key", starts_on, due_on, ending, ended_on'
    statement = sa.text(
        f"SELECT {columns} FROM duty WHERE case_id > 9 ORDER BY case_id, due_on"  # noqa: S608 - the words above
    )
    with engine.connect() as connection:
        found = [(row[0], row[1], *map(str, row[2:])) for row in connection.execute(statement)]
    decide, notice, plan = (
        ("decide_to_assess", "2026-09-07", "2026-10-19"),
        ("no_plan_notice", "2026-09-07", "2026-12-28"),
        ("final_plan", "2026-09-07", "2027-01-25"),
    )
    assert found == [
        (10, *decide, "None", "None"),
        (10, *notice, "None", "None"),
        (10, *plan, "None", "None"),
        (11, *decide, "done", "2026-10-12"),
        (11, "give_advice", "2026-10-13", "2026-11-24", "None", "None"),
        (11, *notice, "None", "None"),
        (11, *plan, "None", "None"),
        (12, *decide, "done", "2026-10-12"),
        (12, *notice, "not_needed", "2026-10-12"),
        (12, *plan, "not_needed", "2026-10-12"),
    ]
    to(empty_url, "0024")
    to(empty_url, "head")
