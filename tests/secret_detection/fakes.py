"""Made-up secrets of the right shape, drawn anew from a seed, so that none stands in the source."""

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


def drawn(length: int, alphabet: str = ALNUM, seed: int = 7) -> str:
    """A text that a machine could have drawn."""
    return "".join(random.Random(seed).choices(alphabet, k=length))


def pem(kind: str = "RSA PRIVATE KEY", newline: str = "\n") -> str:
    """A block of PEM with a body of noise."""
    body = [drawn(64, BASE64, seed) for seed in range(4)]
    return newline.join([f"-----BEGIN {kind}-----", *body, f"-----END {kind}-----"])


def jwt() -> str:
    """Three parts, of which two are JSON."""
    head, claims = (
        encoded(json.dumps(part)).rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "role": "service"})
    )
    return f"{head}.{claims}.{drawn(43, BASE64_URL)}"


def encoded(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()
