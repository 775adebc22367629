"""Messages: who may write to whom, who reads what, and that one press of the button sends once."""

import pytest
import sqlalchemy as sa

from app.cases.queries.dashboard import inbox_in_brief
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.core.unit_of_work import AppContext
from app.forms.events import AdviceAsked
from app.forms.rules.workflow import FormState
from app.messages import messages
from app.messages.messages import EVERYONE, LONGEST_BODY, LONGEST_SUBJECT
from app.messages.queries.messages import LINES, Box, lines_of
from app.models import AuditRow, Message, Organisation
from tests.cast import Actor, everything
from tests.mailbox import text_of

BOX = Message.__table__


def rows(context: AppContext) -> list[sa.RowMapping]:
    """What is really in the inboxes."""
    with context.database.engine.connect() as connection:
        return list(connection.execute(sa.select(BOX).order_by(BOX.c.id)).mappings())


def unread(context: AppContext, actor: Actor) -> int:
    """The number on the tile."""
    with actor.works() as work:
        return inbox_in_brief(work.session, actor.principal).unread


def seen(actor: Actor, box: Box = Box.everything, before: int | None = None) -> list[int]:
    """The numbers in a box, newest first."""
    with actor.works() as work:
        return [line.id for line in lines_of(work.session, actor.principal, box, before).lines]


def write(
    actor: Actor, child_id: int, to: Actor | str, key: str = "one", body: str = "Could we meet?"
) -> list[int]:
    """The SEN team writes."""
    with actor.works() as work:
        return messages.write_about_child(
            work, child_id, to if isinstance(to, str) else str(to.id), "A meeting", body, key
        )


# --- writing --------------------------------------------------------------------------------------


def test_the_team_writes_to_one_person_linked_to_a_child(context, cast, make, mailbox):
    child = make.child(linked=(cast.ann, cast.pat))

    write(cast.olu, child.id, cast.ann)

    (row,) = rows(context)
    assert (row["recipient_id"], row["child_id"], row["sender_name"]) == (cast.ann.id, child.id, "SEN team")
    assert (unread(context, cast.ann), unread(context, cast.pat)) == (1, 0)
    (mail,) = mailbox.all()
    assert mail["To"] == cast.ann.email
    assert "meet" not in text_of(mail)


def test_the_team_writes_to_everyone_linked_to_a_child(context, cast, make, mailbox):
    child = make.child(linked=(cast.ann, cast.pat, cast.sana))
    make.child(linked=(cast.bob,))

    write(cast.olu, child.id, EVERYONE)

    assert {row["recipient_id"] for row in rows(context)} == {cast.ann.id, cast.pat.id, cast.sana.id}
    assert {mail["To"] for mail in mailbox.all()} == {cast.ann.email, cast.pat.email, cast.sana.email}


@pytest.mark.parametrize("to", ["", "0", "not a number", "bob"])
def test_no_one_else_can_be_written_to(context, cast, make, to):
    child = make.child(linked=(cast.ann,))

    with pytest.raises(ValidationFailed) as refused:
        write(cast.olu, child.id, str(cast.bob.id) if to == "bob" else to)

    assert [fault.field for fault in refused.value.faults] == ["to"]
    assert rows(context) == []


def test_a_person_whose_link_ended_can_not_be_written_to(context, cast, make, clock):
    child = make.child()
    make.link(child, cast.ann, ended_at=clock.now())

    with pytest.raises(ValidationFailed):
        write(cast.olu, child.id, cast.ann)


def test_a_professional_does_not_write_to_others(cast, make):
    child = make.child(linked=(cast.ann, cast.sana))

    with pytest.raises(Forbidden):
        write(cast.ann, child.id, cast.sana)


def test_anyone_writes_to_the_team(context, cast, make, mailbox):
    child = make.child(linked=(cast.pat,))

    with cast.pat.works() as work:
        messages.write_to_team(work, "About school", "He is happier.", "k", child.id)

    (row,) = rows(context)
    assert (row["recipient_id"], row["sender_name"], row["from_team"]) == (None, "Pat Hussain", False)
    assert (unread(context, cast.olu), unread(context, cast.mary), unread(context, cast.pat)) == (1, 1, 0)
    assert mailbox.all()[0]["To"] == context.settings.council.sen_email


def test_no_one_writes_about_a_child_they_may_not_see(cast, make):
    child = make.child()

    with pytest.raises(NotFound), cast.ann.works() as work:
        messages.write_to_team(work, "About", "…", "k", child.id)


def test_pressing_twice_sends_once(context, cast, make, mailbox):
    child = make.child(linked=(cast.ann, cast.pat))

    first = write(cast.olu, child.id, EVERYONE, key="same")
    second = write(cast.olu, child.id, EVERYONE, key="same")

    assert sorted(first) == sorted(second)
    assert len(rows(context)) == 2
    assert len(mailbox.all()) == 2


def test_the_same_key_from_another_person_is_another_message(context, cast, make):
    child = make.child(linked=(cast.ann,))

    write(cast.olu, child.id, cast.ann, key="same")
    write(cast.mary, child.id, cast.ann, key="same")

    assert len(rows(context)) == 2


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("", "Hello", "subject"),
        ("  ", "Hello", "subject"),
        ("x" * (LONGEST_SUBJECT + 1), "Hello", "subject"),
        ("Hello", " \r\n ", "body"),
        ("Hello", "x" * (LONGEST_BODY + 1), "body"),
    ],
)
def test_what_is_missing_or_too_long_is_reported(context, cast, subject, body, field):
    with pytest.raises(ValidationFailed) as refused, cast.ann.works() as work:
        messages.write_to_team(work, subject, body, "k")

    assert [fault.field for fault in refused.value.faults] == [field]
    assert rows(context) == []


def test_the_longest_message_is_stored_as_typed(context, cast):
    body = ("a\r\n" * (LONGEST_BODY // 2))[: LONGEST_BODY + LONGEST_BODY // 2 - 10]

    with cast.ann.works() as work:
        messages.write_to_team(work, "A\nsubject\x00", body, "k")

    (row,) = rows(context)
    assert row["subject"] == "A subject"
    assert row["body"].startswith("a\na\n")


# --- reading --------------------------------------------------------------------------------------


def test_reading_is_stored_and_can_be_taken_back(context, cast, make, clock):
    message = make.message(cast.ann)

    with cast.ann.works() as work:
        messages.open_message(work, message.id)
    assert unread(context, cast.ann) == 0
    assert (rows(context)[0]["read_at"], rows(context)[0]["read_by_id"]) == (clock.now(), cast.ann.id)

    with cast.ann.works() as work:
        messages.mark_unread(work, message.id)
    assert unread(context, cast.ann) == 1


def test_one_officers_reading_marks_it_read_for_the_team(context, cast, make):
    message = make.message(None)

    with cast.olu.works() as work:
        messages.open_message(work, message.id)

    assert unread(context, cast.mary) == 0


def test_a_message_is_read_by_its_recipient_only(cast, make):
    message = make.message(cast.ann)

    for actor in (cast.bob, cast.pat, cast.ines):
        with pytest.raises(NotFound), actor.works() as work:
            messages.open_message(work, message.id)


def test_the_sender_reading_their_own_copy_does_not_make_it_read(context, cast, make):
    child = make.child(linked=(cast.ann,))
    (number,) = write(cast.olu, child.id, cast.ann)

    for actor in (cast.olu, cast.mary):
        with actor.works() as work:
            assert not messages.open_message(work, number).may_mark_unread
        with pytest.raises(Forbidden), actor.works() as work:
            messages.mark_unread(work, number)

    assert unread(context, cast.ann) == 1


def test_messages_about_a_child_go_with_the_link(context, cast, make, clock):
    """A message about a child is not there any more for a person who is no longer involved."""
    from app.models import ChildLink

    child = make.child()
    link = make.link(child, cast.ann)
    (number,) = write(cast.olu, child.id, cast.ann)
    with everything(context) as work:
        work.get(ChildLink, link.id).ended_at = clock.now()

    assert (seen(cast.ann), unread(context, cast.ann)) == ([], 0)
    with pytest.raises(NotFound), cast.ann.works() as work:
        messages.open_message(work, number)
    assert number in seen(cast.olu, Box.sent)


def test_a_message_links_to_its_subject_only_for_those_who_may_see_it(context, cast, make):
    child = make.child(linked=(cast.ann,))
    form = make.advice(child, cast.ann, state=FormState.asked)
    with cast.olu.works() as work:
        work.record(AdviceAsked(child_id=child.id, form_id=form.id))

    (number,) = seen(cast.ann)
    with cast.ann.works() as work:
        opened = messages.open_message(work, number)

    assert (opened.form.id, opened.child.id) == (form.id, child.id)


# --- answering ------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_team_and_the_team_s_answer_goes_back(context, cast, make):
    child = make.child(linked=(cast.ann,))
    (asked,) = write(cast.olu, child.id, cast.ann)

    with cast.ann.works() as work:
        (answered,) = messages.answer(work, asked, "Yes, on Monday.", "k1")
    with cast.mary.works() as work:
        messages.answer(work, answered, "Thank you.", "k2")

    first, second, third = rows(context)
    assert (second["recipient_id"], second["reply_to_id"], second["child_id"]) == (
        None,
        first["id"],
        child.id,
    )
    assert second["subject"] == "Re: A meeting"
    assert (third["recipient_id"], third["subject"]) == (cast.ann.id, "Re: A meeting")
    with cast.ann.works() as work:
        assert messages.open_message(work, third["id"]).answers.id == second["id"]


def test_the_portal_s_own_letters_are_answered_by_people_and_not_by_the_team(cast, make):
    to_ann, to_team = make.message(cast.ann), make.message(None)

    with cast.ann.works() as work:
        assert messages.open_message(work, to_ann.id).may_answer
    with cast.olu.works() as work:
        assert not messages.open_message(work, to_team.id).may_answer
    with pytest.raises(Forbidden), cast.olu.works() as work:
        messages.answer(work, to_team.id, "To whom?", "k")


def test_no_one_answers_what_was_not_sent_to_them(cast, make):
    child = make.child(linked=(cast.ann,))
    (number,) = write(cast.olu, child.id, cast.ann)

    with pytest.raises(NotFound), cast.bob.works() as work:
        messages.answer(work, number, "Hello", "k")
    with pytest.raises(Forbidden), cast.olu.works() as work:
        messages.answer(work, number, "Hello", "k")


# --- boxes ----------------------------------------------------------------------------------------


def test_boxes(cast, make):
    child = make.child(linked=(cast.ann,))
    mine, team = make.message(cast.olu).id, make.message(None).id
    (sent,) = write(cast.olu, child.id, cast.ann)

    assert seen(cast.olu) == [team, mine]
    assert (seen(cast.olu, Box.mine), seen(cast.olu, Box.team), seen(cast.olu, Box.sent)) == (
        [mine],
        [team],
        [sent],
    )
    assert (seen(cast.mary), seen(cast.mary, Box.mine), seen(cast.mary, Box.sent)) == ([team], [], [sent])
    assert (seen(cast.ann), seen(cast.ann, Box.sent), seen(cast.ann, Box.team)) == ([sent], [], [])


def test_a_box_is_turned_page_by_page(cast, make):
    numbers = [make.message(cast.ann).id for _ in range(LINES * 2 + 3)][::-1]

    with cast.ann.works() as work:
        session, who = work.session, cast.ann.principal
        first = lines_of(session, who, Box.everything)
        second = lines_of(session, who, Box.everything, before=first.older)
        third = lines_of(session, who, Box.everything, before=second.older)
        back = lines_of(session, who, Box.everything, after=third.newer)

    pages = [[line.id for line in page.lines] for page in (first, second, third)]
    assert [number for page in pages for number in page] == numbers
    assert (first.newer, third.older) == (None, None)
    assert [line.id for line in back.lines] == pages[1]


def test_everything_is_in_the_audit(context, cast, make):
    child = make.child(linked=(cast.ann,))
    (number,) = write(cast.olu, child.id, cast.ann)
    with cast.ann.works() as work:
        messages.open_message(work, number)
    with cast.ann.works() as work:
        messages.open_message(work, number)
        messages.mark_unread(work, number)

    with context.database.engine.connect() as connection:
        audit = (
            connection.execute(sa.select(AuditRow.__table__).order_by(AuditRow.__table__.c.id))
            .mappings()
            .all()
        )
    assert [(row["event"], row["actor_id"], row["child_id"]) for row in audit] == [
        ("MessageSent", cast.olu.id, child.id),
        ("MessageRead", cast.ann.id, child.id),
        ("MessageRead", cast.ann.id, child.id),
        ("MessageMarkedUnread", cast.ann.id, child.id),
    ]


# --- whose organisation is no longer in use -------------------------------------------------------


def test_a9_no_message_is_mailed_to_one_who_cannot_read_it(context, cast, make, mailbox):
    child = make.child(linked=(cast.rhys,))
    out_of_use(context, cast.rhys)

    for to in (cast.rhys, EVERYONE):
        with pytest.raises(ValidationFailed) as refused:
            write(cast.olu, child.id, to)
        (fault,) = refused.value.faults
        assert (fault.field, "cannot read your message" in fault.text) == ("to", True)
    assert (rows(context), mailbox.all()) == ([], [])


def test_a9_a_message_to_everyone_leaves_out_one_who_cannot_read_it(context, cast, make, mailbox):
    child = make.child(linked=(cast.pat, cast.rhys))
    out_of_use(context, cast.rhys)

    write(cast.olu, child.id, EVERYONE)

    assert [row["recipient_id"] for row in rows(context)] == [cast.pat.id]
    assert [mail["To"] for mail in mailbox.all()] == [cast.pat.email]


def test_a9_one_linked_for_another_organisation_too_reads_it_there(context, cast, make):
    second = int(make.organisation().id)
    cast.rhys.joins(second)
    child = make.child(linked=(cast.rhys,))
    make.link(child, cast.rhys, organisation_id=second)
    out_of_use(context, cast.rhys)

    (number,) = write(cast.olu, child.id, cast.rhys)

    cast.rhys.acts_for(second)
    with cast.rhys.works() as work:
        assert messages.open_message(work, number).message.id == number


def out_of_use(context: AppContext, actor: Actor) -> None:
    """Take the organisation that a person acts for out of use."""
    with everything(context) as work:
        work.get(Organisation, actor.principal.organisation_id).active = False
