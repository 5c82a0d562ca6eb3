"""Placeholders: parts of a text that tools and people replace before the text is used.

Secret detection and the reading of files share this notion. A text of a person's choice, such as the value of an
environment variable, may contain `$X` or `{x}` for other reasons, so `is_filled_in` accepts these only as a whole text.
"""

import re

#: Marks of shells, templates and deployments: `${X}`, `$(x)`, `{{ x }}`, `%(x)s`, `%{x}`, `#{x}`, `<%= x %>`.
_MARKS = (("${", "}"), ("$(", ")"), ("{{", "}}"), ("%(", ")"), ("%{", "}"), ("#{", "}"), ("<%", "%>"))
_WHOLE = re.compile(
    r"""\${1,2}\w{1,128} | \{[\w.:\ -]{1,128}\} | <[^<>]{1,256}> | \[[\w.:\ -]{1,128}\]
      | %{1,2}[\w-]{1,128}%{1,2} | %[sdv] | \[\[[\w.:\ -]{1,128}\]\] | __\w{1,124}__ | @@?\w{1,124}@@?
    """,
    re.VERBOSE | re.ASCII,
)
#: Placeholders that CloudFormation and Terraform do not replace themselves, and that are not the shell's.
_OF_OTHER_TOOLS = r"""
    \{\{.{0,256}?\}\} | \#\{[^}]{0,256}\}\#? | <%.{0,256}?%> | %\{[^}]{0,256}\} | %\([^)]{0,256}\)s?
  | \[\[[^\[\]]{1,128}\]\] | __[A-Za-z]\w{0,122}?__ | %[A-Za-z][\w-]{0,126}% | @@?[A-Za-z]\w{0,122}@@?
  | (?<!\$)\{[A-Za-z_][\w.:-]{0,126}\} | <[A-Za-z_][^<>]{0,254}>
"""
_OF_SHELLS = r"\$\{[^}]{0,256}\} | \$\([^)]{0,256}\) | \$[A-Za-z_]\w{0,126}"
_ANYWHERE = re.compile(f"{_OF_SHELLS} | {_OF_OTHER_TOOLS}", re.VERBOSE | re.DOTALL | re.ASCII)
_IN_TEMPLATE = re.compile(_OF_OTHER_TOOLS, re.VERBOSE | re.DOTALL | re.ASCII)


def is_filled_in(text: str) -> bool:
    """Whether a text of a person's choice contains a placeholder that cannot mean anything else, or is one."""
    return any(opens in text and closes in text for opens, closes in _MARKS) or _WHOLE.fullmatch(text) is not None


def find_placeholders(text: str, *, in_template: bool = False) -> list[tuple[int, int]]:
    """Return the start and the end of each placeholder in a text that can be only a name, a number or a word.

    With `in_template`, the text is from a template or a plan, in which `$` has a meaning of its own.
    """
    pattern = _IN_TEMPLATE if in_template else _ANYWHERE
    return [match.span() for match in pattern.finditer(text)]
