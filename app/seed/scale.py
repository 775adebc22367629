"""A demo of a county's size: thousands of children and cases over two years, entered in bulk. All is invented."""

import random
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import select

from app.accounts.passwords import passwords_of
from app.core.database.engine import WRITING
from app.core.database.migrations import alone
from app.core.database.row_filter import bypass_row_filter
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.models import Person
from app.seed.bulk import let_ids_follow
from app.seed.scale_cases import CaseWriter
from app.seed.scale_parts import stored_plans
from app.seed.scale_people import DOMAIN, Settlers
from app.seed.scale_stories import Stories

INVENTED = ".example"
"""The end of every email address in a demo. No real address ends so (RFC 2606)."""
NUMBERED = (
    "organisation",
    "ab_user",
    "child",
    "form",
    "ehc_case",
    "case_exception",
    "document",
)
"""Tables whose rows are entered with their ids."""
MOST_CHILDREN = 100_000
MOST_CASES_OF_YEARS = 2.2
"""At most so many times as many cases have ended in the two years as are live."""


class CannotSeed(Exception):
    """The database must not be filled; the text says why."""


@dataclass(frozen=True)
class Seeded:
    """How many rows were entered."""

    children: int
    live: int
    finished: int


def seed_scale(context: AppContext, password: str, children: int, cases: int, *, demo: bool) -> Seeded:
    """Fill a demo with children, cases and the people who work on them, once, and return how many.

    Raises CannotSeed outside a demo, where an account has a real address, where it was done before, and where there are
    more cases than children.
    """
    if not demo:
        raise CannotSeed("It is for a demo only: set PORTAL_MODE=demo.")
    if not 1 <= cases <= children <= MOST_CHILDREN:
        raise CannotSeed(f"Each live case needs a child of its own, and there are at most {MOST_CHILDREN:,}.")
    with alone(context.database):
        _check(context)
        seeded = _seed(context, password, children, cases)
    context.database.gather_statistics()
    return seeded


def _check(context: AppContext) -> None:
    with context.database.open() as session:
        bypass_row_filter(session, "whether only invented people have accounts is checked")
        emails = [*session.scalars(select(Person.email))]
    if not emails:
        raise CannotSeed("There is no demo yet: run `python run.py prepare` first.")
    if any(not email.endswith(INVENTED) for email in emails):
        raise CannotSeed("There are accounts of real people: an address does not end in .example.")
    if any(email.endswith(f"@{DOMAIN}") for email in emails):
        raise CannotSeed("It was done before.")


def _seed(context: AppContext, password: str, children: int, cases: int) -> Seeded:
    chance = random.Random(children * 7 + cases)  # noqa: S311 - invented data, always the same
    now = context.clock.now().replace(microsecond=0)
    password_hash = passwords_of(context).hash(password)
    finished = min(children - cases, int(cases * MOST_CASES_OF_YEARS))
    stories = Stories(chance, context.clock.today())
    drawn = [*chain(stories.live(cases), stories.finished(finished))]
    files = stored_plans(store_of(context), sum(story.has_plan for story in drawn))
    engine = context.database.engine.execution_options(**{WRITING: True})
    with engine.begin() as connection:
        county = Settlers(connection, chance, now, password_hash).settle(children, cases)
        pupils = chance.sample(county.children, len(drawn))
        CaseWriter(connection, chance, now, county, files).write([*zip(drawn, pupils, strict=True)])
        let_ids_follow(connection, NUMBERED)
    return Seeded(children, cases, finished)
