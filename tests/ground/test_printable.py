from skelshot.ground.printable import printable


def test_text_is_made_printable():
    assert printable("wave 手 é") == "wave 手 é"
    assert printable("\x1b[31m\udcff\n") == r"\x1b[31m\udcff\n"
    assert printable("x" * 70) == "x" * 57 + "..."
    assert len(printable("\x00" * 50)) <= 60
