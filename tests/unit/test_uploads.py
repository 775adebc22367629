"""Which files may come in, by what is in them."""

import io
import tracemalloc

import pytest

from app.domain.uploads import LARGEST, UploadError, check_upload, clean_name
from tests.hostile_files import BOMB, HONEST, HOSTILE, HOSTILE_NAMES, PDF, Sent, docx


def looked_at(sent: Sent) -> str:
    return check_upload(clean_name(sent.name), io.BytesIO(sent.content), len(sent.content)).media_type


@pytest.mark.parametrize("sent", HONEST, ids=lambda sent: sent.name)
def test_honest_files_come_in(sent):
    assert looked_at(sent)


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_do_not(sent):
    with pytest.raises(UploadError) as refused:
        looked_at(sent)
    assert refused.value.text.msgid


@pytest.mark.parametrize(("sent", "kept"), HOSTILE_NAMES.items(), ids=range(len(HOSTILE_NAMES)))
def test_names_are_made_harmless(sent, kept):
    assert clean_name(sent) == kept


def test_there_is_a_largest_file():
    check_upload("a.pdf", io.BytesIO(PDF), LARGEST)
    with pytest.raises(UploadError):
        check_upload("a.pdf", io.BytesIO(PDF), LARGEST + 1)


def test_a_bomb_does_not_fill_the_memory():
    bomb = docx(**{f"word/{n}": BOMB for n in range(20)})

    tracemalloc.start()
    with pytest.raises(UploadError):
        looked_at(Sent("a.docx", bomb))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 20 * 1024 * 1024
