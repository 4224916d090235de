"""Projectors and predictor of stage 1 (paper, section IV.B)."""

from torch import nn

from skelshot.ground import SkelshotError


def mlp_head(
    in_dim: int, hidden: int = 4096, out: int = 256, *, norm_out: bool = False
) -> nn.Sequential:
    """Build the MLP of BYOL: Linear, BatchNorm, ReLU, Linear.

    The projectors g_s and g_vl and the predictor q are all of this form. There is no
    normalisation after the last layer, as in BYOL (Grill et al., 2020), unless asked for: then
    a batch norm without gain and offset follows, which takes away what all outputs share, the
    form of the projectors of SimSiam (Chen and He, 2021). In training mode the
    batch norm needs at least two rows. Weights start from torch's global generator: seed it or
    fork it first.

    Args:
        in_dim: Size of the input vectors.
        hidden: Size of the hidden layer; 4096 as printed.
        out: Size of the embedding; 256 as printed.
        norm_out: End in a batch norm without gain and offset.

    Returns:
        A module from (n, in_dim) to (n, out).

    Raises:
        SkelshotError: A size is below 1.

    Example:
        >>> import torch
        >>> mlp_head(384, hidden=32, out=16)(torch.zeros(4, 384)).shape
        torch.Size([4, 16])
    """
    _check_sizes(in_dim=in_dim, hidden=hidden, out=out)
    return nn.Sequential(
        nn.Linear(in_dim, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, out),
        *_norms(out, norm_out),
    )


def linear_head(in_dim: int, out: int = 256, *, norm_out: bool = False) -> nn.Sequential:
    """Build a projector of one linear layer.

    At random weights it nearly keeps the cosines between its inputs (Johnson and Lindenstrauss,
    1984), where the hidden layer of `mlp_head` draws all vectors together. Weights start from
    torch's global generator.

    Args:
        in_dim: Size of the input vectors.
        out: Size of the embedding.
        norm_out: End in a batch norm without gain and offset.

    Returns:
        A module from (n, in_dim) to (n, out).

    Raises:
        SkelshotError: A size is below 1.

    Example:
        >>> import torch
        >>> linear_head(384, out=16)(torch.zeros(4, 384)).shape
        torch.Size([4, 16])
    """
    _check_sizes(in_dim=in_dim, out=out)
    return nn.Sequential(nn.Linear(in_dim, out), *_norms(out, norm_out))


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise SkelshotError(f"{name}: found {size}, expected at least 1 unit in the head")


def _norms(size: int, wanted: bool) -> list[nn.Module]:
    return [nn.BatchNorm1d(size, affine=False)] if wanted else []
