"""The picture strip."""

from pathlib import Path

from skelshot.synthesis.motion.preview import main


def test_a_strip_is_drawn(tmp_path: Path) -> None:
    out = tmp_path / "shake.png"
    main(["58", "--performer", "3", "--out", str(out)])
    assert out.read_bytes().startswith(b"\x89PNG")
    program = tmp_path / "mine.yaml"
    program.write_text("5: {name: nod, do: [{take: 1, head: down 20}]}")
    main(["5", "--file", str(program), "--out", str(out)])
    assert out.stat().st_size > 1000
