"""Parse the JSON of a form definition, and name every fault at once, so that an editor can correct them all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.core.wording import N_, Wording, lower_first
from app.forms.definitions.conditions import All, AnyOf, Condition, Filled, Is, Not
from app.forms.definitions.definition import DefinitionError, FormDefinition, Option, Question, Section
from app.forms.definitions.facts import FACTS
from app.forms.definitions.kinds import KINDS, Table
from app.forms.definitions.simple_kinds import Date, Number

ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
FORM_KEYS = {"key", "title", "audience", "intro", "sections"}
SECTION_KEYS = {"id", "title", "intro", "show_if", "condition_text", "questions"}
QUESTION_KEYS = {
    "id", "kind", "label", "name", "hint", "help", "required", "options", "columns", "max_length", "min", "max",
    "show_if", "condition_text", "from", "restricted", "contact", "row_name",
}  # fmt: skip
LIMITED = (Number, Date, Table)


def checksum(definition: Mapping[str, Any]) -> str:
    """Return the checksum of a definition: equal content has an equal one, whatever the layout."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse(definition: Mapping[str, Any]) -> FormDefinition:
    """Return the form that this JSON describes. Raises DefinitionError naming every fault in it."""
    return _Parser().form(definition)


_seen: dict[str, FormDefinition] = {}


def parse_once(fingerprint: str, definition: Mapping[str, Any]) -> FormDefinition:
    """Return the parsed form of a published version, cached by its checksum."""
    if fingerprint not in _seen:
        if len(_seen) > 200:
            _seen.clear()
        _seen[fingerprint] = parse(definition)
    return _seen[fingerprint]


class _Parser:
    """A parser of one definition, which collects the faults."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.earlier: dict[str, tuple[str, Question]] = {}
        self.sections: dict[str, Condition | None] = {}

    def form(self, raw: Any) -> FormDefinition:
        """Return the form. Raises DefinitionError naming every fault."""
        if not isinstance(raw, Mapping):
            raise DefinitionError(["The form is not a JSON object"])
        here = "The form"
        self.keys(here, raw, FORM_KEYS)
        audience = raw.get("audience")
        if (
            not isinstance(audience, list)
            or not audience
            or not all(isinstance(one, str) for one in audience)
        ):
            self.faults.append(f"{here}: “audience” must be a list of professions")
            audience = []
        fingerprint = checksum(raw)
        sections = [self.section(one, fingerprint) for one in self.items(here, raw, "sections")]
        form = FormDefinition(
            key=self.identifier(here, raw, "key"),
            title=self.wording(here, raw, "title", needed=True),
            audience=tuple(audience),
            sections=tuple(sections),
            intro=self.wording(here, raw, "intro"),
            checksum=fingerprint,
        )
        if self.faults:
            raise DefinitionError(self.faults)
        return form

    def section(self, raw: Mapping[str, Any], fingerprint: str) -> Section:
        section_id = self.identifier("A section", raw, "id")
        here = f"Section “{section_id}”"
        self.keys(here, raw, SECTION_KEYS)
        if section_id in self.sections:
            self.faults.append(f"{here}: there are two sections with this id")
        condition = self.condition(here, raw)
        self.sections[section_id] = condition
        questions = []
        for one in self.items(here, raw, "questions"):
            question = self.question(here, one)
            if question.id in self.earlier:
                self.faults.append(f"{here}: the question id “{question.id}” is used twice in this form")
            self.earlier[question.id] = (section_id, question)
            questions.append(question)
        return Section(
            id=section_id,
            title=self.wording(here, raw, "title", needed=True),
            questions=tuple(questions),
            intro=self.wording(here, raw, "intro"),
            show_if=raw.get("show_if"),
            condition=condition,
            condition_text=self.wording(here, raw, "condition_text")
            or self.condition_words(raw.get("show_if")),
            form_checksum=fingerprint,
        )

    def question(self, place: str, raw: Mapping[str, Any], in_table: bool = False) -> Question:
        question_id = self.identifier(f"{place}, a question", raw, "id")
        here = f"{place}, question “{question_id}”"
        self.keys(here, raw, QUESTION_KEYS)
        kind = str(raw.get("kind", ""))
        label = self.wording(here, raw, "label", needed=True)
        if kind not in KINDS:
            self.faults.append(f"{here}: there is no kind of question called “{kind}”")
        elif in_table and not KINDS[kind].in_tables:
            self.faults.append(f"{here}: a question of kind “{kind}” cannot stand in a table")
        if in_table and "show_if" in raw:
            self.faults.append(f"{here}: a column cannot have a condition")
        for flag in ("required", "restricted", "contact"):
            if not isinstance(raw.get(flag, False), bool):
                self.faults.append(f"{here}: “{flag}” must be true or false")
        self.limits(here, kind, raw)
        return Question(
            id=question_id,
            kind=kind,
            label=label,
            name=self.wording(here, raw, "name") or lower_first(label.rstrip("?")),
            hint=self.wording(here, raw, "hint"),
            help=self.wording(here, raw, "help"),
            required=raw.get("required") is True,
            options=self.options(here, kind, raw),
            columns=self.columns(here, kind, raw),
            max_length=raw.get("max_length"),
            min=raw.get("min"),
            max=raw.get("max"),
            show_if=raw.get("show_if"),
            condition=self.condition(here, raw),
            condition_text=self.wording(here, raw, "condition_text")
            or self.condition_words(raw.get("show_if")),
            fact=self.fact(here, kind, raw),
            restricted=raw.get("restricted") is True,
            contact=raw.get("contact") is True,
            row_name=self.wording(here, raw, "row_name") or (Wording(N_("Row")) if kind == "table" else ""),
        )

    def limits(self, here: str, kind: str, raw: Mapping[str, Any]) -> None:
        length = raw.get("max_length")
        if length is not None and (type(length) is not int or length < 1):
            self.faults.append(f"{here}: “max_length” must be a whole number above 0")
        for end in ("min", "max"):
            limit = raw.get(end)
            if limit is None:
                continue
            dated = isinstance(limit, str) and bool(re.fullmatch(r"today|\d{4}-\d\d-\d\d", limit))
            numbered = isinstance(limit, int | float) and not isinstance(limit, bool)
            if not isinstance(KINDS.get(kind), LIMITED) or not (dated if kind == "date" else numbered):
                self.faults.append(f"{here}: “{end}” is not a limit that fits a question of kind “{kind}”")

    def options(self, here: str, kind: str, raw: Mapping[str, Any]) -> tuple[Option, ...]:
        if kind in ("choice", "choices"):
            found = self.items(here, raw, "options")
        elif "options" in raw and kind != "prefilled":
            self.faults.append(f"{here}: a question of kind “{kind}” has no options")
            return ()
        else:
            found = self.items(here, raw, "options") if "options" in raw else iter(())
        options: list[Option] = []
        for one in found:
            self.keys(f"{here}, an option", one, {"value", "label", "hint"})
            value = self.text(f"{here}, an option", one, "value", needed=True)
            if any(value == option.value for option in options):
                self.faults.append(f"{here}: there are two options with the value “{value}”")
            label = self.wording(f"{here}, an option", one, "label", needed=True)
            options.append(Option(value, label, self.wording(here, one, "hint")))
        return tuple(options)

    def columns(self, here: str, kind: str, raw: Mapping[str, Any]) -> tuple[Question, ...]:
        if kind != "table":
            if "columns" in raw:
                self.faults.append(f"{here}: only a table has columns")
            return ()
        columns = tuple(self.question(here, one, in_table=True) for one in self.items(here, raw, "columns"))
        ids = [column.id for column in columns]
        self.faults += [
            f"{here}: there are two columns “{one}”" for one in {i for i in ids if ids.count(i) > 1}
        ]
        return columns

    def fact(self, here: str, kind: str, raw: Mapping[str, Any]) -> str:
        fact = raw.get("from", "")
        if kind == "prefilled" and fact not in FACTS:
            self.faults.append(f"{here}: “from” must name something the portal knows, not “{fact}”")
        if kind != "prefilled" and fact:
            self.faults.append(f"{here}: only a prefilled question has “from”")
        return str(fact)

    # Conditions

    def condition(self, here: str, raw: Mapping[str, Any]) -> Condition | None:
        return None if raw.get("show_if") is None else self.rule(f"{here}: the condition", raw["show_if"])

    def rule(self, here: str, raw: Any) -> Condition:
        if isinstance(raw, Mapping) and len(raw) == 1:
            ((word, inner),) = raw.items()
            if word in ("all", "any") and isinstance(inner, list) and inner:
                parts = tuple(self.rule(here, part) for part in inner)
                return All(parts) if word == "all" else AnyOf(parts)
            if word == "not":
                return Not(self.rule(here, inner))
        if isinstance(raw, Mapping) and len(raw) == 2 and "q" in raw:
            return self.leaf(here, raw)
        self.faults.append(f"{here} must be “q” with “is”, “in” or “filled”, or “all”, “any” or “not”")
        return AnyOf(())

    def leaf(self, here: str, raw: Mapping[str, Any]) -> Condition:
        if str(raw["q"]) not in self.earlier:
            self.faults.append(f"{here} asks about “{raw['q']}”, which is not an earlier question")
            return AnyOf(())
        section_id, question = self.earlier[str(raw["q"])]
        test: Condition = Filled(section_id, question.id)
        if isinstance(raw.get("filled"), bool):
            test = test if raw["filled"] else Not(test)
        else:
            values = [raw["is"]] if "is" in raw else raw.get("in")
            if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
                self.faults.append(f"{here} must say which answers it waits for, as text")
                return AnyOf(())
            possible = (
                {"yes", "no"} if question.kind == "yes_no" else {option.value for option in question.options}
            )
            for one in values:
                if possible and one not in possible:
                    self.faults.append(
                        f"{here} waits for “{one}”, which “{question.id}” cannot have as an answer"
                    )
            test = Is(section_id, question.id, tuple(values))
        # A hidden question counts as unanswered, so its own conditions apply too.
        guards = tuple(
            guard for guard in (self.sections[section_id], question.condition) if guard is not None
        )
        if isinstance(test, Not):
            return Not(All((*guards, test.part))) if guards else test
        return All((*guards, test)) if guards else test

    def condition_words(self, raw: Any) -> str:
        """Return a simple condition in words, for printed pages on which no question can be hidden."""
        if (
            not isinstance(raw, Mapping)
            or str(raw.get("q")) not in self.earlier
            or not ("is" in raw or "in" in raw)
        ):
            return ""
        _, question = self.earlier[str(raw["q"])]
        values = [raw["is"]] if "is" in raw else raw["in"]
        if not isinstance(values, list) or not 0 < len(values) <= 3:
            return ""
        labels = [KINDS["yes_no"].text(question, one) if question.kind == "yes_no" else question.option_label(one)
                for one in values]  # fmt: skip
        patterns = (
            N_("Only if you answered “%(first)s” to “%(question)s”"),
            N_("Only if you answered “%(first)s” or “%(second)s” to “%(question)s”"),
            N_("Only if you answered “%(first)s” or “%(second)s” or “%(third)s” to “%(question)s”"),
        )
        answers = dict(zip(("first", "second", "third"), labels, strict=False))
        return Wording(patterns[len(labels) - 1], question=question.label, **answers)

    # Single settings

    def keys(self, here: str, raw: Mapping[str, Any], known: set[str]) -> None:
        self.faults += [f"{here}: “{key}” is not a setting" for key in raw if key not in known]

    def items(self, here: str, raw: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
        found = raw.get(key)
        if not isinstance(found, list) or not found:
            self.faults.append(f"{here}: “{key}” must be a list with something in it")
            return
        for one in found:
            if isinstance(one, Mapping):
                yield one
            else:
                self.faults.append(f"{here}: each of “{key}” must be a JSON object")

    def text(self, here: str, raw: Mapping[str, Any], key: str, needed: bool = False) -> str:
        found = raw.get(key, "")
        if not isinstance(found, str) or (needed and not found.strip()):
            self.faults.append(f"{here}: “{key}” must be text" + (" and not empty" if needed else ""))
            return ""
        return found

    def wording(self, here: str, raw: Mapping[str, Any], key: str, needed: bool = False) -> str:
        """Return a text for readers as a Wording, which views translate."""
        found = self.text(here, raw, key, needed)
        return Wording(found) if found else ""

    def identifier(self, here: str, raw: Mapping[str, Any], key: str) -> str:
        found = raw.get(key)
        if not isinstance(found, str) or not ID.fullmatch(found):
            self.faults.append(
                f"{here}: “{key}” must be a word of small letters, numbers and _, not “{found}”"
            )
            return str(found)
        return found
