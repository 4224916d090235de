"""Write what docs/results/tables/*.json say anew: `python docs/write_reproduction.py`.

The page is docs/reproduction.md, the section is README's; `skelshot table` writes the JSON files.
"""

from pathlib import Path

from skelshot.tables.readme import fill_section
from skelshot.tables.report import markdown_report, read_tables

DOCS = Path(__file__).resolve().parent
tables = read_tables(DOCS / "results" / "tables")
markdown_report(tables).write(DOCS / "reproduction.md")
readme = DOCS.parent / "README.md"
text = readme.read_text(encoding="utf-8")
readme.write_text(fill_section(text, tables, "docs/reproduction.md"), encoding="utf-8")
