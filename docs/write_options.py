"""Write the option tables of all pages anew: `python docs/write_options.py`."""

from pathlib import Path

from skelshot.experiments.option_tables import fill_tables

for page in sorted(Path(__file__).parent.rglob("*.md")):
    text = page.read_text(encoding="utf-8")
    if (filled := fill_tables(text)) != text:
        page.write_text(filled, encoding="utf-8")
