"""Public weights brought into an encoder of ours, with the head kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from skelshot.encoders.base import Encoder
from skelshot.encoders.build import build_encoder
from skelshot.encoders.checkpoint import save_encoder
from skelshot.encoders.family import read_spec
from skelshot.encoders.graphs import released_partition
from skelshot.encoders.public.layouts import LAYOUTS, PublicLayout
from skelshot.encoders.public.reading import read_weights
from skelshot.encoders.public.sizes import Sizes, input_spec, sizes_of
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.tensor_files import write_tensors
from skelshot.skeletons import InputSpec, SkeletonLayout
from skelshot.skeletons.streams import Stream

SAME = 1e-5
"""How far a weight of a graph may be from ours."""


@dataclass(frozen=True, eq=False)
class ImportedEncoder:
    """A public network as an encoder.

    Args:
        encoder: In evaluation mode, on the CPU.
        inputs: The input specification that comes nearest to what the public code feeds.
        fed: What it feeds, in a sentence.
        head: The classifier: `weight` (classes, D) and `bias` (classes,); None where the file has
            none.
        notes: Where the weights come from, by name.
    """

    encoder: Encoder
    inputs: InputSpec
    fed: str
    head: Mapping[str, Tensor] | None
    notes: Mapping[str, str]

    @property
    def classes(self) -> int | None:
        """The number of classes that the head tells apart; None without a head."""
        return None if self.head is None else len(self.head["weight"])

    def save(self, path: Path | str) -> Path | None:
        """Write the encoder to a file, and its head beside it.

        Args:
            path: The encoder's file, `.safetensors`.

        Returns:
            The head's file, `NAME.head.safetensors`; None where there is no head.

        Raises:
            SkelshotError: A weight is not finite, or a file cannot be written.
        """
        path = Path(path)
        if path.suffix != ".safetensors":
            raise SkelshotError(
                f"--out {path}: found the ending {path.suffix!r}, expected .safetensors"
            )
        inputs = self.inputs.model_dump(mode="json")
        save_encoder(path, self.encoder, inputs=inputs, extra=self.notes)
        if self.head is None:
            return None
        beside = path.with_suffix(".head.safetensors")
        try:
            write_tensors(beside, self.head, {"format": "skelshot-head", **self.notes})
        except OSError as error:
            raise SkelshotError(f"{beside}: cannot be written ({error.strerror})") from error
        return beside


def import_checkpoint(
    path: Path | str,
    layout_of: str,
    *,
    joints: str | None = None,
    persons: int | None = None,
    frames: int | None = None,
    stream: Stream = "joint",
) -> ImportedEncoder:
    """Read a checkpoint of a public network as an encoder with the same outputs.

    Biases before a batch norm move into the norm; fixed graphs that the file holds are compared
    with ours; the classifier is kept apart.

    Args:
        path: The file, as `torch.save` wrote it; nothing in it is executed.
        layout_of: Whose names its tensors have: `ctr-gcn`, `2s-agcn`, `st-gcn`, `pyskl` (its
            ST-GCN) or `pyskl-ctr-gcn`.
        joints: The joint layout; by the number of joints unless told.
        persons: Persons M, where the weights do not tell (ST-GCN); 2 unless told.
        frames: Frames a clip is resized to; as many as the public code feeds unless told.
        stream: What the network was trained on.

    Returns:
        The encoder, its inputs and its head.

    Raises:
        SkelshotError: The file cannot be read, has the names of another layout, another graph or
            other sizes than the encoder; one line.
    """
    path = Path(path)
    layout = _layout_named(layout_of)
    found = read_weights(path)
    head = _head(path, layout, found)
    _check_names(path, layout, found)
    sizes = sizes_of(path, layout, found, joints, persons)
    _check_graphs(path, layout, found, sizes.layout)
    inputs = input_spec(layout, sizes, frames, stream)
    encoder = _filled(path, layout, found, sizes, inputs.frames)
    notes = {
        "imported_from": layout.name,
        "file": path.name,
        "sha256": sha256_of(path),
        "fed": layout.fed,
        "head_classes": "none" if head is None else str(len(head["weight"])),
    }
    return ImportedEncoder(encoder, inputs, layout.fed, head, notes)


def _layout_named(name: str) -> PublicLayout:
    known = {layout.name: layout for layout in LAYOUTS}
    if name not in known:
        raise SkelshotError(
            f"--layout-of: found {name!r:.80}, expected one of {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    return known[name]


def _head(path: Path, layout: PublicLayout, found: dict[str, Tensor]) -> dict[str, Tensor] | None:
    """Take the classifier out of what was found."""
    weight, bias = (found.pop(f"{layout.head}.{kind}", None) for kind in ("weight", "bias"))
    if weight is None or bias is None:
        return None
    if weight.ndim < 2 or bias.shape != weight.shape[:1]:
        raise SkelshotError(
            f"{path}, tensor '{layout.head}.weight': found shape {tuple(weight.shape)} with a bias "
            f"of {tuple(bias.shape)}, expected (classes, D) and (classes,); fetch the file again"
        )
    return {"weight": weight.flatten(1), "bias": bias}


def _check_names(path: Path, layout: PublicLayout, found: Mapping[str, Tensor]) -> None:
    """Refuse a file that lacks names of the layout, or has others."""
    wanted = layout.names() + list(layout.graphs)
    missing = [name for name in wanted if name not in found]
    if missing:
        shares = {each.name: _share(each, found) for each in LAYOUTS}
        nearest = max(shares, key=lambda name: shares[name])
        hint = (
            f"its names are nearest to those of {nearest}, of which it has "
            f"{100 * shares[nearest]:.0f} %"
            + ("" if nearest == layout.name else f": --layout-of {nearest}")
            if shares[nearest]
            else f"it has no name of any of {', '.join(shares)}"
        )
        raise SkelshotError(
            f"{path}: {len(missing)} of the {len(wanted)} tensors of {layout.name} are missing, "
            f"first {', '.join(missing[:3])}; {hint}"
        )
    others = sorted(set(found) - {*wanted, *_UNUSED})
    if others:
        raise SkelshotError(
            f"{path}: {len(others)} tensors are none of {layout.name}'s, first "
            f"{', '.join(others[:3])}; it is another network than our {layout.encoder}, and cannot "
            "be read as one"
        )


_UNUSED = ("A", "backbone.A")
"""Graphs that a file may hold though the network does not use them."""


def _share(layout: PublicLayout, found: Mapping[str, Tensor]) -> float:
    names = layout.names()
    return sum(name in found for name in names) / len(names)


def _check_graphs(
    path: Path, layout: PublicLayout, found: Mapping[str, Tensor], joints: SkeletonLayout
) -> None:
    """Refuse fixed graphs other than that of the encoder."""
    ours = released_partition(joints) if layout.graphs else None
    for name in layout.graphs:
        theirs = found[name]
        if ours is None or theirs.shape != ours.shape:
            raise _unlike(path, name, theirs, tuple(() if ours is None else ours.shape))
        unlike = ((theirs - ours).abs() > SAME).nonzero()
        if len(unlike):
            subset, source, target = unlike[0].tolist()
            raise SkelshotError(
                f"{path}, graph {name!r}: {len(unlike)} edges differ from those of {joints.name}, "
                f"first {theirs[subset, source, target]:.4f} in place of "
                f"{ours[subset, source, target]:.4f} from joint {source} to {target} in subset "
                f"{subset}; name the joints' layout with --joints, or the graph is learned freely "
                "and the network another"
            )


def _filled(
    path: Path,
    layout: PublicLayout,
    found: Mapping[str, Tensor],
    sizes: Sizes,
    frames: int,
) -> Encoder:
    """Build the encoder and fill it."""
    spec = read_spec(
        {
            "name": layout.encoder,
            "layout": sizes.layout,
            "channels": sizes.channels,
            "persons": sizes.persons,
            "width": sizes.width,
            "frames": frames,
            **layout.spec,
        }
    )
    encoder = build_encoder(spec, seed=0)
    ours: dict[str, Tensor] = encoder.state_dict()
    for name, conversion in layout.conversions().items():
        parts = [found[part] for part in conversion.names]
        try:
            made = conversion.make(parts)
        except (RuntimeError, IndexError) as error:  # shapes that do not go together
            raise _unlike(path, conversion.names[0], parts[0], None) from error
        if name not in ours or made.shape != ours[name].shape:
            wanted = tuple(ours[name].shape) if name in ours else None
            raise _unlike(path, conversion.names[0], parts[0], wanted)
        ours[name] = made.contiguous()
    encoder.load_state_dict(ours)
    return encoder.eval()


def _unlike(path: Path, name: str, tensor: Tensor, wanted: tuple[int, ...] | None) -> SkelshotError:
    """Tell of a tensor whose shape is not that of the encoder."""
    expected = "another" if wanted is None else f"one that makes {wanted}"
    return SkelshotError(
        f"{path}, tensor {name!r}: found shape {tuple(tensor.shape)}, expected {expected}; the "
        "network is larger, smaller or another than ours"
    )
