"""Attributions against the truth of synthetic clips: better than chance by a stated margin."""

from pathlib import Path

import pytest

import skelshot as sk
from skelshot.evaluation.member import ReadyMember
from skelshot.experiments.members import member_of
from skelshot.explain import Explainer
from skelshot.explain.faithfulness import Faithfulness, measure_faithfulness
from skelshot.synthesis.plan import SynthesisPlan
from skelshot.synthesis.synthesise import synthesise

pytestmark = pytest.mark.slow

NOVEL, BASE = (1, 7, 13, 25), (2, 3, 9, 26)
ABOVE_CHANCE = 0.1
"""By how much the area under the curve must be above the 0.5 of chance."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Faithfulness]:
    """Five methods of attribution on ProtoNet, with an encoder that was trained for a moment."""
    folder = tmp_path_factory.mktemp("faithful")
    raw, run = folder / "raw", folder / "run"
    plan = SynthesisPlan(
        tuple(sorted(NOVEL + BASE)), performers=(1, 2, 8), cameras=(1,), replications=(1,)
    )
    synthesise(plan, raw, seed=0, workers=1)
    store = sk.prepare("ntu", raw, folder / "store", missing_list="none")
    novel, base = (tuple(store.class_names[n - 1] for n in part) for part in (NOVEL, BASE))
    protocol = sk.NamedProtocol(name="known", novel=novel, base=base)
    sk.pretrain(
        store, run, protocol=protocol, preset="smoke", strategy="supervised", device="cpu",
        changes=["strategy.epochs=2"],
    )  # fmt: skip
    return _measured(store, raw, run, protocol)


def _measured(
    store: sk.Store, raw: Path, run: Path, protocol: sk.NamedProtocol
) -> dict[str, Faithfulness]:
    member = member_of(store, sk.Run.open(run), sk.METHODS.named("protonet"))
    ready = ReadyMember.of(member, store, protocol, [0], None)
    task = protocol.tasks(store, ready.splits[0], 1)[0]
    clips = [int(index) for index in task.queries]
    quick = {"big": {"search_steps": 8, "steps": 4}}
    asked = [
        sk.ATTRIBUTIONS.named(name).from_options(quick.get(name, {}))
        for name in ("big", "integrated-gradients", "saliency", "movement", "random")
    ]
    explainer = Explainer(ready, ready.splits[0], asked[0])
    measured = measure_faithfulness(explainer, clips, [task] * len(clips), raw, asked, batch=3)
    return {row.attribution: row for row in measured}


@pytest.mark.parametrize("name", ["big", "integrated-gradients", "movement"])
def test_what_moves_with_purpose_is_found(name: str, rows: dict[str, Faithfulness]) -> None:
    assert rows[name].auc > 0.5 + ABOVE_CHANCE
    assert rows[name].share > rows[name].truth


def test_random_attribution_is_at_chance(rows: dict[str, Faithfulness]) -> None:
    assert rows["random"].auc == pytest.approx(0.5, abs=0.05)
    assert rows["random"].share == pytest.approx(rows["random"].truth, abs=0.05)


def test_what_does_not_look_at_the_network_survives_random_weights(
    rows: dict[str, Faithfulness],
) -> None:
    for name in ("movement", "random"):
        assert rows[name].randomised == pytest.approx(1)
    assert rows["saliency"].randomised < 0.9
    assert rows["big"].randomised < 0.99


def test_the_numbers_are_there(rows: dict[str, Faithfulness]) -> None:
    for row in rows.values():
        assert row.clips == 8
        assert 0 <= row.deletion <= 1
        assert 0 <= row.insertion <= 1
    assert 0 <= rows["big"].boundaries <= 1
    assert rows["integrated-gradients"].gap >= 0
