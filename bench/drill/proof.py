"""Backs up a portal that people are writing to, restores it in an empty place, and says what came back and how fast."""

import time
from collections.abc import Iterator, Mapping, Sequence

import pyrage

from app.core.unit_of_work import AppContext
from app.operations.archive import MANIFEST, decrypted, open_archive
from app.operations.preparation import prepare
from bench.drill.comparing import compare
from bench.drill.filling import CANARIES, FILE_EACH, Writers, fill
from bench.drill.place import Place
from bench.promises import Options, Promise, at_most, exactly, holds
from devtools.databases import own_database
from devtools.object_store import object_store

IDENTITY = "identity.txt"
ANOTHER = "another"
PEOPLE, FEW = 10_000, 200
LONGEST_BACKUP, LONGEST_RESTORE, LONGEST_WAIT = 300, 900, 10
"""Seconds; a restore within 15 minutes is what a council is promised."""


def prove(options: Options) -> Iterator[Promise]:
    """Run the whole drill, with few people in the short form."""
    yield from drill(options, FEW if options.short else PEOPLE)


def prove_store(options: Options) -> Iterator[Promise]:
    """Run the drill with the files in one S3 object store and the restored files in another, with few people."""
    with object_store() as store:
        store.add_bucket(ANOTHER)
        yield from drill(options, FEW, (store.environ, store.environ | {"S3_BUCKET": ANOTHER}))
        restored = len(store.lying_in(ANOTHER))
    yield holds(
        "The files are in the other bucket",
        restored > FEW / FILE_EACH,
        f"{restored:,}",
        f"more than {FEW // FILE_EACH:,}",
    )
    in_folders = [path for path in options.folder.glob("*/files/*") if "backup" not in path.parts]
    yield exactly("Files in folders beside the store", len(in_folders), 0)


def drill(options: Options, people: int, stores: Sequence[Mapping[str, str]] = ({}, {})) -> Iterator[Promise]:
    """Run the whole drill with so many people; files in folders, or in these two stores, the second of them empty."""
    here, there = options.folder / "here", options.folder / "there"
    here.mkdir(mode=0o700)
    with own_database(options.database, here) as first, own_database(options.database, there) as second:
        identity = pyrage.x25519.Identity.generate()
        (options.folder / IDENTITY).write_text(f"{identity}\n")
        context = (place := Place(here, first, stores[0], str(identity.to_public()))).context()
        try:
            yield from _drill(options, people, place, context, Place(there, second, stores[1]))
        finally:
            context.database.engine.dispose()


def _drill(
    options: Options, people: int, place: Place, context: AppContext, empty: Place
) -> Iterator[Promise]:
    prepare(context)
    options.notes(f"Entering {people:,} people, each with a child and a form ...")
    fill(context, people)
    place.portal("audit-head")
    backup, identity = options.folder / "backup.tar.age", options.folder / IDENTITY
    with Writers(context).at_work() as writers:
        time.sleep(1)
        begun = time.monotonic()
        seconds, code, output = place.portal("backup", str(backup))
    options.notes(output)
    during = len(writers.acknowledged) - len(writers.before(begun))
    yield holds(
        "A backup is taken while people write", code == 0 and during > 0, f"{during:,} written meanwhile"
    )
    yield exactly("Writes that failed meanwhile", len(writers.failures), 0)
    yield at_most(
        "Longest wait of a person who wrote meanwhile", round(writers.slowest, 2), LONGEST_WAIT, " s"
    )
    yield at_most(f"Seconds to back up {people:,} people", round(seconds, 1), LONGEST_BACKUP, " s")

    seconds, code, output = empty.with_keys_of(place).portal(
        "restore", str(backup), "--identity", str(identity)
    )
    options.notes(output)
    yield holds(
        "It is restored into an empty place", code == 0, "yes" if code == 0 else output.strip()[-200:]
    )
    yield at_most(f"Seconds to restore {people:,} people", round(seconds, 1), LONGEST_RESTORE, " s")
    restored = empty.context()
    try:
        with (
            decrypted(backup, identity, options.folder / "plain.tar") as plain,
            open_archive(plain) as archive,
        ):
            manifest = options.folder / MANIFEST
            manifest.write_bytes(archive.open(MANIFEST).read())
        found = compare(restored, manifest, writers.before(begun))
    finally:
        restored.database.engine.dispose()
    yield exactly("Children entered before the backup began and not in it", found.lost, 0)
    yield exactly("Tables with another number of rows", len(found.other_counts), 0)
    yield exactly("Known texts found again: in a record, a form and a file", found.canaries, len(CANARIES))
    yield exactly("Documents without their file", found.without_file, 0)
    yield exactly("Documents whose file is not what was uploaded", found.other_bytes, 0)
    yield holds("The audit is whole and ends where it did", found.audit_whole, f"{found.audit_rows:,} rows")
