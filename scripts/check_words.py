"""Find banned words in names, comments, docstrings and documents: `make check`.

Each idea has one plain word (docs/glossary.md). The words below were used as metaphors for mechanisms and must not come
back. Texts on screens and other string literals are not checked: they are people's words or have tests of their own.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CLEAN = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs",
    "scripts",
    "tests",
    "app",
    "startup",
    "devtools",
    "bench",
    "migrations",
    "config.py",
    "run.py",
)
"""Folders and files that are free of banned words. Add a line here when another one is."""
NOT_CHECKED = ("scripts/check_words.py",)
BANNED_WORDS = """
anew bell carrier carriers desk door doors eyes glass glue glued ground hands kept lens lenses lies postman
postroom pulse rulebook said spelt spoken stands thing things told turns worn
anybody everybody nobody somebody whoever mend mends mended
"""
BANNED = frozenset(BANNED_WORDS.split())
PHRASES = re.compile(r"\b(post room|rule book)s?\b", re.IGNORECASE)
STORED_NAMES = frozenset({"kept_at", "KeptFromQueue", "LogInToNobody"})
"""A column and two kinds of event in the audit log: stored names, which cannot change."""
WORD = re.compile(r"[A-Za-z]+")
PART_OF_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
QUOTED = re.compile(r"tests/[^\s|,;]+|::\w+|`[^`]*`|\"[^\"\n]*\"|“[^”\n]*”|\]\([^)]*\)|```.*?```", re.DOTALL)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


class Finding(NamedTuple):
    """One banned word."""

    path: Path
    line: int
    word: str


def files(places: tuple[str, ...] = CLEAN) -> Iterator[Path]:
    """Yield the files to check in these folders."""
    skipped = {ROOT / name for name in NOT_CHECKED}
    for place in places:
        start = ROOT / place
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        yield from (
            path
            for path in found
            if path.suffix in {".py", ".md", ".html"} and path not in skipped and "results" not in path.parts
        )


def findings(path: Path) -> list[Finding]:
    """Return the banned words of one file."""
    text = path.read_text(encoding="utf-8")
    passages = {".py": python_passages, ".md": document_passages, ".html": template_passages}[path.suffix]
    return [Finding(path, line, word) for line, passage in passages(text) for word in banned_in(passage)]


def banned_in(text: str) -> list[str]:
    """Return the banned words of a passage; a name counts as the words it is made of."""
    words = [part.lower() for word in WORD.findall(text) for part in PART_OF_NAME.findall(word)]
    return [word for word in words if word in BANNED] + PHRASES.findall(text)


def python_passages(text: str) -> Iterator[tuple[int, str]]:
    """Yield names, comments and docstrings with their lines; other string literals are left out."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.NAME, tokenize.COMMENT} and token.string not in STORED_NAMES:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, str):
                for number, line in enumerate(value.splitlines()):
                    yield node.lineno + number, QUOTED.sub("", line)


def document_passages(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a document without code and quotations."""
    plain = QUOTED.sub(lambda found: "\n" * found[0].count("\n"), text)
    yield from enumerate(plain.splitlines(), 1)


def template_passages(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a template."""
    for comment in TEMPLATE_COMMENT.finditer(text):
        yield text.count("\n", 0, comment.start()) + 1, comment[0]


def main(places: tuple[str, ...]) -> int:
    """Print each finding and return the exit code."""
    found = [finding for path in files(places or CLEAN) for finding in findings(path)]
    for path, line, word in found:
        print(f"{path.relative_to(ROOT)}:{line}: do not use “{word}” (CONTRIBUTING.md, How to write)")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
