"""Values that are harmless under any name: settings, references to secrets, paths and addresses, placeholders."""

import re

from auditor.domain.placeholders import is_filled_in
from auditor.secret_detection.entropy import looks_random
from auditor.secret_detection.names import vocabulary

#: Words of settings, and words for an empty value. Words that are used as passwords (`changeme`, `password`, `secret`,
#: `admin`, `example`) are not among them: a password that everyone knows is worse than one that is only visible.
_WORDS = vocabulary(
    """
    true false yes no on off y n t f none null nil undefined nan n/a na enable enabled disable disabled required
    optional auto always never todo tbd tba fixme placeholder dummy fake redacted masked hidden secured encrypted
    removed unset unused empty missing ignored include omit same-origin bearer basic jwt oauth oauth2 plaintext
    """
)

_NUMBER = re.compile(r"[+-]?\d[\d_]*(?:[.,]\d+)*(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_QUANTITY = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?\s?(?:ms|us|ns|sec|min|[smhdwy]|[kmgt]i?b?|%)){1,4}", re.IGNORECASE)
_MANY_DIGITS = 5

_REFERENCE = re.compile(
    r"""arn:aws[\w-]*:
      | (?:aws-?)?(?:ssm(?:-secure|-parameter)?|secrets-?manager|sm|parameter-?store|kms|encrypted)(?:[:/]|\+)
      | (?:aws-?)?secrets?(?::|://)
      | (?:hashi)?vault(?:[:/]|\+) | op:// | ref\+ | (?:bws|doppler|chamber|gcp|gcpsm|az(?:ure)?kv)://
      | akv: | keyvault: | env: | file: | from_?env | valueFrom: | s3:// | gs://
      | projects/[\w-]{1,64}/secrets/ | (?:var|local|module|data)\.[\w.\[\]]{1,256}\Z
      | @microsoft\.keyvault\( | !(?:Ref|Sub|GetAtt|ImportValue)\b
      | ENC[\[(] | AQ[IE]CAH[\w+/]{20} | \$ANSIBLE_VAULT | -----BEGIN\ PGP\ MESSAGE
      | ssh-(?:rsa|dss|ed25519)\  | ecdsa-sha2-
      | -----BEGIN\ (?:[A-Z0-9]{1,20}\ ){0,3}(?:PUBLIC\ KEY|CERTIFICATE)
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
#: A placeholder: a masked value, or an instruction to replace it.
_MASKED = re.compile(r"x{5}|\*{3}|\.{3}|…|•{3}|EXAMPLE|_{5}", re.ASCII)
_MASKED_UPPER = re.compile(r"X{5}")
_MASK = frozenset("xX*.-_?# •…")
_TO_REPLACE = re.compile(
    r"""(?:<?\s?)(?:your|insert|enter|replace|put|fill|provide|specify|paste|set-?this|to-?be-)(?![a-z]{0,8}\d).*
      | .*[-_\s]here | .*(?:placeholder|goes-?here|(?:replace|set)[-_]?me|fill[-_]?me|not[-_]a[-_](?:real|secret)).*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CHANGE_ME = re.compile(r"change[-_ ]?(?:me|it|this)", re.IGNORECASE)
_VARIABLE_NAME = re.compile(r"[A-Z]{2,}(?:_[A-Z]+)+")
#: Placeholders are short: longer values are not compared, to save time.
_LONGEST_PLACEHOLDER = 256

_PATH = re.compile(r"(?:/|\.{1,2}/|~/|[A-Za-z]:[\\/])[\w.@%{}\\/ -]*", re.ASCII)
_SECRET_PATH = re.compile(r"[a-z][a-z_-]{1,40}(?:\d{1,3})?(?:/[a-z][a-z._-]{1,40}(?:\d{1,3})?){1,12}/?")
_FILE = re.compile(
    r"[\w./@ -]{1,512}"
    r"\.(?:json|ya?ml|pem|crt|cer|key|txt|p12|pfx|jks|env|ini|conf|cfg|toml|xml|csv|zip|gz|pub|der|ppk|properties)",
    re.ASCII,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,30}://\S+", re.IGNORECASE | re.ASCII)
_HOST = re.compile(
    r"(?:[a-z0-9_-]{1,63}\.){1,8}(?:com|net|org|dev|app|cloud|local|internal|svc|consul|arpa|aws|[a-z]{2})(?::\d{1,5})?/?"
    r"|localhost(?::\d{1,5})?|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:/\d{1,2})?",
    re.ASCII,
)


def is_harmless(name: str, value: str, *, password: bool = False) -> bool:
    """Whether a value is harmless under any name. With `password`, a number or a host name can be a secret."""
    if value.lower() in _WORDS or not any(map(str.isalnum, value[:_LONGEST_PLACEHOLDER])):
        return True
    if _NUMBER.fullmatch(value):
        return not (password and value.isdigit() and len(value) >= _MANY_DIGITS)
    if _QUANTITY.fullmatch(value) and not (password and len(value) > _MANY_DIGITS):
        return True
    return (
        is_placeholder(value)
        or value == name
        or _is_reference(value)
        or (not password and _HOST.fullmatch(value) is not None)
    )


def is_placeholder(value: str) -> bool:
    """Whether a value is a placeholder that a person or a program replaces."""
    if _CHANGE_ME.fullmatch(value):
        return False
    if is_filled_in(value) or is_masked(value):
        return True
    if len(value) > _LONGEST_PLACEHOLDER:
        return False
    return bool(_MASK.issuperset(value) or _VARIABLE_NAME.fullmatch(value) or _TO_REPLACE.fullmatch(value))


def is_masked(value: str) -> bool:
    """Whether a value contains a run of x, stars or dots, or EXAMPLE as in the AWS documentation."""
    return bool(_MASKED.search(value) or _MASKED_UPPER.search(value))


def _is_reference(value: str) -> bool:
    """Whether a value is a reference to a secret, a path, a file name or a URL."""
    return bool(
        _REFERENCE.match(value)
        or (_PATH.fullmatch(value) and not any(map(looks_random, value.split("/"))))
        or _SECRET_PATH.fullmatch(value)
        or _FILE.fullmatch(value)
        or _URL.fullmatch(value)
    )
