"""The seed files that come with the portal: form definitions and reference lists, as they stand in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def form_seeds() -> list[dict[str, Any]]:
    """Return every form that comes with the portal: key, audience, title, version and definition."""
    return [json.loads(path.read_text("utf-8")) for path in sorted((HERE / "forms").glob("*.json"))]


def form_seed(key: str) -> dict[str, Any]:
    """Return one form that comes with the portal."""
    found: dict[str, Any] = json.loads((HERE / "forms" / f"{key}.json").read_text("utf-8"))
    return found


def reference_keys() -> list[str]:
    """Return the names of the reference lists."""
    return sorted(path.stem for path in (HERE / "reference").glob("*.json"))


def reference(key: str) -> list[dict[str, Any]]:
    """Return one reference list: mostly `{"code", "label"}`; see the file for what else."""
    items: list[dict[str, Any]] = json.loads((HERE / "reference" / f"{key}.json").read_text("utf-8"))["items"]
    return items
