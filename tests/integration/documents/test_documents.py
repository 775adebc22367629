"""Files of a form: stored outside the database, served through the row filter, and swept up when they belong to nothing."""

import io
import os
import socket
import struct
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.errors import Damaged, Forbidden, InvalidState, NotFound
from app.core.files.storage import FileStore
from app.documents import documents
from app.documents.rules.packed_files import TEST_VIRUS
from app.documents.rules.upload_refusals import UploadError
from app.documents.scanner import Clamd, NoScanner, ScannerDown, scanner_at
from app.forms import attachments
from app.forms.form_context import load_form, load_form_for_update
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Document, DocumentState, Form
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.hostile_files import HOSTILE, HOSTILE_NAMES, PDF, docx

FILES = ("support", "provision_map_files")


@pytest.fixture
def request_form(cast, make):
    form = make.request(make.child(linked=(cast.sana, cast.tom, cast.hana)), cast.sana)
    fill_in(cast.sana, form.id, support={"provision_map": "upload"})
    return form


def attach(actor, form_id: int, name: str = "map.pdf", content: bytes = PDF, place=FILES) -> Document:
    received = documents.receive(actor.app.extensions["app_context"], name, io.BytesIO(content))
    with actor.works() as work:
        return attachments.attach(work, load_form_for_update(work, form_id), *place, received)


def on_disk(context) -> list[Path]:
    return [path for path in documents.store_of(context).folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_privately_under_a_name_of_our_own(context, cast, request_form):
    before = set(on_disk(context))

    document = attach(cast.sana, request_form.id, "Amina's map.pdf")

    (stored,) = set(on_disk(context)) - before
    assert stored.read_bytes() == PDF
    assert stored.name == document.storage_key
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700
    assert (document.name, document.media_type, document.size) == (
        "Amina's map.pdf",
        "application/pdf",
        len(PDF),
    )


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_a_hostile_file_stays(context, sent):
    before = set(on_disk(context))

    with pytest.raises(UploadError):
        documents.receive(context, sent.name, io.BytesIO(sent.content))

    assert set(on_disk(context)) == before


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if ".pdf" in name])
def test_no_name_reaches_the_disk(context, cast, request_form, name):
    outside = {path for path in context.settings.data_dir.rglob("*") if "files" not in path.parts}

    document = attach(cast.sana, request_form.id, name)

    now = {path for path in context.settings.data_dir.rglob("*") if "files" not in path.parts}
    assert not {path for path in now - outside if "sqlite" not in path.name and "audit" not in path.name}
    assert documents.store_of(context).path(document.storage_key).is_file()
    assert document.name == HOSTILE_NAMES[name]


@pytest.mark.parametrize("key", ["../../x", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "/etc/passwd"])
def test_only_our_own_keys_lead_to_a_file(tmp_path, key):
    with pytest.raises(ValueError):
        FileStore(tmp_path).path(key)


def test_a_broken_upload_leaves_nothing(tmp_path):
    class Breaking(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("the line broke")
            return super().read(10)

    with pytest.raises(OSError, match="the line broke"):
        FileStore(tmp_path).keep(Breaking(PDF))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "place", [("support", "support_note"), ("support", "no_such"), ("reason", "provision_map_files")]
)
def test_files_answer_only_questions_that_ask_for_them(cast, request_form, place):
    with pytest.raises(NotFound):
        attach(cast.sana, request_form.id, place=place)


@pytest.mark.parametrize(
    ("person", "answer"), [("olu", Forbidden), ("bob", NotFound), ("pat", NotFound), ("hana", NotFound)]
)
def test_only_its_authors_attach_to_a_draft(cast, request_form, person, answer):
    with pytest.raises(answer):
        attach(getattr(cast, person), request_form.id)


def test_nothing_is_attached_to_what_was_sent(cast, request_form):
    attach(cast.sana, request_form.id)
    send(cast.sana, request_form.id)

    with pytest.raises(InvalidState):
        attach(cast.sana, request_form.id)


def test_there_is_a_limit_to_a_questions_files(cast, request_form, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    attach(cast.sana, request_form.id)
    attach(cast.tom, request_form.id)

    with pytest.raises(UploadError):
        attach(cast.sana, request_form.id)


def test_a_file_for_which_there_is_no_room_is_not_stored(context, cast, request_form, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    attach(cast.sana, request_form.id)
    before = set(on_disk(context))

    with pytest.raises(UploadError), cast.sana.works() as work:
        attachments.make_room(work, load_form_for_update(work, request_form.id), *FILES)
    with (
        pytest.raises(UploadError),
        documents.received(context, "b.pdf", io.BytesIO(PDF)) as late,
        cast.sana.works() as work,
    ):
        assert set(on_disk(context)) > before
        attachments.attach(work, load_form_for_update(work, request_form.id), *FILES, late)

    assert set(on_disk(context)) == before, "one that came too late is taken away again"


def test_a_file_stays_where_no_one_knows_whether_it_was_entered(context):
    """The database was cut off at its COMMIT: a row may be there, and must not be without its file."""
    before = set(on_disk(context))
    with pytest.raises(ConnectionError), documents.received(context, "b.pdf", io.BytesIO(PDF)):
        raise ConnectionError
    assert len(set(on_disk(context)) - before) == 1


# --- handing out ----------------------------------------------------------------------------------


def test_who_may_open_a_file_of_a_draft_and_of_what_was_sent(context, cast, make, request_form):
    document = attach(cast.sana, request_form.id)
    may_now = {"sana", "tom"}
    everyone = ("sana", "tom", "rhys", "ann", "hana", "olu", "mary", "ines", "pat")

    def who_may() -> set[str]:
        return {name for name in everyone if opens(getattr(cast, name), document.id)}

    assert who_may() == may_now
    send(cast.sana, request_form.id)
    assert who_may() == may_now | {"olu", "mary"}
    make.share(request_form)
    assert who_may() == may_now | {"olu", "mary", "hana"}


def opens(actor, document_id: int) -> bool:
    try:
        with actor.works() as work:
            _, content = documents.open_for_download(work, document_id)
            with content:
                return content.read() == PDF
    except NotFound:
        return False


@pytest.mark.parametrize("now", [b"", PDF[:-1], PDF + b"x", b"another child's report"])
def test_a_file_that_is_not_what_was_sent_is_never_downloaded(context, cast, request_form, caplog, now):
    document = attach(cast.sana, request_form.id)
    documents.store_of(context).path(document.storage_key).write_bytes(now)

    with pytest.raises(Damaged), cast.sana.works() as work:
        documents.open_for_download(work, document.id)
    assert f"the file of document {document.id} is not the one" in caplog.text
    assert cast.sana.browser().get(f"/documents/{document.id}/download").status_code == 500
    with everything(context) as work:
        assert not work.session.query(AuditRow).filter_by(event="DocumentDownloaded").count()


def test_a_file_taken_off_a_draft_is_gone(cast, request_form):
    document = attach(cast.sana, request_form.id)

    with cast.tom.works() as work:
        attachments.take_off(work, load_form_for_update(work, request_form.id), document.id)

    assert not opens(cast.sana, document.id)
    with cast.sana.works() as work:
        assert load_form(work, request_form.id).files("provision_map_files") == []


def test_a_file_taken_off_after_it_was_sent_stays_with_what_was_sent(context, cast, request_form):
    document = attach(cast.sana, request_form.id)
    send(cast.sana, request_form.id)
    with everything(context) as work:
        work.get(Form, request_form.id).state = FormState.returned

    with cast.sana.works() as work:
        attachments.take_off(work, load_form_for_update(work, request_form.id), document.id)

    assert opens(cast.olu, document.id)
    with cast.sana.works() as work:
        assert load_form(work, request_form.id).files("provision_map_files") == []


def test_a_file_of_another_form_is_not_taken_off_through_this_one(cast, make, request_form):
    other = make.request(make.child(linked=(cast.sana,)), cast.sana)
    document = attach(cast.sana, request_form.id)

    with pytest.raises(NotFound), cast.sana.works() as work:
        attachments.take_off(work, load_form_for_update(work, other.id), document.id)


# --- the scanner ----------------------------------------------------------------------------------


class ClamdOnTheLine(threading.Thread):
    """A server that speaks clamd's protocol: finds the test virus, or answers whatever the test gives it."""

    def __init__(self, says: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.says = says
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return
            with line, line.makefile("rb") as heard:
                assert heard.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", heard.read(4))[0]:
                    content += heard.read(size)
                found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if b"virus" in content else b"stream: OK\0"
                line.sendall(found if self.says is None else self.says)

    def __enter__(self) -> "ClamdOnTheLine":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.close()


def at_scanner(context, address: str):
    """The same office with a scanner at this address."""
    return replace(context, settings=replace(context.settings, clamd_address=address))


def test_a_scanner_says_clean_or_not():
    with ClamdOnTheLine() as clamd:
        assert Clamd(clamd.address).is_clean(io.BytesIO(b"a" * 300_000))
        assert not Clamd(clamd.address).is_clean(io.BytesIO(b"a virus"))


@pytest.mark.parametrize(
    "says", [b"", b"stream: OK? ", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0", b"\0"]
)
def test_any_other_answer_is_no_answer(says):
    with ClamdOnTheLine(says) as clamd, pytest.raises(ScannerDown):
        Clamd(clamd.address).is_clean(io.BytesIO(b"a"))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere/clamd.sock", "nonsense:99999999"])
def test_a_scanner_that_is_not_there_says_nothing(address):
    with pytest.raises(ScannerDown):
        Clamd(address, patience=0.2).is_clean(io.BytesIO(b"a"))


def test_without_an_address_no_scanner_is_asked():
    assert isinstance(scanner_at(""), NoScanner)
    assert isinstance(scanner_at("127.0.0.1:3310"), Clamd)


def test_what_the_scanner_finds_is_not_stored(context):
    before = set(on_disk(context))

    with ClamdOnTheLine() as clamd, pytest.raises(UploadError):
        documents.receive(at_scanner(context, clamd.address), "a.txt", io.BytesIO(b"a virus in a letter"))

    assert set(on_disk(context)) == before


def test_while_the_scanner_is_down_a_file_waits_and_no_one_opens_it(context, cast, request_form):
    received = documents.receive(at_scanner(context, "127.0.0.1:1"), "map.pdf", io.BytesIO(PDF))
    with cast.sana.works() as work:
        document = attachments.attach(work, load_form_for_update(work, request_form.id), *FILES, received)
    assert document.state is DocumentState.received
    with pytest.raises(InvalidState), cast.sana.works() as work:
        documents.open_for_download(work, document.id)

    with ClamdOnTheLine() as clamd, everything(context) as work:
        assert documents.scan_waiting(work.session, at_scanner(context, "127.0.0.1:1")) == 0
        assert documents.scan_waiting(work.session, at_scanner(context, clamd.address)) == 1
    assert opens(cast.sana, document.id)


def test_a_file_that_is_gone_keeps_no_other_waiting_for_the_scanner(context, cast, request_form, caplog):
    away = at_scanner(context, "127.0.0.1:1")
    waiting = []
    for name in ("taken off.pdf", "gone.pdf", "there.pdf"):
        received = documents.receive(away, name, io.BytesIO(PDF))
        with cast.sana.works() as work:
            waiting.append(
                attachments.attach(work, load_form_for_update(work, request_form.id), *FILES, received)
            )
    with cast.sana.works() as work:
        attachments.take_off(work, load_form_for_update(work, request_form.id), waiting[0].id)
    for document in waiting[:2]:
        documents.store_of(context).remove(document.storage_key)

    with ClamdOnTheLine() as clamd, everything(context) as work:
        assert documents.scan_waiting(work.session, at_scanner(context, clamd.address)) == 1
    assert opens(cast.sana, waiting[2].id)
    assert f"document {waiting[1].id} waits for the scanner and can't be read" in caplog.text
    assert f"document {waiting[0].id} " not in caplog.text, "nobody wants it"


def test_a_waiting_file_with_a_virus_is_deleted(context, cast, request_form):
    received = documents.receive(at_scanner(context, "127.0.0.1:1"), "a.txt", io.BytesIO(b"a virus"))
    with cast.sana.works() as work:
        document = attachments.attach(work, load_form_for_update(work, request_form.id), *FILES, received)

    with ClamdOnTheLine() as clamd, everything(context) as work:
        documents.scan_waiting(work.session, at_scanner(context, clamd.address))

    assert not documents.store_of(context).path(document.storage_key).exists()
    with pytest.raises((InvalidState, NotFound)), cast.sana.works() as work:
        documents.open_for_download(work, document.id)


# --- sweeping -------------------------------------------------------------------------------------


def test_the_sweeper_takes_what_belongs_to_nothing_and_nothing_else(context, cast, request_form, clock):
    store = documents.store_of(context)
    stored, sent, taken_off = (attach(cast.sana, request_form.id) for _ in range(3))
    orphan = store.keep(io.BytesIO(PDF)).key
    young = store.keep(io.BytesIO(PDF)).key
    unfinished = store.path(orphan).with_suffix(".part")
    unfinished.write_bytes(b"half")
    with everything(context) as work:
        work.get(Document, sent.id).given_at = work.get(Document, sent.id).removed_at = work.now
        work.get(Document, taken_off.id).removed_at = work.now
    clock.forward(days=2)
    long_ago = (clock.now() - timedelta(hours=25)).timestamp()
    for path in on_disk(context):
        if path.name != young:
            os.utime(path, (long_ago, long_ago))
    soon = clock.now().timestamp()
    os.utime(store.path(young), (soon, soon))

    with everything(context) as work:
        documents.sweep(work.session, context, work.now)

    left = {path.name for path in on_disk(context)}
    assert {stored.storage_key, sent.storage_key, young} <= left
    assert left.isdisjoint({orphan, unfinished.name, taken_off.storage_key})


def test_a_row_without_its_file_is_reported_and_not_found(context, cast, request_form, caplog):
    document = attach(cast.sana, request_form.id)
    documents.store_of(context).remove(document.storage_key)

    assert not opens(cast.sana, document.id)
    with everything(context) as work:
        documents.sweep(work.session, context, work.now)
    assert f"document {document.id} has no file" in caplog.text


def test_the_test_virus_is_caught_without_any_scanner(context):
    with pytest.raises(UploadError):
        documents.receive(context, "a.docx", io.BytesIO(docx(**{"word/media/a.png": TEST_VIRUS})))
