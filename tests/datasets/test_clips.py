import pytest

from skelshot.datasets.clips import UNLABELLED, BadClip, Clip


def test_a_clip_keeps_what_it_is_given(tiny_sequence):
    clip = Clip("wave_01", 2, tiny_sequence, subject=3, frame_range=(10, 22))
    assert (clip.name, clip.label, clip.subject, clip.camera) == ("wave_01", 2, 3, None)
    assert clip.frame_range == (10, 22)


@pytest.mark.parametrize("name", ["", "two\nlines", "bell\x07", "x" * 401])
def test_names_that_no_list_could_show_are_refused(tiny_sequence, name):
    with pytest.raises(BadClip, match=r"name: found .*, expected 1 to 400 printable"):
        Clip(name, 0, tiny_sequence)


def test_a_negative_label_is_that_of_an_unlabelled_clip_or_refused(tiny_sequence):
    assert Clip("a", -1, tiny_sequence).label == UNLABELLED
    with pytest.raises(BadClip, match="label: found -2, expected 0 or more, or -1 for none"):
        Clip("a", -2, tiny_sequence)


@pytest.mark.parametrize("field", ["subject", "camera", "setup", "replication"])
@pytest.mark.parametrize("number", [-1, 2**31])
def test_numbers_out_of_range_are_refused(tiny_sequence, field, number):
    with pytest.raises(BadClip, match=f"{field}: found {number}"):
        Clip("a", 0, tiny_sequence, **{field: number})


def test_a_bad_clip_knows_its_line_and_fits_in_one():
    error = BadClip("broken\nhere", line=4)
    assert (str(error), error.line) == ("broken here", 4)
