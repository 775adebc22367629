"""Faults of storage: disk full, database read-only, database server stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bench.browser import Answer
from bench.faults.scene import Scene, says_what_to_do, was_sent
from bench.faults.servers import OwnPostgres, fill_up, small_disk
from bench.fixtures import Fixtures
from bench.promises import Options, Promise, exactly, holds
from bench.stack import Stack, stack

TYPED = "Zara says: “I like the quiet table by the window.” <b>&"
A_PASSWORD = "never-shown-on-a-page"  # noqa: S105 - of no account
AS_PAGES_SHOW_IT = "I like the quiet table by the window."


@contextmanager
def running(portal: Stack, forms: int = 4) -> Iterator[Scene]:
    """Start the web server and log a person in; a proof that needs the worker starts it."""
    fixtures = Fixtures(portal)
    ready = fixtures.advice_ready_to_send(forms)["sana"]
    portal.start_web()
    yield Scene(portal, fixtures, fixtures.log_in(portal, "sana", portal.mail), ready)


def disk_full(options: Options) -> Iterator[Promise]:
    """Prove the behaviour when the disk of database and files is full."""
    folder = options.folder / "disk-full"
    ballast = folder / "ballast"
    with (
        small_disk(folder, "60m"),
        stack(replace(options, folder=folder, database=None, redis=None), "portal") as portal,
        running(portal) as scene,
    ):
        scene.send()
        yield from _broken(scene, "Disk full", lambda: fill_up(ballast), ballast.unlink, with_file=True)


def read_only(options: Options) -> Iterator[Promise]:
    """Prove the behaviour when the database is read-only: a standby, or a disk mounted read-only."""
    with stack(options, "read-only") as portal, running(portal) as scene:
        scene.send()
        if options.database:
            yield from _broken(
                scene,
                "Database read-only",
                lambda: _set_read_only(portal, "on"),
                lambda: _set_read_only(portal, "off"),
            )
            return
        yield from _broken(
            scene,
            "Database read-only",
            lambda: _reopen(portal, "?mode=ro&uri=true"),
            lambda: _reopen(portal, ""),
        )


def postgres_stopped(options: Options) -> Iterator[Promise]:
    """Prove the behaviour when the database server stops under the running portal and starts again."""
    server = OwnPostgres(options.folder / "postgres")
    try:
        own = replace(options, database=server.url, redis=None)
        with stack(own, "postgres-stopped") as portal, running(portal) as scene:
            scene.send()
            yield from _broken(scene, "PostgreSQL stopped", server.stop, server.start)
    finally:
        server.close()


def _broken(
    scene: Scene, name: str, begin: Callable[[], Any], end: Callable[[], Any], with_file: bool = False
) -> Iterator[Promise]:
    version = scene.open_section()
    begin()
    sent, typed = scene.send(), scene.save_section(version, TYPED)
    pages = [sent, typed, _tries_to_log_in(scene), *([scene.add_file()] if with_file else [])]
    helped = all(says_what_to_do(page) for page in pages)
    figure = ", ".join(str(page.status) for page in pages)
    yield holds(f"{name}: sending, saving and logging in get a page that says what to do", helped, figure)
    held = AS_PAGES_SHOW_IT in typed.text and not any(A_PASSWORD in page.text for page in pages)
    yield holds(
        f"{name}: that page holds what was typed, and no password", held, "held" if held else "not so"
    )
    end()
    scene.portal.until(lambda: _well(scene), 60, "the portal to be well again")
    again, saved = scene.send_again(sent), scene.send_again(typed)
    fine = was_sent(again) and saved.status == 302
    yield holds(
        f"{name}, over: the page's own button sends and saves it", fine, f"{again.status}, {saved.status}"
    )
    yield holds(f"{name}, over: the next form goes as ever", was_sent(scene.send()), "sent")
    yield exactly(f"{name}: acknowledged and lost", scene.lost(), 0)


def _tries_to_log_in(scene: Scene) -> Answer:
    visitor = scene.portal.browser()
    visitor.get("/login/")
    return visitor.post("/login/", {"email": scene.fixtures.players["ann"].email, "password": A_PASSWORD})


def _well(scene: Scene) -> bool:
    ready = scene.portal.healthy("/readyz")
    return ready is not None and ready.status == 200


def _set_read_only(portal: Stack, value: str) -> None:
    url = sa.make_url(portal.settings.database_url)
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            sa.text(f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = {value}')
        )
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": url.database},
        )
    engine.dispose()


def _reopen(portal: Stack, how: str) -> None:
    """Restart the web server on the same SQLite file, opened in another way."""
    path = sa.make_url(portal.settings.database_url).database
    portal.web.stop()
    portal.web.environ["DATABASE_URL"] = f"sqlite:///file:{path}{how}" if how else f"sqlite:///{path}"
    portal.start_web()
