"""The outbox: mail is written with the work, sealed, sent once, and tried again."""

import json

import pytest
import sqlalchemy as sa

from app.core.mail.outbox import CODE_LANE, DIGEST_LANE, queue_mail
from app.core.mail.texts import MAILS, WrongFacts
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import OutboxMail
from tests.mailbox import Mailbox, text_of

BOX = OutboxMail.__table__
CODE = {"code": "123456", "minutes": 10, "device": "Firefox"}


def write(context: AppContext, letter: str = "new_message", **changes: object) -> int:
    """Write one mail down in a commit of its own."""
    given: dict[str, object] = {
        "to": "ann@eps.example",
        "facts": {},
        "dedupe_key": f"key-{letter}-{changes.get('to')}",
    }
    with unit_of_work(context, None) as work:
        return queue_mail(work.session, letter=letter, **(given | changes))  # type: ignore[arg-type]


def rows(context: AppContext) -> list[sa.RowMapping]:
    """What the outbox really holds."""
    with context.database.engine.connect() as connection:
        return list(connection.execute(sa.select(BOX).order_by(BOX.c.id)).mappings())


def test_mail_is_gone_with_the_work_that_failed(context):
    with pytest.raises(RuntimeError), unit_of_work(context, None) as work:
        queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="k")
        raise RuntimeError

    assert rows(context) == []


def test_the_same_key_is_the_same_mail(context, mailbox):
    first = write(context, dedupe_key="once")
    second = write(context, dedupe_key="once")

    assert first == second
    assert len(mailbox.all()) == 1


def test_a_code_rests_sealed_and_is_forgotten_once_sent(context, mailbox):
    write(context, "code", facts=CODE, lane=CODE_LANE)

    assert "123456" not in json.dumps([dict(row) for row in rows(context)], default=str)
    assert mailbox.code("ann@eps.example") == "123456"
    (row,) = rows(context)
    assert row["sealed_facts"] is None
    assert row["sent_at"] == context.clock.now()


def test_a_mail_has_one_addressee_a_stable_id_and_says_that_a_machine_wrote_it(context, mailbox):
    mail_id = write(context, "code", facts=CODE)

    (mail,) = mailbox.all()

    assert mail["To"] == "ann@eps.example"
    assert mail["Message-ID"].startswith(f"<outbox-{mail_id}.")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "123456" not in mail["Subject"]
    assert mail.get_body(("html",)) is not None
    assert "Firefox" in text_of(mail)
    assert "23 November 2026, 9:30am" in text_of(mail)


def test_a_line_break_in_an_address_sends_nothing(context, mailbox):
    write(context, to="a@b.example\nBcc: everybody@b.example")

    assert mailbox.all() == []
    assert rows(context)[0]["last_error"] == "ValueError"


def test_urgent_mail_goes_first(context):
    for number in range(3):
        write(context, dedupe_key=f"digest-{number}", lane=DIGEST_LANE)
    code = write(context, "code", facts=CODE, lane=CODE_LANE, dedupe_key="code")

    context.notification_service.mail_sender.deliver()

    assert [row["id"] for row in rows(context) if row["sent_at"]] == [code]


def test_two_workers_never_take_the_same_mail(context):
    from app.core.database.engine import WRITING
    from app.core.mail.outbox import claim

    write(context)
    lease = context.notification_service.mail_sender.rhythm.lease
    claims = []
    for owner in ("one", "two"):
        with (
            context.database.engine.connect().execution_options(**{WRITING: True}) as connection,
            connection.begin(),
        ):
            claims.append(claim(connection, context.clock.now(), owner, lease))

    assert claims[0] is not None
    assert claims[1] is None


def test_a_worker_that_died_holding_a_mail_loses_it_to_the_next_when_its_lease_ends(context, clock, mailbox):
    from app.core.database.engine import WRITING
    from app.core.mail.outbox import claim

    write(context)
    lease = context.notification_service.mail_sender.rhythm.lease
    with (
        context.database.engine.connect().execution_options(**{WRITING: True}) as connection,
        connection.begin(),
    ):
        claim(connection, context.clock.now(), "a worker that dies now", lease)

    assert mailbox.all() == []
    clock.forward(seconds=lease.total_seconds())
    assert len(mailbox.all()) == 1


def test_a_mail_that_does_not_go_is_tried_again_later_and_later_and_then_given_up(context, clock):
    mail_id = write(context, to="a@b.example\nBcc: x@b.example")
    pauses = []
    for _attempt in range(20):
        row = rows(context)[0]
        if row["dead_at"]:
            break
        context.notification_service.deliver_due()
        row = rows(context)[0]
        pauses.append((row["run_at"] - clock.now()).total_seconds())
        clock.forward(seconds=max(pauses[-1], 0))

    assert pauses[:3] == [5, 10, 20]
    assert pauses[-2] == 24 * 60 * 60
    assert rows(context)[0]["id"] == mail_id
    assert context.notification_service.deliver_due() == 0


def test_a_code_no_one_can_use_any_more_is_not_stored(context, clock):
    write(context, "code", facts=CODE, lane=CODE_LANE, to="a@b.example\nBcc: x@b.example")
    for _attempt in range(10):
        context.notification_service.deliver_due()
        clock.forward(minutes=5)

    (row,) = rows(context)
    assert row["dead_at"] is not None
    assert row["sealed_facts"] is None


def test_a_mail_with_too_many_or_too_few_facts_is_refused_at_once(context):
    with pytest.raises(WrongFacts):
        write(context, "code", facts={"code": "123456"})
    with pytest.raises(WrongFacts):
        write(context, "new_message", facts={"child": "Amina"})
    with pytest.raises(WrongFacts):
        write(context, "no_such_letter")


EXAMPLES = {
    "code": "123456",
    "minutes": 10,
    "device": "<b>Firefox</b>",
    "path": "/open/abc",
    "hours": 24,
    "days": 7,
    "reason": "We do not know your school.",
}


@pytest.mark.parametrize("locale", ["en", "ur", "pl"])
@pytest.mark.parametrize("letter", sorted(MAILS))
def test_every_mail_can_be_written_in_every_language(context: AppContext, mailbox: Mailbox, letter, locale):
    facts = {name: EXAMPLES[name] for name in MAILS[letter]}

    write(context, letter, facts=facts, locale=locale)

    (mail,) = mailbox.all()
    html = mail.get_body(("html",))
    assert mail["Subject"]
    assert html is not None
    for name, value in facts.items():
        shown = str(value)
        assert shown in text_of(mail), name
        assert "<b>Firefox" not in html.get_content()
    if "path" in facts:
        assert context.notification_service.settings.public_base_url + "/open/abc" in text_of(mail)


def test_no_mail_template_is_unused():
    from app.core.mail.rendering import EMAILS

    assert {folder.name for folder in EMAILS.iterdir() if folder.is_dir()} == set(MAILS)
