"""Reads folders of check files, and collects all problems of all files, each with file, line and advice."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.domain.check import Check, Origin, Severity
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.fact import fact_kinds
from auditor.domain.repair import Repair
from auditor.store.local_file import read_file
from auditor.yaml_checks.expression import parse_expression
from auditor.yaml_checks.file import CheckFile
from auditor.yaml_checks.judge import FROM_INDEX_TEXTS, UNDECIDABLE_TEXTS, Judge
from auditor.yaml_checks.manual import manual_page
from auditor.yaml_checks.model import JsonType, Shape, shape_of
from auditor.yaml_checks.typecheck import TypeChecker
from auditor.yaml_files import Document, FieldError, decode, explain, parse_with_duplicates, quote

_BOOLEAN = frozenset({JsonType.BOOLEAN, JsonType.ANYTHING})
_LIST = frozenset({JsonType.LIST, JsonType.ANYTHING})
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_COMPARE = "Compare something: length(...) > `0`, x == 'y', x != `null`."
#: By key: the types that its expression may return, their name in messages, and advice.
_RESULT_TYPES = {
    "applies_when": (_BOOLEAN, "true or false", _COMPARE),
    "fail_when": (_BOOLEAN, "true or false", _COMPARE),
    "evidence": (_LIST, "a list", "Choose the parts that fail: containers[?privileged]."),
}


@dataclass(slots=True)
class LoadedChecks:
    """The checks and problems of all folders.

    A file with problems still yields a placeholder check if its ID can be read, so that settings that name the ID do
    not cause a second problem.
    """

    checks: list[Check[Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def load(folders: Mapping[str, Problem], owners: Mapping[str, str]) -> LoadedChecks:
    """Read every `*.yaml` file of the folders.

    `folders` maps a path to the place in the settings or flags that names it, `owners` a check ID to its source.
    """
    loaded, owners = LoadedChecks(), dict(owners)
    for folder, location in folders.items():
        for path in _check_files(folder, location, loaded.problems):
            _add_check(loaded, path, owners)
    return loaded


def _check_files(folder: str, location: Problem, problems: list[Problem]) -> list[Path]:
    try:
        paths = sorted(path for path in Path(folder).iterdir() if not path.name.startswith("."))
    except OSError as error:
        advice = "Name an existing folder; relative paths start at the current directory."
        problems.append(replace(location, message=f"{quote(folder)}: {error.strerror or error}", advice=advice))
        return []
    misnamed = [str(path) for path in paths if path.suffix == ".yml"]
    problems += [Problem(path, 0, "", "is not read: its suffix is .yml", "Rename it to .yaml.") for path in misnamed]
    files = [path for path in paths if path.suffix == ".yaml"]
    if not files:
        problems.append(replace(location, message=f"{quote(folder)} has no checks", advice="Add *.yaml files."))
    return files


def _add_check(loaded: LoadedChecks, path: Path, owners: dict[str, str]) -> None:
    source = str(path)
    try:
        content = read_file(path)
        document, duplicates = parse_with_duplicates(decode(content, source), source)
    except OSError as error:
        advice = "Check the permissions of the file."
        loaded.problems.append(Problem(source, 0, "", error.strerror or str(error), advice))
        return
    except ConfigError as error:
        loaded.problems += error.problems
        return
    origin = Origin(source, f"sha256:{hashlib.sha256(content).hexdigest()}")
    check, problems = _check(document, origin, owners)
    loaded.problems += [*duplicates, *problems]
    if check is not None:
        loaded.checks.append(check)


def _check(document: Document, origin: Origin, owners: dict[str, str]) -> tuple[Check[Any] | None, list[Problem]]:
    if not isinstance(document.data, dict):
        return None, [document.problem((), "is not a check", "Write keys such as `id:` and `fail_when:`.")]
    file, problems = _validate(document)
    problems += document.without_value()
    expressions = _Expressions(document.data.get("resource"))
    problems += expressions.problems(document)
    check_id = document.data.get("id")
    if not isinstance(check_id, str):
        return None, problems
    if check_id in owners:
        message = f"{quote(check_id)} is taken by {owners[check_id]}"
        return None, [*problems, document.problem(("id",), message, "Choose another ID.")]
    owners[check_id] = document.source
    return (_make_check(file, expressions, origin) if file and not problems else _placeholder(check_id)), problems


def _validate(document: Document) -> tuple[CheckFile | None, list[Problem]]:
    try:
        # A strict model accepts a list as a tuple only in JSON mode.
        return CheckFile.model_validate_json(json.dumps(document.data)), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, CheckFile.model_json_schema(), {})


class _Expressions:
    """The expressions of one file: their problems, and the members that they read."""

    def __init__(self, resource: object) -> None:
        self._kind = fact_kinds().get(resource) if isinstance(resource, str) else None
        self._part: Shape | None = None
        self._members: set[tuple[type[Any], str]] = set()

    def problems(self, document: Document) -> Iterator[Problem]:
        """Yield the problems of the expressions, even if other keys have problems too."""
        for key in _RESULT_TYPES:
            text = document.data.get(key)
            if isinstance(text, str) and text.strip():
                for error in self._errors(key, text.strip()):
                    yield document.problem((key,), error.message, error.advice)

    def _errors(self, key: str, text: str) -> list[FieldError]:
        try:
            tree = parse_expression(text)
        except FieldError as error:
            return [error]
        if self._kind is None:
            return []
        checker = TypeChecker()
        result = checker.infer(tree, shape_of(self._kind))
        types, expected, advice = _RESULT_TYPES[key]
        if result.json_type not in types and not checker.errors:
            checker.report(f"returns {result}, not {expected}", advice)
        self._members |= checker.members
        if key == "evidence":
            self._part = result.items
        return checker.errors

    @property
    def reads_tags(self) -> bool:
        """Whether tags are read, of the fact or of a part of it."""
        return any(name == "tags" for _, name in self._members)

    @property
    def reads_state(self) -> bool:
        """Whether members are read that change after a revision is registered: its status, or where it is used."""
        return any(name in {"status", "usage", "latest_active"} for _, name in self._members)

    @property
    def fact_members(self) -> tuple[str, ...]:
        """The members that are read of the fact itself."""
        return self._members_of(self._kind)

    @property
    def part_members(self) -> tuple[str, ...]:
        """The members that the evidence shows of each part: those of the built object, or those read of the part."""
        if self._part is None:
            return ()
        return self._members_of(self._part.kind) if self._part.kind else tuple(name for name, _ in self._part.members)

    @property
    def part_kind(self) -> str:
        """What a failing part is, such as `container` or `task-set`, empty for built objects and strings."""
        kind = self._part.kind if self._part else None
        return _CAPITAL.sub("-", kind.__name__).lower() if kind else ""

    def _members_of(self, kind: type[Any] | None) -> tuple[str, ...]:
        return tuple(sorted(name for owner, name in self._members if owner is kind))


def _make_check(file: CheckFile, expressions: _Expressions, origin: Origin) -> Check[Any]:
    judge = Judge(
        fail_when=file.fail_when,
        applies_when=file.applies_when or "",
        evidence=file.evidence or "",
        reason=file.reason,
        fact_members=expressions.fact_members,
        part_members=expressions.part_members,
        part_kind=expressions.part_kind,
    )
    kind, texts = fact_kinds()[file.resource], {file.reason: file.reason_text, **UNDECIDABLE_TEXTS}
    reason_texts = {**texts, **FROM_INDEX_TEXTS} if expressions.reads_tags else texts
    return Check(
        id=file.id,
        title=file.title,
        problem=file.problem or file.title,
        severity=Severity(file.severity),
        fact_type=kind,
        judge=judge,
        frameworks=dict(file.frameworks),
        remediation=file.remediation,
        reason_texts=reason_texts,
        repairs=dict.fromkeys(reason_texts, Repair(manual=file.remediation)),
        reads_tags=expressions.reads_tags,
        reads_state=expressions.reads_state,
        manual_page=manual_page(file),
        origin=origin,
    )


def _placeholder(check_id: str) -> Check[Any]:
    kind = next(iter(fact_kinds().values()))  # any kind: nothing is judged while a file has problems
    return Check(check_id, "", Severity.LOW, kind, Judge("`true`"), {})
