"""Names of encoders and methods on the command line, those of other packages among them."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from skelshot.cli import build_parser
from skelshot.datasets.store import Store
from skelshot.encoders import ENCODERS, read_header
from skelshot.fewshot import METHODS

ROOT = Path(__file__).resolve().parents[2]

MODULE = """
from skelshot.fewshot import FewShotMethod

class Dot(FewShotMethod):
    name = "dot"
    paper = "none yet"
    def forward(self, support, queries):
        self.check_inputs(support, queries)
        return queries @ support.mean(2).transpose(1, 2)

class Heard(Dot):
    name = "heard"
    reads = "sound"

class Needy(Dot):
    name = "needy"
    def __init__(self, options):
        super().__init__(options)
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package with three methods, of which one keeps the contract."""
    folder = tmp_path / "Outside-1.0.dist-info"
    folder.mkdir()
    (tmp_path / "outside_methods.py").write_text(MODULE)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Outside\nVersion: 1.0\n")
    points = (f"{name} = outside_methods:{name.title()}" for name in ("dot", "heard", "needy"))
    (folder / "entry_points.txt").write_text("[skelshot.methods]\n" + "\n".join(points))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "outside_methods", raising=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pretrain", "--encoder", "agnc", "--out", "OUT"), "--encoder: found 'agnc', expected"),
        (("pretrain", "--encoder", "ctrgcn", "--out", "OUT"), "did you mean 'ctr-gcn'?"),
        (("pretrain", "--episodes", "protonte", "--out", "OUT"), "did you mean 'protonet'?"),
        (("pretrain", "--set", "episodes=x", "--out", "OUT"), "episodes: found 'x', expected"),
        (("pretrain", "--set", "encoder.name=x", "--out", "OUT"), "name: found 'x', expected one"),
        (("pretrain", "--set", "encoder.widht=1", "--out", "OUT"), "did you mean 'width'?"),
        (("evaluate", "--method", "fully-conected"), "did you mean 'fully-connected'?"),
        (("evaluate", "--method", "cosin"), "--method: found 'cosin', expected one of cosine"),
    ],
)
def test_unknown_names_are_told_with_the_nearest(run, toy_store, tmp_path, words, message):
    command, *rest = (tmp_path / "OUT" if word == "OUT" else word for word in words)
    answer = run(command, toy_store.path, "--protocol", "toy", *rest)
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not (tmp_path / "OUT").exists()


def test_a_method_of_another_package(run, outside, toy_store: Store, tmp_path: Path) -> None:
    listed = run("methods", "--json").json
    assert [m["name"] for m in listed["methods"]] == [*(m.name for m in METHODS.shipped), "dot"]
    heard, needy = listed["problems"]
    assert heard == (
        "method 'heard' of the package Outside: found reads = 'sound', expected one of vector, "
        "map, clip; mend or uninstall the package Outside"
    )
    assert "cannot be made with its default options (TypeError: " in needy
    assert run("methods").out.splitlines()[-2:] == [heard, needy]
    smoke = ("--preset", "smoke", "--protocol", "toy", "--split", 0)
    out = tmp_path / "run"
    small = ("--set", "input.frames=8", "--set", "encoder.width=0.125", "--strategy", "none")
    assert run("pretrain", toy_store.path, *smoke, *small, "--out", out).code == 0
    told = run(
        *("evaluate", toy_store.path, *smoke, "--run", out),
        *("--method", "dot", "--shots", 1, "--json"),
    )
    assert told.json["method"] == "dot"


def test_an_encoder_of_another_package(
    run, toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example's TCN, registered as its head says, from training to accuracy."""
    (tmp_path / "own_encoder.py").write_text((ROOT / "examples/own_encoder.py").read_text())
    folder = tmp_path / "Mine-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Mine\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[skelshot.encoders]\ntcn = own_encoder:TCN\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    out, smoke = tmp_path / "run", ("--preset", "smoke", "--protocol", "toy", "--split", 0)
    words = ("--encoder", "tcn", "--set", "encoder.hidden=16", "--episodes", "ProtoNet")
    refused = run("pretrain", toy_store.path, *smoke, *words[:3], "encoder.width=1.0", "--out", out)
    assert refused.code == 2
    assert "unknown option 'width', expected name, layout" in refused.err
    trained = run("pretrain", toy_store.path, *smoke, *words, "--out", out)
    assert trained.code == 0, trained.err
    header = read_header(out / "split-00/checkpoints/encoder.safetensors")
    assert header.spec.model_dump()["hidden"] == 16
    config = yaml.safe_load((out / "split-00/config.yaml").read_text())
    assert config["options"]["encoder"] == {"name": "tcn", "hidden": 16}
    evaluated = ("evaluate", toy_store.path, *smoke, "--run", out, "--shots", 1, "--json")
    for method in ("cosine", "soft-dtw"):
        told = run(*evaluated, "--method", method)
        assert told.code == 0, told.err
        assert 0 <= told.json["accuracy"]["1"]["mean"] <= 1


@pytest.mark.parametrize(("alias", "name"), METHODS.aliases.items())
def test_names_from_papers_are_accepted(alias: str, name: str) -> None:
    assert alias not in {kind.name for kind in METHODS.shipped}
    assert METHODS.named(alias).name == name


@pytest.mark.parametrize("name", ["Fully Connected", "FEAT", "ProtoNet", "Soft-DTW", "TCN-Oneshot"])
def test_names_are_found_as_tables_print_them(name: str) -> None:
    assert METHODS.named(name) in METHODS.shipped


def test_the_help_names_every_encoder_that_ships(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["pretrain", "--help"])
    told = capsys.readouterr().out
    assert all(kind.name in told for kind in ENCODERS.shipped)


def test_parsing_imports_nothing_heavy_and_looks_for_no_package() -> None:
    program = (
        "import sys; from skelshot.cli import build_parser; build_parser();"
        "print(*(name for name in ('torch', 'numpy', 'pydantic', 'importlib.metadata',"
        " 'skelshot.encoders', 'skelshot.fewshot') if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
