"""Recognise clips with an exported gallery: numpy and ONNX Runtime, no torch.

skelshot export onnx moves.gallery --out moves.onnx
python examples/onnx_without_torch.py moves.onnx CLIP.npz ...      # joints (M, T, V, C), present
python examples/onnx_without_torch.py                              # exports toy actions first
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime


def recognise(model: str, clips: list[str]) -> None:
    """Print what each clip shows."""
    session = onnxruntime.InferenceSession(model)
    notes = {k: json.loads(v) for k, v in session.get_modelmeta().custom_metadata_map.items()}
    print(f"{model}: {', '.join(notes['actions'])}; {notes['layout']['name']}, {notes['units']}")
    names = [output.name for output in session.get_outputs()]
    for clip in clips:
        joints = np.load(clip)["joints"].astype(np.float32)  # (persons, frames, joints, 3)
        present = joints.any(axis=(2, 3))
        outputs = session.run(names, {"joints": joints, "present": present})
        answer = dict(zip(names, outputs, strict=True))
        label = "unknown" if answer["label"] < 0 else notes["actions"][int(answer["label"])]
        print(f"{Path(clip).name}: {label}, {answer['confidence']:.0%}")


def export_toys(folder: Path) -> None:
    """Enrol and export toy actions, in a process of its own, since this needs torch."""
    words = f"""if True:
        import skelshot as sk, pathlib, skelshot.experiments.toy as toy
        folder = pathlib.Path({str(folder)!r})
        toy.write_toy_clips(folder, performers=2, repetitions=1)
        recognizer = sk.Recognizer()
        for number, name in enumerate(["wave", "bow", "kick"]):
            recognizer.enroll(name, [folder / f"a{{number:02d}}_p00_r00.npz"])
        recognizer.export(folder / "moves.onnx")"""
    subprocess.run([sys.executable, "-c", words], check=True)  # noqa: S603


if __name__ == "__main__":
    if sys.argv[1:]:
        recognise(sys.argv[1], sys.argv[2:])
    else:
        toys = Path(tempfile.mkdtemp())
        export_toys(toys)
        recognise(str(toys / "moves.onnx"), [str(clip) for clip in sorted(toys.glob("*_p01*"))])
    assert "torch" not in sys.modules or "pytest" in sys.modules
