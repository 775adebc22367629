"""Sixteen writers at once: no one reads that the database is locked, and no one waits longer than those who came later (R17)."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.core.database.write_queue import WriteQueue
from app.core.events import AuditRead
from app.core.unit_of_work import unit_of_work
from app.models import AuditRow
from tests.cast import everything

WRITERS, EACH = 16, 25


def test_sixteen_writers_at_once_all_get_their_turn(context, cast):
    refused: list[str] = []

    def write() -> None:
        for _ in range(EACH):
            try:
                with unit_of_work(context, cast.mary.principal) as work:
                    work.record(AuditRead())
            except OperationalError as locked:
                refused.append(str(locked.orig))

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert refused == []
    with everything(context) as work:
        assert work.session.query(AuditRow).filter(AuditRow.event == "AuditRead").count() == WRITERS * EACH


def test_writers_go_in_the_order_they_came():
    queue, order = WriteQueue(), []
    assert queue.acquire()

    def wait_and_write(number: int) -> None:
        assert queue.acquire()
        order.append(number)
        queue.release()

    waiting = []
    for number in range(5):
        waiting.append(threading.Thread(target=wait_and_write, args=(number,)))
        waiting[-1].start()
        while len(queue._waiting) <= number:
            pass
    queue.release()
    for each in waiting:
        each.join()

    assert order == [0, 1, 2, 3, 4]
    assert queue.acquire()


def test_a_writer_that_fails_releases_its_turn(context, cast):
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), unit_of_work(context, cast.mary.principal):
            raise ZeroDivisionError

    with unit_of_work(context, cast.mary.principal) as work:
        work.record(AuditRead())
