"""The catalogues are up to date with the code, whole where they must be, marked as unchecked, and compiled at install."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.support import Translations

from scripts.translations import TRANSLATIONS, catalogues, is_translated, marked, read
from startup.flask_settings import AWAITING_CHECK, LANGUAGES
from tests.languages import forms_of, messages, places

ROOT = Path(__file__).resolve().parents[2]
OTHERS = sorted(set(LANGUAGES) - {"en"})
NOTICE = "AWAITING A NATIVE SPEAKER'S CHECK"


def test_every_language_offered_has_a_catalogue() -> None:
    assert sorted(catalogues()) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_the_code_marks_is_in_the_catalogue(language: str) -> None:
    held = {message.id for message in messages(language)}

    missing = [message.id for message in marked() if message.id and message.id not in held]

    assert missing == [], "run 'make translations' and commit what it writes; the translation may stay empty"


def test_the_command_that_brings_them_up_to_date_runs_and_has_nothing_left_to_do(tmp_path: Path) -> None:
    result = subprocess.run(
        ["make", "-n", "translations"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    _python, *command = result.stdout.splitlines()[-1].split()
    for folder in ("app", "startup", "scripts", "translations"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo")
        )
    shutil.copy(ROOT / "config.py", tmp_path)
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    ran = subprocess.run([sys.executable, *command], cwd=tmp_path, env=plain, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr

    for language, path in catalogues().items():
        written = tmp_path / path.relative_to(ROOT)
        assert written.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), language


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_put_into_a_sentence_is_put_into_its_translation(language: str) -> None:
    wrong = [
        (message.id, form)
        for message in messages(language)
        if is_translated(message)
        for form in forms_of(message.string)
        if places(form) != places(forms_of(message.id)[-1])
    ]

    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_brings_markup_or_spaces_of_its_own(language: str) -> None:
    wrong = [
        form
        for message in messages(language)
        if is_translated(message)
        for form in forms_of(message.string)
        if "<" in form or form[:1].isspace() != forms_of(message.id)[0][:1].isspace()
    ]

    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_counted_text_has_all_its_forms_or_none(language: str) -> None:
    forms = {"pl": 3, "ur": 2}[language]

    assert read(language).num_plurals == forms
    for message in messages(language):
        if message.pluralizable:
            assert len(message.string) == forms, message.id
            assert is_translated(message) or not any(message.string), message.id


@pytest.mark.parametrize(
    ("count", "output"),
    [(1, "%(num)s dzień"), (2, "%(num)s dni"), (4, "%(num)s dni"), (5, "%(num)s dni"), (22, "%(num)s dni")],
)
def test_polish_counts_as_poles_do(count: int, output: str) -> None:
    polish = Translations.load(str(TRANSLATIONS), ["pl"])

    overdue = polish.ungettext("%(num)s day overdue", "%(num)s days overdue", count)
    unread = polish.ungettext("%(num)s unread message", "%(num)s unread messages", count)

    assert overdue == f"{output} po terminie"
    assert unread.split()[-1] == {1: "wiadomość", 5: "wiadomości"}.get(count, "wiadomości")
    assert unread.split()[-2] == {1: "nieprzeczytana", 5: "nieprzeczytanych"}.get(count, "nieprzeczytane")


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_that_it_is_unchecked_as_long_as_the_pages_do(language: str) -> None:
    says = NOTICE in catalogues()[language].read_text(encoding="utf-8").split("msgid", 1)[0]

    assert says == (language in AWAITING_CHECK)


class TestInstalling:
    """A clone has texts only; what is read at run time is made by scripts/setup.sh."""

    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        folder = tmp_path.resolve()
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        shutil.copytree(TRANSLATIONS, folder / "translations", ignore=shutil.ignore_patterns("*.mo*"))
        (folder / "requirements.txt").touch()
        (folder / ".venv/bin").mkdir(parents=True)
        for tool in ("python", "pybabel"):
            link = Path(sys.executable).with_name(tool)
            (folder / ".venv/bin" / tool).write_text(f'#!/bin/sh\nexec {link} "$@"\n')
            (folder / ".venv/bin" / tool).chmod(0o755)
        stamp = f"requirements.txt {platform.python_version()} {folder}\n"
        (folder / ".venv/.installed-requirements.txt").write_text(hashlib.sha256(stamp.encode()).hexdigest())
        return folder

    def install(self, clone: Path) -> str:
        ended = subprocess.run(
            [str(clone / "scripts/setup.sh"), "requirements.txt"],
            env={"PATH": os.environ["PATH"], "PYTHON": sys.executable, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def test_a_clean_clone_speaks_every_language(self, clone: Path) -> None:
        output = self.install(clone)

        assert "Compiling the pl translation" in output and "Compiling the ur translation" in output
        for language, word in (("pl", "Zaloguj się"), ("ur", "لاگ ان کریں")):
            assert Translations.load(str(clone / "translations"), [language]).gettext("Log in") == word

    def test_only_what_has_changed_is_compiled_again(self, clone: Path) -> None:
        self.install(clone)
        assert self.install(clone) == ""

        polish = clone / "translations/pl/LC_MESSAGES/messages.po"
        polish.write_text(polish.read_text().replace('"Zaloguj się"', '"Wejdź"'))
        compiled = polish.with_suffix(".mo")
        os.utime(compiled, (0, 0))

        assert self.install(clone) == "Compiling the pl translation ...\n"
        assert Translations.load(str(clone / "translations"), ["pl"]).gettext("Log in") == "Wejdź"
        assert sorted(polish.parent.iterdir()) == [compiled, polish]

    def test_what_is_compiled_is_not_in_git(self) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "translations"], cwd=ROOT, capture_output=True, text=True, timeout=60
        ).stdout

        assert ".mo" not in listed and ".pot" not in listed
