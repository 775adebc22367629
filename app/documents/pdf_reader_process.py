"""Read a PDF from standard input and print one word: fine, locked, harmful, runs or broken.

pdf_inspection.py starts this in a process of its own, with its memory limit in bytes as argument; it imports nothing
of the portal.
"""

import io
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import Any

CPU_SECONDS = 15
MOST_OBJECTS = 500_000
ACTIONS = {"/Launch", "/JavaScript", "/ImportData", "/Movie", "/Sound", "/Rendition", "/RichMediaExecute"}
"""Actions that start a program, a script or a player (ISO 32000-1, 12.6.4)."""
REMOTE = {"/GoToR", "/GoToE", "/SubmitForm", "/Thread"}
ANNOTATIONS = {"/RichMedia", "/Movie", "/Screen", "/3D"}
RUNNABLE = [
    "app",
    "bat",
    "chm",
    "cmd",
    "com",
    "cpl",
    "dll",
    "dmg",
    "exe",
    "hta",
    "htm",
    "html",
    "iso",
    "jar",
    "js",
    "jse",
    "lnk",
    "mht",
    "msc",
    "msi",
    "pif",
    "ps1",
    "reg",
    "scr",
    "sct",
    "url",
    "vbe",
    "vbs",
    "wsf",
    "wsh",
    "docm",
    "dotm",
    "xlsm",
    "xltm",
    "pptm",
    "xll",
    "zip",
    "rar",
    "7z",
]


def main() -> str:
    """Return the word for the PDF on standard input."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pikepdf  # after setting the limits, so that they apply to it

    try:
        with pikepdf.open(io.BytesIO(sys.stdin.buffer.read()), suppress_warnings=True) as pdf:
            if len(pdf.pages) == 0:
                return "broken"
            return next((word for word in map(_word_for, _limited(pdf.objects)) if word), "fine")
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, RecursionError):
        return "broken"


def _limited(objects: Iterable[Any]) -> Iterator[Any]:
    for number, found in enumerate(objects):
        if number > MOST_OBJECTS:
            raise ValueError("too many objects")
        yield found


def _word_for(found: Any, depth: int = 0) -> str | None:
    """Return what is wrong with an object and what is written directly inside it, or None."""
    import pikepdf

    if depth > 40:
        return "broken"
    if isinstance(found, pikepdf.Array):
        return next((word for one in found if (word := _inside(one, depth))), None)
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return None
    return _of_dictionary(found) or next(
        (word for key in found.keys() if (word := _inside(found.get(key), depth))),  # noqa: SIM118 - pikepdf has keys()
        None,
    )


def _inside(value: Any, depth: int) -> str | None:
    import pikepdf

    if not isinstance(value, pikepdf.Object) or value.is_indirect:  # listed by itself
        return None
    return _word_for(value, depth + 1)


def _of_dictionary(found: Any) -> str | None:
    action = str(found.get("/S", ""))
    if action in ACTIONS or "/JS" in found or str(found.get("/Subtype", "")) in ANNOTATIONS:
        return "runs"
    if action in REMOTE and _name_of_file(found.get("/F")).startswith(("\\\\", "//", "file:", "smb:")):
        return "runs"
    if "/EF" in found and _name_of_file(found).lower().rpartition(".")[2] in RUNNABLE:
        return "harmful"
    return None


def _name_of_file(spec: Any) -> str:
    import pikepdf

    if isinstance(spec, pikepdf.Dictionary):
        return str(spec.get("/UF", spec.get("/F", "")))
    return "" if spec is None else str(spec)


if __name__ == "__main__":
    sys.stdout.write(main())
