"""The defaults of the settings as help texts show them."""

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from auditor.settings.fields import DURATION, format_duration
from auditor.settings.model import SettingsFile


def default_text(path: str) -> str:
    """Return the default of the setting at a dotted path such as `limits.deadline`: "2h"; empty if it has none.

    Raises KeyError if there is no such setting.
    """
    field = _field(path)
    default: Any = field.get_default(call_default_factory=True)
    if isinstance(field.json_schema_extra, dict) and "default" in field.json_schema_extra:
        return str(field.json_schema_extra["default"])
    if default is None or default is False:
        return ""
    if DURATION in field.metadata:
        return format_duration(default)
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def _field(path: str) -> FieldInfo:
    *sections, name = path.split(".")
    model: type[BaseModel] = SettingsFile
    for section in sections:
        annotation = model.model_fields[section].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            raise KeyError(path)
        model = annotation
    return model.model_fields[name]
