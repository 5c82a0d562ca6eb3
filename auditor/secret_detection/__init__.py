"""Whether an environment variable of a container contains a secret. Pure, with the standard library only.

`detect_secret(name, value)` examines one value, and `detect_in_command(arguments)` a command line. They never raise and
keep no state; their result has a detector and a length. Each module has one idea: the meaning of names (`names`),
values that are harmless under any name (`allowlist`), secrets of a known shape (`tokens`), secrets inside longer values
(`embedded`), options of commands (`commands`), and randomness (`entropy`).

Decisions:
- A well-known password (`changeme`, `password`, `postgres`) is a secret, because it gives access. So are five or more
  digits if the name says password. `<password>`, `xxx`, `***`, `TODO` and `your-api-key` are placeholders, not secrets.
- Text with `${...}`, `$(...)`, `{{...}}` and similar is filled in later, and is not judged by its name.
- A random value is a secret only under a name that hints at one: digests, commits and IDs are random, too.
- The ID of an access key is not secret itself, but is reported because it shows that long-lived keys are in use.
- The example keys of the AWS documentation and tokens with a run of x are placeholders.
- Keys that are made to be published (`*_PUBLIC_KEY`, `*_PUBLISHABLE_KEY`, `*_ANON_KEY`) are not reported; passwords,
  private keys and AWS keys are reported under any name.
- Words with slashes under any name (`prod/db/password`) are the path of a secret, although they could be a password.

Why not detect-secrets 1.5.0 (May 2024, its latest release): both were measured on the 328 variables of the published
definitions in `tests/corpus` and on 185 variables written after these rules, in
`tests/secret_detection/cases_realistic.py`, each given as a line of a file in four spellings. detect-secrets needs at
least 170 us per variable, and at least 1.5 s for the worst 64 KiB; these rules need 6 us and 0.05 s (0.2 s on a
busy machine), as `python -m tests.secret_detection.bench` measures. Of the 81 secrets written afterwards,
detect-secrets misses 19, and it reports 31 of the 104 harmless variables in its best spelling; these rules missed 9 and
reported 10 at first, and miss 5 and report 2 now. Both find the 4 literals among the published definitions;
detect-secrets reports 1 of the other 324, these rules none. It also reads line by line, so that it misses private keys
and JSON of several lines; its results contain the secret; its settings are one global object, which its context manager
changes under other threads; and it depends on requests, with which its plugins can call services to verify a secret,
and needs 20 MB.
"""

from auditor.secret_detection.commands import detect_in_command
from auditor.secret_detection.detect import detect_secret

__all__ = ["detect_in_command", "detect_secret"]
