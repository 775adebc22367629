"""The audit's chain: what the other tests of the audit (test_audit.py) leave open, and eight writers at length."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from app.children.events import ChildViewed
from app.core.audit.chain import verify
from app.core.audit.heads import keep_head, stored_heads
from app.core.unit_of_work import AppContext, unit_of_work
from tests.cast import Actor
from tests.integration.core.test_audit import (
    AUDIT,
    check,
    open_child,
    rows,
    with_audit_keys,
    without_triggers,
)

WRITERS, EACH = 8, 250
NEWER, NEWEST = "a newer key, made in the spring", "the newest key, made in the autumn"


@pytest.fixture
def three(cast, context) -> list[int]:
    """Five lines, of which the middle three are tampered with; no two say the same."""
    for child_id in range(1, 6):
        open_child(cast.ann, child_id)
    return [row["id"] for row in rows(context)[1:4]]


def test_two_lines_that_changed_places_are_found(context, three):
    first, _, third = three
    before = rows(context)
    lines = [{name: value for name, value in row.items() if name != "id"} for row in before]
    seals = [row["seal"] for row in before]

    without_triggers(context, "SELECT 1")
    with context.database.engine.begin() as connection:
        for place, line in ((first, lines[3]), (third, lines[1])):
            connection.execute(sa.update(AUDIT).where(AUDIT.c.id == place).values(line))

    now = [row["seal"] for row in rows(context)]
    assert now == [seals[0], seals[3], seals[2], seals[1], seals[4]], "they did change places"
    assert check(context).first_bad_id == first


def test_a_line_put_in_is_found(context, three):
    first, second, _ = three
    columns = [column.name for column in AUDIT.columns if column.name != "id"]
    names = ", ".join(columns)
    without_triggers(context, f"DELETE FROM audit WHERE id = {second}")  # noqa: S608
    assert not check(context).ok

    # A copy of an honest line, seal and all, in the place that is free now: no one without the key writes a better one.
    without_triggers_again(
        context,
        f"INSERT INTO audit (id, {names}) SELECT {second}, {names} FROM audit WHERE id = {first}",  # noqa: S608
    )

    assert check(context).first_bad_id == second


def test_a_line_put_in_at_the_end_is_found(context, three):
    last = rows(context)[-1]["id"]
    names = [column for column in AUDIT.columns if column.name != "id"]

    with context.database.engine.begin() as connection:  # no trigger prevents adding
        connection.execute(
            sa.insert(AUDIT).from_select(
                ["id", *names], sa.select(sa.literal(last + 1), *names).where(AUDIT.c.id == last)
            )
        )

    assert check(context).first_bad_id == last + 1


def test_an_audit_sealed_with_another_key_is_found(context, three):
    with context.database.open() as session:
        verdict = verify(session, ["another key, of somebody who owns the database"])

    assert verdict.first_bad_id == rows(context)[0]["id"]


@pytest.fixture
def with_keys(context) -> Iterator[Callable[..., AppContext]]:
    """The same portal, started again with these keys, the newest first."""
    started: list[AppContext] = []

    def start(*keys: str) -> AppContext:
        started.append(with_audit_keys(context, *keys))
        return started[-1]

    yield start
    for each in started:
        each.database.engine.dispose()


def sealed_by(context: AppContext, actor: Actor, times: int = 1) -> int:
    """A person opens a child's page so many times on this portal; gives the last line's number."""
    for _ in range(times):
        with unit_of_work(context, actor.principal) as work:
            work.record(ChildViewed(child_id=7))
    return int(rows(context)[-1]["id"])


def test_after_the_key_was_changed_twice_every_line_is_checked_with_the_key_of_its_time(
    context, cast, three, with_keys
):
    (first,) = context.settings.audit_keys
    sealed_by(with_keys(NEWER, first), cast.ann, 3)
    now = with_keys(NEWEST, NEWER, first)
    sealed_by(now, cast.ann, 2)

    verdict = check(now)

    assert (verdict.ok, verdict.rows, verdict.by_older_keys) == (True, 10, 8)


def test_a_key_no_longer_configured_leaves_its_lines_unchecked_and_says_so(context, cast, three, with_keys):
    now = with_keys(NEWER, *context.settings.audit_keys)
    sealed_by(now, cast.ann)

    verdict = check(with_keys(NEWER))

    assert (verdict.ok, verdict.first_bad_id) == (False, rows(context)[0]["id"])
    assert not verdict.out_of_time


def test_a_line_sealed_with_an_older_key_after_a_newer_one_is_found(context, cast, three, with_keys):
    """Else a person with the leaked key could go on writing the audit."""
    now = with_keys(NEWER, *context.settings.audit_keys)
    sealed_by(now, cast.ann)
    forged = sealed_by(context, cast.ann)
    sealed_by(now, cast.ann)

    verdict = check(now)

    assert (verdict.ok, verdict.first_bad_id, verdict.out_of_time) == (False, forged, True)


def test_a_line_of_the_old_keys_time_that_is_rewritten_with_it_is_found(context, cast, three, with_keys):
    """The first line that the newer key sealed seals all that comes before it."""
    now = with_keys(NEWER, *context.settings.audit_keys)
    after = sealed_by(now, cast.ann)
    without_triggers(context, f"DELETE FROM audit WHERE id = {after - 1}")  # noqa: S608

    assert check(now).first_bad_id == after


def test_a_tail_that_was_cut_and_rewritten_is_found(context, cast, clock, tmp_path, three):
    """With the key and the database, but not what was stored outside, a person could leave a whole chain behind."""
    with context.database.open() as session:
        head = keep_head(session, tmp_path, clock.now())
    without_triggers(context, f"DELETE FROM audit WHERE id >= {three[2]}")  # noqa: S608
    open_child(cast.ann, 99, times=3)

    assert check(context).ok
    assert check(context, *stored_heads(tmp_path)).missing_heads == (head,)


@pytest.mark.slow
def test_two_thousand_lines_by_eight_at_once_are_one_chain(context, cast):
    """On a busy machine SQLite may keep one of them waiting too long and refuse; who is refused tries again, and what
    was refused must not stand in the chain."""
    failures: list[BaseException] = []

    def write(actor: Actor) -> None:
        for number in range(EACH):
            while not one_line(actor, number, failures):
                time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(actor,)) for actor in list(cast)[:WRITERS]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdict = check(context)
    assert failures == []
    assert (verdict.ok, verdict.rows) == (True, WRITERS * EACH)
    written = [(row["actor_id"], row["child_id"]) for row in rows(context)]
    assert len(set(written)) == WRITERS * EACH, "each line once"


def one_line(actor: Actor, number: int, failures: list[BaseException]) -> bool:
    """Write a line; False when another writer held the database too long."""
    try:
        with actor.works() as work:
            work.record(ChildViewed(child_id=number))
    except sa.exc.OperationalError as refused:
        if "locked" in str(refused):
            return False
        failures.append(refused)
    except Exception as failure:
        failures.append(failure)
    return True


def without_triggers_again(context: AppContext, statement: str) -> None:
    """The triggers are off already."""
    with context.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
