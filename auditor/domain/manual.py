"""Manual pages of checks: docstrings that can include blocks of text shared with other pages."""

import importlib
import re
from collections.abc import Mapping
from types import ModuleType

#: A line that ends with the name of a block.
_INCLUSION = re.compile(r"^(.*)\{\{([a-z-]+)\}\}$", re.MULTILINE)


def manual_page(module: ModuleType) -> str:
    """Return a module's docstring with the blocks of `MANUAL_BLOCKS` in the sibling module `_manual` filled in."""
    page = (module.__doc__ or "").strip()
    return include_blocks(page, _shared_blocks(module)) if _INCLUSION.search(page) else page


def include_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """Replace each `{{name}}` at the end of a line by the block of that name; unknown names stay as they are.

    Further lines of the block are indented by the length of the text before `{{name}}`, for example of `3. `.
    """

    def block(match: re.Match[str]) -> str:
        lead, name = match.groups()
        text = blocks.get(name)
        return match[0] if text is None else lead + text.strip("\n").replace("\n", "\n" + " " * len(lead))

    return _INCLUSION.sub(block, page)


def _shared_blocks(module: ModuleType) -> Mapping[str, str]:
    try:
        blocks: Mapping[str, str] = importlib.import_module(f"{module.__package__}._manual").MANUAL_BLOCKS
    except ModuleNotFoundError:
        return {}
    return blocks
