"""Secrets that have a known shape, under any name."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.secret_detection.allowlist import is_masked
from auditor.secret_detection.entropy import looks_random

#: Shorter values contain none of these.
SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret: texts of which every value contains one, for a quick search, and the pattern of the value.

    Patterns have a maximum length or start at a word boundary, so that the time grows linearly. `may_be_public` is set
    if values of the same shape are also made to be published, which only the name can tell. `confirm` is an additional
    condition.
    """

    detector: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    may_be_public: bool = False
    confirm: Callable[[str], bool] | None = None


def _shape(detector: str, needles: str, pattern: str, *, public: bool = False, random: bool = False) -> Shape:
    compiled = re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})", re.ASCII)
    return Shape(detector, tuple(needles.split()), compiled, public, looks_random if random else None)


SHAPES = (
    _shape("aws-access-key", "AKIA ASIA", r"A[KS]IA[A-Z2-7][A-Z0-9]{15}(?![A-Za-z0-9])"),
    _shape("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    _shape("github-token", "github_pat_", r"github_pat_[A-Za-z0-9_]{30,255}"),
    _shape("gitlab-token", "glpat- gldt- glrt- glcbt- glptt- glsoat-", r"gl(?:pat|dt|rt|cbt|ptt|soat)-[\w-]{20,255}"),
    _shape("slack-token", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe", r"xox[abeprs][-.][A-Za-z0-9.-]{10,255}"),
    _shape("slack-token", "xapp-", r"xapp-\d-[A-Z0-9]{5,20}-\d{5,20}-[a-f0-9]{20,128}"),
    _shape("slack-webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,99}"),
    _shape("discord-webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{30,128}"),
    _shape("stripe-key", "sk_live_ rk_live_ sk_test_ rk_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}"),
    _shape("stripe-key", "whsec_", r"whsec_[A-Za-z0-9+/]{16,255}"),
    _shape("twilio-key", "SK", r"SK[0-9a-f]{32}(?![A-Za-z0-9])"),
    _shape("sendgrid-key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{32,64}"),
    _shape("mailgun-key", "key-", r"key-[0-9a-f]{32}(?![A-Za-z0-9])"),
    _shape("mailchimp-key", "-us", r"[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])"),
    _shape("npm-token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _shape("pypi-token", "pypi-AgE", r"pypi-AgE[\w-]{50}"),
    _shape("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{20}"),
    _shape("openai-key", "sk-", r"sk-(?:(?:proj|svcacct|admin|None|or-v\d)-[\w-]{20}|[A-Za-z0-9]{32})", random=True),
    _shape("google-api-key", "AIza", r"AIza[\w-]{35}", public=True),
    _shape("google-oauth-secret", "GOCSPX- ya29.", r"GOCSPX-[\w-]{20}|ya29\.[\w-]{30}"),
    _shape("jwt", "eyJ", r"(?<![\w.-])eyJ[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{16,1024}", public=True),
    _shape("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24}"),
    _shape("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60}"),
    _shape("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _shape("databricks-token", "dapi", r"dapi[0-9a-f]{32}"),
    _shape("docker-hub-token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[\w-]{20}"),
    _shape("atlassian-token", "ATATT3 ATCTT3", r"AT[AC]TT3[\w=-]{50}"),
    _shape("shopify-token", "shpat_ shpss_ shpca_ shppa_", r"shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}"),
    _shape("hugging-face-token", "hf_", r"hf_[A-Za-z]{34}"),
    _shape("grafana-token", "glsa_ glc_", r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32}"),
    _shape("new-relic-key", "NRAK- NRAL", r"NRAK-[A-Z0-9]{27}|[0-9a-f]{36}NRAL"),
    _shape("sentry-token", "sntrys_ sntryu_", r"sntry(?:s_eyJ[\w+/=-]{20}|u_[0-9a-f]{64})"),
    _shape("telegram-token", ":AA", r"\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _shape("linear-key", "lin_api_", r"lin_api_[A-Za-z0-9]{40}"),
    _shape("notion-token", "ntn_", r"ntn_[A-Za-z0-9]{40}"),
    _shape("postman-key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _shape("age-key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _shape("azure-client-secret", "8Q~", r"[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])"),
)  # fmt: skip # a table, in columns

#: One search for all of them: most values contain none.
_ANY_NEEDLE = re.compile("|".join(re.escape(needle) for shape in SHAPES for needle in shape.needles))

_HEADER = re.compile(r"(?<![A-Za-z0-9])(?:Basic|Bearer|basic|bearer)[ ]{1,4}([\w+/=.~-]{12,4096})", re.ASCII)
_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY")
#: Base64 as in the body of a key. A header that is followed only by dots is documentation.
_PEM_BODY = re.compile(r"[A-Za-z0-9+/]{32}")
_BASE64_OF_PEM = "LS0tLS1CRUdJTi"
_PUTTY = "PuTTY-User-Key-File"


def find_token(value: str, *, public: bool) -> str | None:
    """Return the detector of the first known shape in a value. With `public`, the name says that it is published."""
    if "-----BEGIN" in value and _has_private_key(value):
        return "private-key"
    if _BASE64_OF_PEM in value and _has_private_key(_decoded_pem(value)):
        return "private-key"
    if _PUTTY in value:
        return "private-key"
    return next(_detectors(value, public=public), None)


def _detectors(value: str, *, public: bool) -> Iterator[str]:
    for shape in SHAPES if _ANY_NEEDLE.search(value) else ():
        possible = any(needle in value for needle in shape.needles) and not (public and shape.may_be_public)
        if possible and _matches(value, shape):
            yield shape.detector
    if "asic " in value or "earer " in value:
        for match in _HEADER.finditer(value):
            if looks_random(match[1]) and not is_masked(match[1]):
                yield "authorization-header"


def _matches(value: str, shape: Shape) -> bool:
    """Whether a match is not masked (`ghp_xxxxxxxx`) and meets the additional condition of the shape."""
    for match in shape.pattern.finditer(value):
        text = match[0]
        if not is_masked(text) and (shape.confirm is None or shape.confirm(text)):
            return True
    return False


def _has_private_key(value: str) -> bool:
    header = _PEM.search(value)
    return header is not None and _PEM_BODY.search(value, header.end()) is not None


def _decoded_pem(value: str) -> str:
    """Return the start of a PEM text in base64 inside a value, which is enough to classify it."""
    start = value.index(_BASE64_OF_PEM)
    piece = re.match(r"[A-Za-z0-9+/]{0,400}", value[start : start + 400])
    text = piece[0] if piece else ""
    return base64.b64decode(text[: len(text) // 4 * 4]).decode("ascii", errors="replace")
