"""Fictitious secrets of the right shape, generated from a seed, so that the source contains none."""

from __future__ import annotations

import base64
import json
import random
import string

LOWER_HEX = "0123456789abcdef"
ALNUM = string.ascii_letters + string.digits
BASE64 = ALNUM + "+/"
BASE64_URL = ALNUM + "-_"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def random_text(length: int, alphabet: str = ALNUM, seed: int = 7) -> str:
    """Return a text that looks random."""
    return "".join(random.Random(seed).choices(alphabet, k=length))


def pem(kind: str = "RSA PRIVATE KEY", newline: str = "\n") -> str:
    """Return a PEM block with a random body."""
    body = [random_text(64, BASE64, seed) for seed in range(4)]
    return newline.join([f"-----BEGIN {kind}-----", *body, f"-----END {kind}-----"])


def jwt() -> str:
    """Return a JSON web token."""
    head, claims = (
        to_base64(json.dumps(part)).rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "role": "service"})
    )
    return f"{head}.{claims}.{random_text(43, BASE64_URL)}"


def to_base64(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()
