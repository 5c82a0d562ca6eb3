"""Flags and arguments from the fields of a dataclass: the one place where options become click parameters.

A field that `flag` makes is one flag. Its name, its environment variable and its click type follow from the field's
name and annotation: `checks_folder: tuple[str, ...]` is `--checks-folder`, AUDITOR_CHECKS_FOLDER, repeatable.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click

T = TypeVar("T")

_KEY = "auditor"


@dataclasses.dataclass(frozen=True, slots=True)
class Flag:
    """What the command line shows of a field.

    `setting` is the dotted path of the setting that the flag overrides. Help shows that setting's default, unless there
    is a `default_text`.
    """

    help: str
    name: str
    short: str
    metavar: str
    setting: str = ""
    default_text: str = ""
    positional: bool = False


def flag(  # noqa: PLR0913 - all but the first are named
    help_text: str,
    *,
    name: str = "",
    short: str = "",
    metavar: str = "",
    setting: str = "",
    default_text: str = "",
    default: object = None,
) -> Any:
    """Return the field of a flag. `name` is needed only if it differs from the field's name."""
    metadata = {_KEY: Flag(help_text, name, short, metavar, setting, default_text)}
    return dataclasses.field(default=default, metadata=metadata)


def argument(metavar: str, *, required: bool = True, default: object = None) -> Any:
    """Return the field of a positional argument. `default` is for one that is not required."""
    metadata = {_KEY: Flag("", "", "", metavar, positional=True)}
    if required:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def flags_of(options: type[Any]) -> Iterator[tuple[str, Flag]]:
    """Yield the flags of an options class by field name: its own first, then those of its bases from left to right."""
    fields = {field.name: field for field in dataclasses.fields(options)}
    names = dict.fromkeys(name for cls in options.__mro__ for name in inspect.get_annotations(cls))
    for name in names:
        if name in fields and _KEY in fields[name].metadata:
            yield name, fields[name].metadata[_KEY]


def flag_name(options: type[Any], field: str) -> str:
    """Return `--checks-folder` for `checks_folder`. Raises KeyError if there is no such field."""
    return dict(flags_of(options))[field].name or f"--{field.replace('_', '-')}"


def variable_name(options: type[Any], field: str) -> str:
    """Return `AUDITOR_CHECKS_FOLDER` for `checks_folder`. Raises KeyError if there is no such field."""
    return f"AUDITOR_{flag_name(options, field).removeprefix('--').replace('-', '_').upper()}"


def click_parameters(options: type[Any]) -> list[click.Parameter]:
    """Return the arguments and options of a command."""
    hints = get_type_hints(options)
    defaults = {field.name: field.default for field in dataclasses.fields(options)}
    parameters: list[click.Parameter] = []
    for field, shown in flags_of(options):
        if shown.positional:
            required = defaults[field] is dataclasses.MISSING
            repeated = _is_list(hints[field])
            count = -1 if repeated else 1
            choices = get_args(hints[field]) if get_origin(hints[field]) is Literal else ()
            kind = click.Choice(choices) if choices else None
            parameters.append(click.Argument([field], type=kind, required=required, nargs=count, metavar=shown.metavar))
            continue
        names = [field, *filter(None, [shown.short and f"-{shown.short}"]), flag_name(options, field)]
        parameters.append(
            _Option(
                names,
                envvar=variable_name(options, field),
                help=shown.help,
                metavar=shown.metavar or None,
                shown=shown,
                **_click_type(hints[field], defaults[field]),
            )
        )
    return parameters


def read_options(
    options: type[T], values: Mapping[str, Any], sources: Mapping[str, str], environ: Mapping[str, str]
) -> T:
    """Return the options from click's values by field name. An empty text counts as not given; lists split at commas.

    `sources` are the names of flags or variables to use in messages.
    """
    arguments: dict[str, Any] = {}
    for field, shown in flags_of(options):
        value = values.get(field)
        if isinstance(value, tuple) and not shown.positional:
            value = tuple(part.strip() for text in value for part in text.split(",") if part.strip())
        if value:
            arguments[field] = value
    make: Callable[..., T] = options
    return make(**arguments, sources=sources, environ=environ)


class _Option(click.Option):
    """An option whose help ends with its default. The settings are loaded only if help is asked for."""

    def __init__(self, names: list[str], *, shown: Flag, **more: Any) -> None:
        super().__init__(names, **more)
        self._shown = shown

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        default = self._default()
        if record is None or not default:
            return record
        names, text = record
        return names, f"{text.removesuffix('.')} [default: {default}]."

    def _default(self) -> str:
        if self._shown.default_text:
            return self._shown.default_text
        if self._shown.setting:
            from auditor.settings import default_text

            return default_text(self._shown.setting)
        return self.default if isinstance(self.default, str) else ""


def _click_type(hint: Any, default: object) -> dict[str, Any]:
    if hint is bool:
        return {"is_flag": True}
    if _is_list(hint):
        return {"multiple": True}
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    return {"type": click.Choice(choices) if choices else str, "default": default}


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is tuple
