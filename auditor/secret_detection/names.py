"""The meaning of a variable's name for its value, from the words of the name."""

import re
from enum import Enum


class NameMeaning(Enum):
    """What a name says about its value, from the most to the least suspicious."""

    PASSWORD = "any value is a password"  # noqa: S105 - a sentence
    KEY = "any value except a number is a secret"
    KEY_ID = "the ID of an access key, which belongs to a secret"
    HINT = "a random value is a secret"
    PUBLIC = "made to be published"
    OTHER = "not about a secret"


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


#: Of longer names only the end is read, because the noun is at the end.
_LONGEST = 128

#: Words of `DB_PASSWORD`, `dbPassword`, `DBPassword` and `db-password2`; digits are ignored.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

#: Names without any of these are skipped, which are most names.
_STEM = re.compile(
    r"pass|pwd|pw|psw|pswd|secret|token|key|cred|auth|salt|cookie|mnemonic|sig|seed|jwt|bearer|pat(?![a-z])|dsn|webhook",
    re.IGNORECASE,
)

_PUBLIC = frozenset({"public", "pub", "publishable", "anon", "anonymous", "fingerprint", "thumbprint"})

#: Words that tell which one, not what: `DB_PASSWORD_PROD` is still a password.
_WHICH = vocabulary(
    """
    prod production dev develop development stage staging stg qa uat test testing live sandbox demo local
    default main primary secondary master replica reader writer ro rw read write admin root old new current
    previous next backup v b base value plain plaintext text string raw env var literal encoded db
    postgres mysql mongo redis smtp ftp
    """
)

#: Last words of names whose value is about a secret, not the secret itself: `DB_PASSWORD_FILE`, `TOKEN_TTL`,
#: `SECRET_ARN`, `API_KEY_HEADER`.
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

#: `key` after these words is a secret ...
_KEY_OF = vocabulary(
    """
    api access secret secrets private encryption encrypt decryption signing master account auth license licence
    hmac aes ssh admin deploy shared cipher crypto webapi rsa
    """
)

#: ... and after these words it is a key of data, which is not secret even if it looks random.
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


def classify_name(name: str) -> NameMeaning:
    """Return the meaning of a name. It depends on the last word that does not only tell which one."""
    if not _STEM.search(name):
        return NameMeaning.OTHER
    words = [word.lower() for word in _WORD.findall(name[-_LONGEST:])]
    if words[-3:] == ["access", "key", "id"]:
        return NameMeaning.KEY_ID
    while len(words) > 1 and words[-1] in _WHICH:
        del words[-1]
    if not words:
        return NameMeaning.OTHER
    meaning = _by_noun(words)
    # Some keys and tokens are made to be published; passwords and secrets are not.
    can_be_public = meaning is not NameMeaning.PASSWORD and not words[-1].endswith("secret")
    return NameMeaning.PUBLIC if can_be_public and _PUBLIC.intersection(words) else meaning


def _by_noun(words: list[str]) -> NameMeaning:
    """Return the meaning of words of which the last is the noun."""
    noun, before = words[-1], words[-2] if len(words) > 1 else ""
    if noun in _ABOUT:
        return NameMeaning.OTHER
    if noun in {"key", "keys"} and before in _KEY_IN_DATA:
        return NameMeaning.OTHER
    meaning = _by_word(noun, before)
    if meaning is not NameMeaning.OTHER:
        return meaning
    # In `DB_PASSWORD_BILLING` an unknown word follows: only a random value is a secret.
    pairs = zip(words, ["", *words], strict=False)
    return (
        NameMeaning.HINT
        if any(_by_word(word, previous) is not NameMeaning.OTHER for word, previous in pairs)
        else NameMeaning.OTHER
    )


def _by_word(word: str, before: str) -> NameMeaning:
    """Return the meaning of a word and the word before it."""
    if word in _SHORT_PASSWORDS or word.endswith(_PASSWORDS) or _PREFIXED_PASS.fullmatch(word):
        return NameMeaning.PASSWORD
    if (
        word.endswith(_KEYS)
        or (word in {"key", "keys"} and before in _KEY_OF)
        or (before, word) == ("erlang", "cookie")
    ):
        return NameMeaning.KEY
    return NameMeaning.HINT if word in _HINTS or word.endswith("key") else NameMeaning.OTHER
