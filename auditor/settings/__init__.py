"""How to audit: settings text, flags and environment variables into one frozen value."""

from auditor.settings.defaults import default_text
from auditor.settings.folders import folders
from auditor.settings.load import load
from auditor.settings.model import Encryption, Limits, Settings
from auditor.settings.overrides import Override

__all__ = ["Encryption", "Limits", "Override", "Settings", "default_text", "folders", "load"]
