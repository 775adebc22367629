"""Check with a real parser what a PDF does when it is opened, in a process with little memory and time.

A PDF can be made so that reading it takes all memory; then only that process ends, not the portal.
"""

import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from app.documents.rules.upload_refusals import (
    HARMFUL,
    LOCKED_PDF,
    NOT_WHAT_IT_SAYS,
    RUNS_SOMETHING,
    TOO_BIG_INSIDE,
    refused,
)

SCRIPT = Path(__file__).with_name("pdf_reader_process.py")
SECONDS = 20
MEMORY = 1024 * 1024 * 1024
PROGRAM = [sys.executable, "-I", str(SCRIPT), str(MEMORY)]
ANSWERS = {
    "locked": (LOCKED_PDF, {}),
    "harmful": (HARMFUL, {}),
    "runs": (RUNS_SOMETHING, {}),
    "broken": (NOT_WHAT_IT_SAYS, {"kind": "PDF"}),
}
_READING = threading.BoundedSemaphore(2)


def inspect_pdf(file: BinaryIO) -> None:
    """Raise UploadError when the PDF needs a password, starts something when it is opened, or cannot be read."""
    file.seek(0)
    content = file.read()
    with _READING:
        try:
            ended = subprocess.run(  # noqa: S603 - a fixed program, and the file only on its input
                PROGRAM, input=content, capture_output=True, timeout=SECONDS, check=False, env={}
            )
        except subprocess.TimeoutExpired:
            raise refused(TOO_BIG_INSIDE) from None
    answer = ended.stdout.decode("ascii", errors="replace").strip()
    if ended.returncode == 0 and answer == "fine":
        return
    text, values = ANSWERS.get(answer, (TOO_BIG_INSIDE, {}))
    raise refused(text, **values)
