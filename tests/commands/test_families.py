"""Names of parts on the command line; those of other packages: `test_parts_from_outside.py`."""

import subprocess
import sys

import pytest

from skelshot.cli import build_parser
from skelshot.encoders import ENCODERS
from skelshot.fewshot import METHODS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pretrain", "--encoder", "agnc", "--out", "OUT"), "--encoder: found 'agnc', expected"),
        (("pretrain", "--encoder", "ctrgcn", "--out", "OUT"), "did you mean 'ctr-gcn'?"),
        (("pretrain", "--episodes", "protonte", "--out", "OUT"), "did you mean 'protonet'?"),
        (("pretrain", "--set", "episodes=x", "--out", "OUT"), "episodes: found 'x', expected"),
        (("pretrain", "--set", "encoder.name=x", "--out", "OUT"), "name: found 'x', expected one"),
        (("pretrain", "--set", "encoder.widht=1", "--out", "OUT"), "did you mean 'width'?"),
        (
            ("pretrain", "--strategy", "bylo", "--out", "OUT"),
            "strategy: found 'bylo', expected one",
        ),
        (("pretrain", "--strategy", "aim-clr", "--out", "OUT"), "did you mean 'aimclr'?"),
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
    told = "".join(capsys.readouterr().out.split())  # lines may end after a hyphen
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
