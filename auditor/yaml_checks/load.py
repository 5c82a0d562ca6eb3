"""Folders of files to checks. What is wrong with any of them comes out with file, line and advice, all at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.domain.check import Check, Origin, Repair, Severity
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition
from auditor.domain.errors import ConfigError, Problem
from auditor.yaml_checks.expression import parsed
from auditor.yaml_checks.file import CheckFile
from auditor.yaml_checks.judge import UNANSWERED, Judge
from auditor.yaml_checks.manual import page
from auditor.yaml_checks.model import KINDS, JsonType, Shape, shape_of
from auditor.yaml_checks.typecheck import Reading
from auditor.yaml_files import Document, FieldError, decode, explain, parse_with_duplicates, quote

_BOOLEAN = frozenset({JsonType.BOOLEAN, JsonType.ANYTHING})
_LIST = frozenset({JsonType.LIST, JsonType.ANYTHING})
#: What each expression must give, and what to write where it does not.
_GIVES = {
    "applies_when": (_BOOLEAN, "true or false", "Compare something: length(...) > `0`, x == 'y', x != `null`."),
    "fail_when": (_BOOLEAN, "true or false", "Compare something: length(...) > `0`, x == 'y', x != `null`."),
    "evidence": (_LIST, "a list", "Choose the parts that fail: containers[?privileged]."),
}


@dataclass(slots=True)
class Found:
    """What the folders hold.

    A file with a problem has a check too, one that judges nothing, where its id can be read: nobody is to be told
    besides that there is no such check.
    """

    checks: list[Check[Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def load(folders: Mapping[str, Problem], taken: Mapping[str, str]) -> Found:
    """Read every `*.yaml` file of the folders.

    `folders` are by path, each with the place that names it; `taken` are the ids that others have, with who that is.
    """
    found, owners = Found(), dict(taken)
    for folder, place in folders.items():
        files = _files(folder, place, found.problems)
        for path in files:
            _add(found, path, owners)
    return found


def _files(folder: str, place: Problem, problems: list[Problem]) -> list[Path]:
    try:
        everything = sorted(each for each in Path(folder).iterdir() if not each.name.startswith("."))
    except OSError as error:
        advice = "Name a folder, relative to where auditor is started, or by its whole path."
        problems.append(replace(place, message=f"{quote(folder)}: {error.strerror or error}", advice=advice))
        return []
    files = [each for each in everything if each.suffix == ".yaml"]
    passed_over = [str(each) for each in everything if each.suffix == ".yml"]
    problems += [Problem(each, 0, "", "is not read", "Name it .yaml, or move it elsewhere.") for each in passed_over]
    if not files:
        problems.append(replace(place, message=f"{quote(folder)} holds no check", advice="Put *.yaml files there."))
    return files


def _add(found: Found, path: Path, owners: dict[str, str]) -> None:
    source = str(path)
    try:
        raw = path.read_bytes()
        document, slips = parse_with_duplicates(decode(raw, source), source)
    except OSError as error:
        problem = Problem(source, 0, "", error.strerror or str(error), "Check who may read it.")
        found.problems.append(problem)
        return
    except ConfigError as error:
        found.problems += error.problems
        return
    origin = Origin(source, f"sha256:{hashlib.sha256(raw).hexdigest()}")
    check, problems = _check(document, origin, owners)
    found.problems += [*slips, *problems]
    if check is not None:
        found.checks.append(check)


def _check(document: Document, origin: Origin, owners: dict[str, str]) -> tuple[Check[Any] | None, list[Problem]]:
    if not isinstance(document.data, dict):
        return None, [document.problem((), "is not a check", "Write keys such as `id:` and `fail_when:`.")]
    file, problems = _validated(document)
    problems += document.without_value()
    looks = _Looks(document.data.get("over"))
    problems += looks.problems(document)
    id_ = document.data.get("id")
    if not isinstance(id_, str):
        return None, problems
    if id_ in owners:
        advice = "Give this check an id of its own."
        return None, [*problems, document.problem(("id",), f"{quote(id_)} is taken by {owners[id_]}", advice)]
    owners[id_] = document.source
    return (_made(file, looks, origin) if file and not problems else _standing_in(id_)), problems


def _validated(document: Document) -> tuple[CheckFile | None, list[Problem]]:
    try:
        # In JSON mode a strict model still takes a list for a tuple.
        return CheckFile.model_validate_json(json.dumps(document.data)), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, CheckFile.model_json_schema(), {})


class _Looks:
    """What the expressions of one file read, and what they give."""

    def __init__(self, over: object) -> None:
        self._kind = KINDS.get(over) if isinstance(over, str) else None
        self._part: Shape | None = None
        self._members: set[tuple[type[Any], str]] = set()

    def problems(self, document: Document) -> Iterator[Problem]:
        """Yield what is wrong with the expressions, also where other keys have faults of their own."""
        for key in _GIVES:
            text = document.data.get(key)
            if isinstance(text, str) and text.strip():
                for complaint in self._complaints(key, text.strip()):
                    yield document.problem((key,), complaint.message, complaint.advice)

    def _complaints(self, key: str, text: str) -> list[FieldError]:
        try:
            tree = parsed(text)
        except FieldError as complaint:
            return [complaint]
        if self._kind is None:
            return []
        reading = Reading()
        given = reading.gives(tree, shape_of(self._kind))
        words, wanted, advice = _GIVES[key]
        if given.word not in words and not reading.complaints:
            reading.complain(f"gives {given}, not {wanted}", advice)
        self._members |= reading.members
        if key == "evidence":
            self._part = given.of
        return reading.complaints

    @property
    def tags(self) -> bool:
        """Whether tags are read, of the fact or of a part of it."""
        return any(name == "tags" for _, name in self._members)

    @property
    def at_the_fact(self) -> tuple[str, ...]:
        """The members of the fact itself that are read."""
        return self._of(self._kind)

    @property
    def at_a_part(self) -> tuple[str, ...]:
        """The members that the evidence is to show of each part: what it chose, or what was read of such a part."""
        if self._part is None:
            return ()
        return self._of(self._part.kind) if self._part.kind else tuple(name for name, _ in self._part.members)

    def _of(self, kind: type[Any] | None) -> tuple[str, ...]:
        return tuple(sorted(name for owner, name in self._members if owner is kind))


def _made(file: CheckFile, looks: _Looks, origin: Origin) -> Check[Any]:
    judge = Judge(
        fail_when=file.fail_when,
        applies_when=file.applies_when or "",
        evidence=file.evidence or "",
        reason=file.reason,
        looked_at=looks.at_the_fact,
        shown=looks.at_a_part,
    )
    kind, words = KINDS[file.over], {file.reason: file.words, **UNANSWERED}
    by_hand = Repair(manual=file.remediation)
    return Check(
        id=file.id,
        title=file.title,
        severity=Severity(file.severity),
        fact_type=kind,
        judge=judge,
        frameworks=dict(file.frameworks),
        remediation=file.remediation,
        reason_texts=words,
        repairs=dict.fromkeys(words, by_hand) if issubclass(kind, Definition) else {},
        reads_tags=looks.tags,
        manual_page=page(file),
        origin=origin,
    )


def _standing_in(id_: str) -> Check[Any]:
    return Check(id_, "", Severity.LOW, TaskDefinition, Judge("`true`"), {})
