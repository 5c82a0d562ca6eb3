"""The cache codec: facts about immutable resources as JSON for later runs, derived from the facts' dataclasses.

Every field of a fact and of the dataclasses in it is encoded, except for fields that the codec excludes by name. A
field that was forgotten would come back as its default on the next run, and a check would pass for lack of data.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from auditor.domain.json_types import Json
from auditor.parsers.source_digest import source_digest

F = TypeVar("F")

#: Both raise _DecodeError for anything that the encoder would not have written.
_Encode = Callable[[Any], Any]
_Decode = Callable[[Any], Any]

_INTEGERS = range(-(2**63), 2**63)


class _DecodeError(Exception):
    """A cached value does not have the form that the codec writes."""


class CacheCodec(Generic[F]):
    """Encodes and decodes one kind of fact.

    `key` is the field that the cache stores as its key. `excluded` maps the fields that are not immutable to the values
    that they have in a decoded fact. Raises TypeError if a field has a type that has no codec, and ValueError if an
    excluded field does not exist.
    """

    def __init__(self, fact_type: type[F], key: str, excluded: Mapping[str, Any]) -> None:
        names = {field.name for field in fields(fact_type)}  # type: ignore[arg-type]  # facts are dataclasses
        if unknown := {key, *excluded} - names:
            raise ValueError(f"{fact_type.__name__} has no field {', '.join(sorted(unknown))}")
        self._key = key
        #: Fields that are not cached, with their values in a decoded fact.
        self.excluded = dict(excluded)
        self._fact_type = fact_type
        compiled = _Dataclass(fact_type, omitted={key, *excluded})
        self.encode: Callable[[F], dict[str, Json]] = compiled.encode
        self._decode_fields = compiled.decode_fields
        self._shape = compiled.shape

    @cached_property
    def version(self) -> str:
        """A digest of everything that cached facts depend on: fields, defaults, exclusions, and the parsers' source."""
        text = f"{self._shape} {self._key} {sorted(self.excluded.items())!r} {source_digest()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def decode(self, key: str, cached: object) -> F | None:
        """Return the fact that was cached under `key`, or None if `cached` is not what this codec writes."""
        try:
            values = self._decode_fields(cached)
        except _DecodeError:
            return None
        return self._fact_type(**{self._key: key}, **values, **self.excluded)


class _Dataclass:
    """The compiled codec of one dataclass. `shape` describes its fields with their types and defaults."""

    def __init__(self, kind: type[Any], omitted: set[str] | None = None) -> None:
        hints = get_type_hints(kind)
        encoded = [field for field in fields(kind) if field.name not in (omitted or ())]
        self._kind = kind
        self._encoders: list[tuple[str, _Encode, Any]] = []
        self._decoders: dict[str, _Decode] = {}
        self._required = {field.name for field in encoded if _default(field) is MISSING}
        shapes: list[str] = []
        for field in encoded:
            if not field.init:
                raise TypeError(f"{kind.__name__}.{field.name} cannot be decoded: it is not an argument of the class")
            encode, decode, shape = _compile(hints[field.name], f"{kind.__name__}.{field.name}")
            default = _default(field)
            self._encoders.append((field.name, encode, default))
            self._decoders[field.name] = decode
            # The representation of MISSING differs between processes.
            shapes.append(f"{field.name}:{shape}" if default is MISSING else f"{field.name}:{shape}={default!r}")
        self.shape = f"{kind.__qualname__}({','.join(shapes)})"

    def encode(self, value: Any) -> dict[str, Json]:
        """Return the fields that differ from their defaults."""
        members: dict[str, Json] = {}
        for name, encode, default in self._encoders:
            member = getattr(value, name)
            if member != default:
                members[name] = encode(member)
        return members

    def decode(self, cached: object) -> Any:
        """Return the instance. Raises _DecodeError."""
        return self._kind(**self.decode_fields(cached))

    def decode_fields(self, cached: object) -> dict[str, Any]:
        """Return the fields that were encoded. Raises _DecodeError if one is missing, unknown or malformed."""
        if type(cached) is not dict or not self._required <= cached.keys():
            raise _DecodeError
        decoders = self._decoders
        try:
            return {name: decoders[name](value) for name, value in cached.items()}
        except KeyError:
            raise _DecodeError from None


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _compile(hint: Any, path: str) -> tuple[_Encode, _Decode, str]:
    """Return the encoder, the decoder and the description of a type. Raises TypeError if it has no codec."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SCALARS:
        return *_SCALARS[hint], hint.__name__
    if is_dataclass(hint) and isinstance(hint, type):
        nested = _Dataclass(hint)
        return nested.encode, nested.decode, nested.shape
    if origin in (Union, UnionType) and len(arguments) == 2 and NoneType in arguments:  # noqa: PLR2004 - X | None
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _optional(*_compile(inner, path))
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:  # noqa: PLR2004 - tuple[X, ...]
        return _sequence(*_compile(arguments[0], path))
    if origin is Mapping and arguments[0] is str:
        return _mapping(*_compile(arguments[1], path))
    raise TypeError(f"{path} cannot be cached: there is no codec for {hint}")


def _optional(encode: _Encode, decode: _Decode, shape: str) -> tuple[_Encode, _Decode, str]:
    return (
        lambda value: None if value is None else encode(value),
        lambda cached: None if cached is None else decode(cached),
        f"{shape}?",
    )


def _sequence(encode: _Encode, decode: _Decode, shape: str) -> tuple[_Encode, _Decode, str]:
    def decode_all(cached: object) -> tuple[Any, ...]:
        if type(cached) is not list:
            raise _DecodeError
        return tuple([decode(member) for member in cached])  # faster than a generator

    return lambda value: [encode(member) for member in value], decode_all, f"[{shape}]"


def _mapping(encode: _Encode, decode: _Decode, shape: str) -> tuple[_Encode, _Decode, str]:
    def decode_all(cached: object) -> dict[str, Any]:
        if type(cached) is not dict:
            raise _DecodeError
        return {name: decode(member) for name, member in cached.items()}

    return lambda value: {name: encode(member) for name, member in value.items()}, decode_all, f"{{{shape}}}"


def _unchanged(value: Any) -> Any:
    return value


def _decode_text(cached: object) -> str:
    if type(cached) is not str:
        raise _DecodeError
    return cached


def _decode_boolean(cached: object) -> bool:
    if type(cached) is not bool:
        raise _DecodeError
    return cached


def _decode_integer(cached: object) -> int:
    if type(cached) is not int or cached not in _INTEGERS:
        raise _DecodeError
    return cached


def _decode_time(cached: object) -> datetime:
    try:
        time = datetime.fromisoformat(_decode_text(cached))
    except ValueError:
        raise _DecodeError from None
    if time.tzinfo is None:
        raise _DecodeError
    return time


_SCALARS: dict[Any, tuple[_Encode, _Decode]] = {
    str: (_unchanged, _decode_text),
    bool: (_unchanged, _decode_boolean),
    int: (_unchanged, _decode_integer),
    datetime: (datetime.isoformat, _decode_time),
}
