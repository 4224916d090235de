"""What `features.json` calls things: names in files stay, whatever the code calls them."""

import pytest

from skelshot.ground import SkelshotError
from skelshot.teachers import FeatureInfo, VideoInfo

FILE = {"key": "k", "clips": 2, "renderings": 3}
WHOLE = {
    "teacher": "mine",
    "fingerprint": "v1",
    "dim": 4,
    "data_hash": "aa",
    "class_names": ["throw"],
    "text_labels": [0],
    "video": FILE,
}


def test_the_number_of_prompts_is_called_renderings_in_files() -> None:
    info = FeatureInfo.model_validate(WHOLE)
    assert info.video is not None
    assert info.video.prompts == 3
    assert info.video == VideoInfo(key="k", clips=2, prompts=3)
    document = info.as_json()
    assert document["video"]["renderings"] == 3
    assert "prompts" not in document["video"]
    assert FeatureInfo.model_validate(document) == info


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dim": 0}, "features, dim: found 0; input should be greater than or equal to 1"),
        ({"video": FILE | {"clips": 0}}, "features, video.clips: found 0; input should be"),
        ({"video": FILE | {"clip": 1}}, "features, video: found the unknown option 'clip', exp"),
        ({"text_labels": [], "video": None}, "text_labels is empty, and there are no video"),
    ],
)
def test_what_does_not_fit_is_one_line(changed: dict[str, object], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        FeatureInfo.model_validate(WHOLE | changed)
