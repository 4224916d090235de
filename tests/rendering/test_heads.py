from skelshot.rendering.heads import outfit_for


def test_the_same_keys_give_the_same_clothes() -> None:
    assert outfit_for(0, 7) == outfit_for(0, 7)
    assert len({outfit_for(0, number) for number in range(30)}) > 25


def test_known_colours_are_kept() -> None:
    colours = {"top": (0.1, 0.2, 0.3), "shoes": (0.9, 0.0, 0.0)}
    for number in range(10):
        outfit = outfit_for(number, colours=colours)
        assert (outfit.top, outfit.shoes) == (colours["top"], colours["shoes"])
        assert outfit.skin == outfit_for(number).skin


def test_stripes_can_be_told_from_the_top() -> None:
    striped = [outfit for outfit in map(outfit_for, range(60)) if outfit.stripes is not None]
    assert 8 < len(striped) < 40
    for outfit in striped:
        assert outfit.stripes is not None
        assert sum(abs(a - b) for a, b in zip(outfit.stripes, outfit.top, strict=True)) > 0.5
