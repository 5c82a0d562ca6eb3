"""Floor 1: whether an environment variable of a container holds a secret. Pure, and the standard library only.

`suspect(name, value)` is all there is. It never raises, keeps nothing between calls, and its answer holds a detector
and a length. The ideas have a file each: what a name says (`names`), values that are harmless under any name (`plain`),
values known by their shape (`tokens`), secrets inside longer values (`inside`), and randomness (`random`).

What was decided:
- A password that everybody knows (`changeme`, `password`, `postgres`) is a secret: it opens a door. So are digits,
  five or more, where the name says password. `<password>`, `xxx`, `***`, `TODO`, `your-api-key` stand for one, and
  are not.
- Text with `${...}`, `$(...)`, `{{...}}` and the like is filled in by somebody, and is not judged by its name.
- A random value counts under a name that hints at a secret only. Digests, commits and ids are random as well.
- The id of an access key is reported though it is not secret itself: where it stands, long-lived keys are in use.
- The example keys of the AWS manual, and tokens with a run of x in them, are placeholders.
- Keys made to be published (`*_PUBLIC_KEY`, `*_PUBLISHABLE_KEY`, `*_ANON_KEY`) are left alone; passwords, private
  keys and AWS keys are not, whatever the name.
- A word with slashes under any name (`prod/db/password`) is a path to a secret, even where it might be a password.

Why not detect-secrets 1.5.0 (May 2024, the last release): measured on the 328 variables of the published definitions
in `tests/corpus` and on 185 variables written after the rules (`tests/secrets/cases_wild.py`), each given as a line
of a file in four spellings. It takes 170 us a variable at best and at least 1.5 s for the worst 64 KiB; these rules
take 6 us (`python -m tests.secret_detection.bench`) and 0.05 s (0.2 s on a busy machine). Of the 81 secrets written afterwards
it misses 19 and of the 104 harmless ones it reports 31 in its best spelling; these rules missed 9 and reported 10
when they met them, and 5 and 2 since. Both find the 4 literals among the published definitions; it reports 1 of the
324 others, these rules none. It reads lines, so a private key or JSON falls apart, and answers with the secret in its
object. Its settings are one object of the process, which its context manager swaps under other threads. It brings
requests (its plugins can call the services to verify a secret) and 20 MB.
"""

from auditor.secret_detection.detect import detect_secret

__all__ = ["detect_secret"]
