"""How to audit: settings text, flags and environment variables into one frozen value."""

from auditor.settings.folders import folders
from auditor.settings.load import load
from auditor.settings.values import Encryption, Limits, Override, Settings

__all__ = ["Encryption", "Limits", "Override", "Settings", "folders", "load"]
