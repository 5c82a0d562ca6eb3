"""Secrets in command lines: options whose value is a password, and pairs of name and value.

A command is a list of arguments, of which one may be a script for a shell.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection.allowlist import is_harmless
from auditor.secret_detection.detect import detect_secret
from auditor.secret_detection.names import NameMeaning, classify_name

#: A word of a command line, without quotation marks around it.
_WORD = re.compile(r"""[^\s"'`;|&()]+""")
_LONG_OPTION = re.compile(r"--?([A-Za-z][\w.-]{1,63})", re.ASCII)
#: Programs, and their options for a password: `-pX` without a blank, and options followed by a word.
_ATTACHED = {
    "mysql": "-p",
    "mysqladmin": "-p",
    "mysqldump": "-p",
    "mariadb": "-p",
    "mariadb-dump": "-p",
    "sshpass": "-p",
}
_SEPARATE = {"redis-cli": "-a", "sshpass": "-p"}
_LOGINS = {"curl": ("-u", "--user", "--proxy-user"), "wget": (), "http": ("-a", "--auth")}
_SHORTEST_PASSWORD = 3


def detect_in_command(arguments: Iterable[str]) -> SecretMatch | None:
    """Return the kind of secret that a command line contains; None if none is found.

    Never raises. The time grows linearly with the length of the text.
    """
    texts = tuple(arguments)
    for text in texts:
        if match := detect_secret("", text):
            return match
    words = tuple(word for text in texts for word in _WORD.findall(text))
    password = next(_passwords(words), None)
    return None if password is None else SecretMatch("command-option", len(password))


def _passwords(words: tuple[str, ...]) -> Iterator[str]:
    program = ""
    for word, following in pairwise((*words, "")):
        name = word.rpartition("/")[2]
        if name in _ATTACHED or name in _SEPARATE or name in _LOGINS:
            program = name
        attached = _ATTACHED.get(program)
        if attached and word.startswith(attached) and _is_password(value := word.removeprefix(attached)):
            yield value
        if word == _SEPARATE.get(program) and _is_password(following):
            yield following
        if word in _LOGINS.get(program, ()) and _is_password(value := following.partition(":")[2]):
            yield value
        option = _LONG_OPTION.fullmatch(word)
        if (
            option
            and not following.startswith("-")
            and _names_secret(option[1])
            and detect_secret(option[1], following)
        ):
            yield following


def _is_password(value: str) -> bool:
    return len(value) >= _SHORTEST_PASSWORD and not is_harmless("password", value, password=True)


def _names_secret(option: str) -> bool:
    return classify_name(option) in (NameMeaning.PASSWORD, NameMeaning.KEY)
