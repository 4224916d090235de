"""One HTML page: escaped, with its pictures inside."""

import base64
from html.parser import HTMLParser
from pathlib import Path

from skelshot.experiments.html import HtmlReport


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.pictures: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs))
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def test_a_page_holds_what_was_added_and_every_tag_is_closed(tmp_path: Path) -> None:
    png = tmp_path / "p.png"
    png.write_bytes(b"\x89PNG not really")
    report = HtmlReport('Novel <classes> & "queries"')
    report.heading("Accuracy <1-shot>")
    report.paragraph("a < b & c")
    report.table(["row", "%"], [["<script>", "61.4"]])
    report.bars([("sit & stand", 0.5)])
    report.picture(png, 'clips "as seen"')
    page = report.write(tmp_path / "report.html", "made by `skelshot demo`").read_text()
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    for text in ("Accuracy <1-shot>", "a < b & c", "<script>", "sit & stand", "50.0"):
        assert text in reader.seen
    picture = reader.pictures[0]
    assert picture["alt"] == 'clips "as seen"'
    source = str(picture["src"])
    assert base64.b64decode(source.partition(",")[2]) == png.read_bytes()
    assert "<script>" not in page


def test_a_folded_table_and_what_no_page_can_show() -> None:
    report = HtmlReport("bell\x07 \udcff")
    report.folded_table("<all>", ["key"], [["<b>\x1b[31m"]])
    page = report.html()
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert {"<all>", r"<b>\x1b[31m", r"bell\x07 \udcff"} <= set(reader.seen)
    page.encode("utf-8")
