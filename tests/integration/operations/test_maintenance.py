"""What maintenance deletes: old rows and files go, young ones and those still needed stay."""

from datetime import timedelta

import sqlalchemy as sa

from app.accounts.sessions import open_session
from app.accounts.tables.mailed_links import Purpose
from app.core.mail.outbox import queue_mail
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import LogInSession, MailedLink, OutboxMail
from app.operations import maintenance
from tests.cast import everything


def count(context: AppContext, table: type) -> int:
    """How many rows there really are."""
    with context.database.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table.__table__)).scalar_one()


def test_old_log_ins_links_and_mail_go_and_the_rest_stays(context, cast, clock):
    def leave_traces(mark: str) -> None:
        with unit_of_work(context, None) as work:
            open_session(work, cast.ann.id, "email")
            queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key=mark)
        context.notification_service.deliver_due()
        with everything(context) as work:
            for chosen in (None, "hash"):
                work.add(
                    MailedLink(
                        token_hash=f"{mark}{chosen}",
                        purpose=Purpose.register,
                        email="a@b.example",
                        expires_at=work.now + timedelta(days=1),
                        chosen_password=chosen,
                        used_at=work.now if chosen else None,
                        created_at=work.now,
                    )
                )

    leave_traces("old")
    clock.forward(days=100)
    leave_traces("young")

    maintenance.every_day(context)

    assert count(context, LogInSession) == 1
    assert count(context, OutboxMail) == 1
    # a link that was used and holds a password waits for the SEN team's decision
    assert count(context, MailedLink) == 3


def test_mail_that_still_has_to_go_is_never_tidied_away(context, clock):
    with unit_of_work(context, None) as work:
        queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="waiting")
    clock.forward(days=400)

    maintenance.every_day(context)

    assert count(context, OutboxMail) == 1


def test_nothing_that_fails_stops_the_rest(context, clock, caplog):
    with everything(context) as work:
        open_session(work, 1, "email")
    clock.forward(days=100)
    with context.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE throttle")  # the first chore now fails

    maintenance.every_day(context)

    assert count(context, LogInSession) == 0
    assert "forget_old failed" in caplog.text


def test_every_minute_has_nothing_to_do_on_a_quiet_day(context, caplog):
    maintenance.every_minute(context)

    assert "failed" not in caplog.text


def test_sqlite_looks_at_how_its_rows_lie(context, make):
    make.child()
    maintenance.every_day(context)
    if context.database.is_sqlite:
        with context.database.engine.connect() as connection:
            known = set(connection.scalars(sa.text("SELECT tbl FROM sqlite_stat1")))
        assert "child" in known
        assert "audit" not in known, "whose rows are more than all others, and are read one way"
