"""`skelshot import-checkpoint`: weights of public networks as an encoder."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="checkpoint that PyTorch wrote (.pt, .pth)")
    parser.add_argument(
        "--layout-of",
        required=True,
        metavar="NAME",
        help="whose names its tensors have: ctr-gcn, 2s-agcn, st-gcn, pyskl (its ST-GCN) or "
        "pyskl-ctr-gcn",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the encoder, .safetensors"
    )
    parser.add_argument(
        "--joints", metavar="LAYOUT", help="the joint layout (default: by the number of joints)"
    )
    parser.add_argument(
        "--persons", type=int, help="persons, where the weights do not tell (default: 2)"
    )
    parser.add_argument(
        "--frames", type=int, help="frames of a clip (default: as the public code feeds)"
    )
    parser.add_argument(
        "--stream",
        choices=["joint", "bone", "joint-motion", "bone-motion"],
        default="joint",
        help="what it was trained on (default: joint)",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.encoders.public import import_checkpoint

    imported = import_checkpoint(
        parsed.file,
        parsed.layout_of,
        joints=parsed.joints,
        persons=parsed.persons,
        frames=parsed.frames,
        stream=parsed.stream,
    )
    head = imported.save(parsed.out)
    return {
        "file": str(parsed.out),
        "encoder": imported.encoder.name,
        "spec": imported.encoder.spec.model_dump(mode="json"),
        "inputs": imported.inputs.model_dump(mode="json"),
        "fed": imported.fed,
        "classes": imported.classes,
        "head": None if head is None else str(head),
    }


def _show(document: Document) -> str:
    inputs = document["inputs"]
    layout = inputs["layout"]
    joints = layout if isinstance(layout, str) else layout["name"]
    lines = [
        f"{document['file']}: {document['encoder']}, {joints}, {inputs['persons']} persons, "
        f"{inputs['frames']} frames, {', '.join(inputs['streams'])}",
        f"the public code feeds {document['fed']}",
        f"here clips are read with align={inputs['align']}, crop={inputs['crop']:g}, "
        f"absent={inputs['absent']}",
    ]
    if document["head"] is None:
        lines.append("the file holds no classifier")
    else:
        lines.append(f"{document['head']}: the classifier of {document['classes']} classes")
    return "\n".join(lines)


COMMAND = Command(
    "import-checkpoint",
    "Bring weights of CTR-GCN, 2s-AGCN, ST-GCN or PYSKL into an encoder's file.",
    _arguments,
    _run,
    _show,
)
