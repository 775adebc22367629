"""Write a letter of the council as an accessible PDF and as a Word file. Nothing is fetched from a network."""

import io
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from docx import Document as WordFile
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.cases.rules.notices import Block

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "letters"


class Letter:
    """A letter: from whom, its date in words, its title, and its text."""

    def __init__(self, sender: Sequence[str], sent_on: str, title: str, text: Sequence[Block]) -> None:
        self.sender, self.sent_on, self.title, self.text = sender, sent_on, title, text


@lru_cache(maxsize=1)
def pdf_writer() -> Callable[..., Any] | None:
    """Return WeasyPrint's HTML class, or None where Pango is not installed."""
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
    except OSError:
        return None
    return HTML  # type: ignore[no-any-return]


def as_pdf(letter: Letter) -> bytes:
    """Return the letter as a tagged PDF (PDF/UA-1). Raises RuntimeError where Pango is not installed."""
    writer = pdf_writer()
    if writer is None:
        raise RuntimeError("Pango is not installed")
    page = writer(string=_template().render(letter=letter), url_fetcher=_refuse)
    content: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _refuse(url: str, *_more: Any, **_options: Any) -> Any:
    raise ValueError(f"a letter fetches nothing: {url.partition(':')[0]}")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")


def as_word(letter: Letter) -> bytes:
    """Return the letter as a Word file."""
    file = WordFile()
    file.core_properties.title, file.core_properties.author = letter.title, letter.sender[0]
    file.core_properties.language = "en-GB"
    file.add_paragraph("\n".join(letter.sender))
    file.add_paragraph(letter.sent_on)
    file.add_heading(letter.title, level=1)
    for block in letter.text:
        if block.kind == "list":
            for line in block.lines:
                file.add_paragraph(line, style="List Bullet")
        elif block.kind == "heading":
            file.add_heading(" ".join(block.lines), level=2)
        else:
            file.add_paragraph("\n".join(block.lines))
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()
