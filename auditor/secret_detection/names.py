"""What the name of a variable says about its value, read from its words."""

from __future__ import annotations

import re
from enum import Enum


class Says(Enum):
    """From the boldest to the most harmless reading of a name."""

    PASSWORD = "whatever stands here is a password"  # noqa: S105 - a sentence
    KEY = "whatever stands here is a secret, unless it is a number"
    KEY_ID = "the id of an access key, which has a secret beside it"
    HINT = "a secret if the value looks random"
    PUBLIC = "made to be published"
    NOTHING = "about something else"


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


#: Names longer than this are judged by their end, which is where the noun stands.
_LONGEST = 128

#: Words of `DB_PASSWORD`, `dbPassword`, `DBPassword` and `db-password2`; digits say nothing.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

#: A name without any of these is not looked at further. Most are not.
_STEM = re.compile(
    r"pass|pwd|pw|psw|pswd|secret|token|key|cred|auth|salt|cookie|mnemonic|sig|seed|jwt|bearer|pat(?![a-z])|dsn|webhook",
    re.IGNORECASE,
)

_PUBLIC = frozenset({"public", "pub", "publishable", "anon", "anonymous", "fingerprint", "thumbprint"})

#: Which one, not what: `DB_PASSWORD_PROD` is a password still.
_WHICH = vocabulary(
    """
    prod production dev develop development stage staging stg qa uat test testing live sandbox demo local
    default main primary secondary master replica reader writer ro rw read write admin root old new current
    previous next backup v b base value plain plaintext text string raw env var literal encoded db
    postgres mysql mongo redis smtp ftp
    """
)

#: About a secret, not the secret: `DB_PASSWORD_FILE`, `TOKEN_TTL`, `SECRET_ARN`, `API_KEY_HEADER`.
_ABOUT = vocabulary(
    """
    file files filename path paths dir directory folder location mount arn arns id ids uuid guid name names
    alias aliases url urls uri endpoint host hostname server domain address port ttl timeout expiry expiration
    expires expire expired lifetime duration validity age length len size count number num max min limit quota
    budget rate interval period delay days hours minutes seconds sec secs ms millis policy policies rule rules
    type kind mode format encoding algorithm alg algo method scheme strategy provider issuer iss audience aud
    scope scopes header headers prefix suffix pattern regex field fields column attribute param params parameter
    parameters claim claims enabled enable disabled disable required allowed version versions rotation region
    bucket table store manager backend driver engine vault user users username login email source cache symbol
    decimals contract label tag tags description hint prompt role sha digest commit checksum revision bits
    rounds iterations cost verifier validator checker hasher hash mapping middleware plugin class module factory
    handler resolver extractor service reset change history lookup
    """
)

_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "passwort", "pswd", "pwd")
_SHORT_PASSWORDS = frozenset({"pass", "pw", "psw", "passwords", "userpwd"})
_PREFIXED_PASS = re.compile(r"(?:db|user|root|admin|my|pg|mysql|smtp|mail|ftp|redis|http|proxy|auth|app)pass")

_KEYS = tuple(
    vocabulary(
        """
        secret secrets token tokens mnemonic apikey apikeys accesskey secretkey privatekey authkey accountkey
        encryptionkey signingkey masterkey sshkey licensekey
        """
    )
)

#: `key` is a secret behind these words ...
_KEY_OF = vocabulary(
    """
    api access secret secrets private encryption encrypt decryption signing master account auth license licence
    hmac aes ssh admin deploy shared cipher crypto webapi rsa
    """
)

#: ... and what data is found or sorted by behind these, of which none is secret however random it looks.
_KEY_IN_DATA = vocabulary(
    """
    partition sort primary foreign cache routing object s idempotency dedup deduplication group index hash range
    shard message lookup translation kms cmk state backend tf lock row column field registry ec keypair pair
    host known site
    """
)

_HINTS = vocabulary(
    """
    key keys auth authorization authentication credential credentials creds cred salt cookie signature sig seed
    jwt bearer pat dsn webhook
    """
)


def read(name: str) -> Says:
    """What a name says; the last word that is not about which one decides."""
    if not _STEM.search(name):
        return Says.NOTHING
    words = [word.lower() for word in _WORD.findall(name[-_LONGEST:])]
    if words[-3:] == ["access", "key", "id"]:
        return Says.KEY_ID
    while len(words) > 1 and words[-1] in _WHICH:
        del words[-1]
    if not words:
        return Says.NOTHING
    said = _by_noun(words)
    # Keys and tokens are made for the public too; passwords and secrets never are.
    published = bool(_PUBLIC.intersection(words)) and said is not Says.PASSWORD and not words[-1].endswith("secret")
    return Says.PUBLIC if published else said


def _by_noun(words: list[str]) -> Says:
    """What the words say, of which the last is the noun."""
    noun, before = words[-1], words[-2] if len(words) > 1 else ""
    if noun in _ABOUT:
        return Says.NOTHING
    if noun in {"key", "keys"} and before in _KEY_IN_DATA:
        return Says.NOTHING
    own = _alone(noun, before)
    if own is not Says.NOTHING:
        return own
    # `DB_PASSWORD_BILLING`: a word that we do not know follows. Only a value that looks random makes it a secret.
    pairs = zip(words, ["", *words], strict=False)
    return Says.HINT if any(_alone(word, previous) is not Says.NOTHING for word, previous in pairs) else Says.NOTHING


def _alone(word: str, before: str) -> Says:
    """What a word and the one before it say by themselves."""
    if word in _SHORT_PASSWORDS or word.endswith(_PASSWORDS) or _PREFIXED_PASS.fullmatch(word):
        return Says.PASSWORD
    if (
        word.endswith(_KEYS)
        or (word in {"key", "keys"} and before in _KEY_OF)
        or (before, word) == ("erlang", "cookie")
    ):
        return Says.KEY
    return Says.HINT if word in _HINTS or word.endswith("key") else Says.NOTHING
