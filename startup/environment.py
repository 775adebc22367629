"""Reads the environment and remembers everything that is missing or wrong, so that it can be said in one go."""

from collections.abc import Mapping
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class ConfigError(Exception):
    """The portal can't start as it is configured; the text names every reason, not just the first."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The portal can't start until its settings are put right:\n{lines}")


class Environment:
    """Typed answers from environment variables. A wrong value is noted in `problems` and a stand-in given back."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def wrong(self, problem: str) -> None:
        self.problems.append(problem)

    def is_set(self, name: str) -> bool:
        return bool(self._environ.get(name, "").strip())

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def required(self, name: str, meaning: str) -> str:
        """A value that must be there; `meaning` tells the reader of the error what it is for."""
        value = self.text(name)
        if not value:
            self.wrong(f"{name} is missing: {meaning}")
        return value

    def secret(self, name: str, default: str = "", *, may_be_empty: bool = False) -> str:
        """A secret from NAME, or from the file that NAME_FILE points at (systemd credentials, container secrets)."""
        file_name = f"{name}_FILE"
        if not self.is_set(file_name):
            return self.text(name, default)
        if self.is_set(name):
            self.wrong(f"{name} and {file_name} are both set: keep one of them")
        try:
            value = Path(self.text(file_name)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.wrong(f"{file_name} can't be read ({error.__class__.__name__})")
            return default
        if not value and not may_be_empty:
            self.wrong(f"{file_name} points at an empty file")
        return value or default

    def secret_given(self, name: str) -> bool:
        return self.is_set(name) or self.is_set(f"{name}_FILE")

    def yes_or_no(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            self.wrong(f"{name} must be yes or no, not {value!r}")
        return value in TRUE

    def whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            self.wrong(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}")
            return default
        return int(value)

    def switched_on(self, name: str) -> bool:
        """Whether somebody set this flag to anything but a plain no."""
        return self.is_set(name) and self.text(name).lower() not in FALSE
