"""The README's section on the paper, filled with what saved tables say."""

import re
from collections.abc import Sequence

from skelshot.experiments.markdown import MarkdownReport
from skelshot.ground import SkelshotError
from skelshot.tables.report import TITLE, first_screen
from skelshot.tables.reproduction import not_run, reproduction_of
from skelshot.tables.saved import SavedTable


def fill_section(text: str, tables: Sequence[SavedTable], link: str) -> str:
    r"""Write the section `Does it reproduce the paper?` anew.

    Args:
        text: The page, which has such a section.
        tables: Saved tables.
        link: Where all of them stand.

    Returns:
        The page with the section as the tables say.

    Raises:
        SkelshotError: It has no such section, or several.

    Example:
        >>> print(fill_section("# A\n\n## Does it reproduce the paper?\n\nOld.\n\n## B\n", [], "p"))
        # A
        <BLANKLINE>
        ## Does it reproduce the paper?
        <BLANKLINE>
        Nobody can tell yet: none of the 13 tables and figures is here.
        <BLANKLINE>
        Not run: I, II, ...
        <BLANKLINE>
        [All tables](p); `skelshot table NUMBER` runs one.
        <BLANKLINE>
        ## B
        <BLANKLINE>
    """
    page = MarkdownReport(TITLE)
    lines = [reproduction_of(table) for table in tables]
    first_screen(page, lines, not_run(tables))
    made = f"#{page.markdown()}\n[All tables]({link}); `skelshot table NUMBER` runs one.\n"
    pattern = rf"^## {re.escape(TITLE)}\n.*?(?=^## |\Z)"
    found = list(re.finditer(pattern, text, re.MULTILINE | re.DOTALL))
    if len(found) != 1:
        raise SkelshotError(f"found {len(found)} sections '## {TITLE}', expected one")
    rest = text[found[0].end() :]
    return text[: found[0].start()] + made + (f"\n{rest}" if rest else "")
