"""Files on a store that speaks S3, tried against a real server: the same promises as in a folder."""

import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app import create_app
from app.core.files.s3 import PREFIX, S3Store
from app.core.files.storage import FileStore, Store
from app.documents import documents
from app.models import Document, DocumentState
from app.operations import health
from config import ConfigError
from devtools.object_store import BUCKET, ObjectStore, object_store
from tests.cast import everything
from tests.conftest import settings_for

NEVER = "0" * 64
LATER = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectStore]:
    with object_store() as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> Store:
    """Either kind: what follows holds for both."""
    if request.param == "folder":
        return FileStore(tmp_path / "files")
    server = request.getfixturevalue("server")
    client = server.client()
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    return S3Store(server.settings)


def read(store: Store, key: str) -> bytes:
    with store.open(key) as content:
        return content.read()


def soon() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + LATER


def test_a_stored_file_is_read_back_under_an_unguessable_name(store):
    text = b"Speech and language report" * 20_000
    stored = store.keep(io.BytesIO(text))

    assert read(store, stored.key) == text
    assert (stored.size, stored.sha256) == (len(text), hashlib.sha256(text).hexdigest())
    assert store.size(stored.key) == len(text)
    assert store.keep(io.BytesIO(text)).key != stored.key and len(stored.key) == 64


def test_an_empty_file_is_a_file(store):
    assert read(store, store.keep(io.BytesIO(b"")).key) == b""


def test_a_file_is_put_back_under_the_name_it_had(store):
    assert store.is_empty()
    store.put_back(NEVER, io.BytesIO(b"again"))
    assert read(store, NEVER) == b"again"
    assert not store.is_empty()


def test_a_missing_file_is_reported_as_missing(store):
    with pytest.raises(FileNotFoundError):
        store.open(NEVER)
    with pytest.raises(FileNotFoundError):
        store.size(NEVER)
    store.remove(NEVER)  # gone already


@pytest.mark.parametrize(
    "odd", ["", "../../etc/passwd", "a" * 63, "A" * 64, f"{'a' * 64}/x", "a" * 63 + "\n"]
)
def test_only_our_own_keys_lead_anywhere(store, odd):
    for way in (store.open, store.size, store.remove, lambda key: store.put_back(key, io.BytesIO(b"x"))):
        with pytest.raises(ValueError):
            way(odd)


def test_what_is_removed_is_gone_and_the_rest_stays(store):
    first, second = (store.keep(io.BytesIO(b"x")).key for _ in range(2))
    store.remove(first)
    with pytest.raises(FileNotFoundError):
        store.open(first)
    assert read(store, second) == b"x"


def test_old_files_are_listed_and_can_be_dropped(store):
    keys = {store.keep(io.BytesIO(b"x")).key for _ in range(3)}
    assert list(store.older_than(soon() - 2 * LATER)) == []

    found = list(store.older_than(soon()))

    assert {lying.key for lying in found} == keys and all(lying.whole for lying in found)
    store.drop(found[0])
    assert {lying.key for lying in store.older_than(soon())} == keys - {found[0].key}


def test_a_store_that_is_there_answers(store):
    assert store.answers()


def test_more_files_than_one_listing_holds_are_all_listed(server):
    store = S3Store(server.settings)
    client = server.client()
    for number in range(1005):
        client.put_object(Bucket=BUCKET, Key=f"{PREFIX}ab/{number:064x}", Body=b"")

    assert len(list(store.older_than(soon()))) >= 1005


def test_a_store_that_does_not_answer_is_like_a_broken_disk():
    with object_store() as gone:
        store = S3Store(gone.settings)
        key = store.keep(io.BytesIO(b"x")).key
        gone.stop()

        assert not store.answers()
        with pytest.raises(OSError) as error:
            store.open(key)
        assert str(error.value) and gone.endpoint not in str(error.value)
        assert not isinstance(error.value, FileNotFoundError)


class BreaksOff(BaseHTTPRequestHandler):
    """Says how much is coming, and hangs up before it came."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * 10)

    def log_message(self, *_words: object) -> None:
        pass


def test_a_store_that_breaks_off_in_the_middle_of_a_file_is_like_a_broken_disk(server):
    with ThreadingHTTPServer(("127.0.0.1", 0), BreaksOff) as breaking:
        threading.Thread(target=breaking.serve_forever, daemon=True).start()
        store = S3Store(replace(server.settings, endpoint=f"http://127.0.0.1:{breaking.server_port}"))
        with store.open(NEVER) as content, pytest.raises(OSError, match="the store for files does not"):
            content.read()
        breaking.shutdown()


def test_a_bucket_that_is_not_there_is_no_answer(server):
    assert not S3Store(replace(server.settings, bucket="another")).answers()


def test_documents_are_stored_downloaded_and_swept_there(app, context, cast, make, server, clock):
    there = replace(context, settings=replace(context.settings, s3=server.settings))
    assert health.weaknesses(there) == []
    received = documents.receive(there, "letter.txt", io.BytesIO(b"A letter."))
    assert received.state is DocumentState.clean
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)
    with everything(context) as work:
        document = work.add(
            Document(
                child_id=child.id,
                form_id=form.id,
                section="s",
                question="q",
                name="letter.txt",
                media_type="text/plain",
                size=9,
                sha256=received.stored.sha256,
                storage_key=received.stored.key,
                state=received.state,
                added_by_id=cast.sana.id,
            )
        )
    orphan = documents.receive(there, "other.txt", io.BytesIO(b"Nobody's.")).stored.key

    with_store = create_app(
        settings_for(context.settings.data_dir, context.database.url, **server.environ), clock
    )
    browser = cast.sana.browser()
    cookies = browser.get_cookie("sid")
    elsewhere = with_store.test_client()
    elsewhere.set_cookie("sid", cookies.value)
    answer = elsewhere.get(f"/documents/{document.id}/download", buffered=True)

    assert (answer.status_code, answer.data, answer.content_length) == (200, b"A letter.", 9)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert not (context.settings.data_dir / "files" / received.stored.key[:2] / received.stored.key).exists()

    now = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=25)
    with everything(context) as work:
        documents.sweep(work.session, there, now)
    store = S3Store(server.settings)
    assert read(store, received.stored.key) == b"A letter."
    with pytest.raises(FileNotFoundError):
        store.open(orphan)
    with_store.extensions["app_context"].database.engine.dispose()


WHOLE = {"S3_ENDPOINT": "https://s3.example", "S3_BUCKET": "b", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s"}


def test_without_a_store_files_lie_in_a_folder(tmp_path):
    assert settings_for(tmp_path, f"sqlite:///{tmp_path}/x").s3 is None


def test_the_stores_secret_may_come_from_a_file_and_is_never_printed(tmp_path):
    (tmp_path / "secret").write_text("very-secret\n")
    given = {**WHOLE, "S3_SECRET_KEY": "", "S3_SECRET_KEY_FILE": str(tmp_path / "secret")}
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path}/x", **given)

    assert settings.s3 is not None and settings.s3.secret_key == "very-secret"
    assert "very-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"S3_BUCKET": ""}, "S3_BUCKET missing"),
        ({"S3_SECRET_KEY": "", "S3_ACCESS_KEY": ""}, "S3_ACCESS_KEY, S3_SECRET_KEY missing"),
        ({"S3_ENDPOINT": "s3.example"}, "must be an address"),
        ({"S3_ENDPOINT": "ftp://s3.example"}, "must be an address"),
    ],
)
def test_a_store_that_is_half_named_is_refused(tmp_path, given, error):
    with pytest.raises(ConfigError, match=error):
        settings_for(tmp_path, f"sqlite:///{tmp_path}/x", **(WHOLE | given))
