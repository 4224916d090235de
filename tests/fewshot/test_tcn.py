"""The causal network against loops over frames."""

import torch

from skelshot.fewshot.tcn import CausalBlock, CausalNetwork


def causal(x, convolution, dilation):
    """One causal convolution: output t sees frames t, t - d, t - 2 d, ... only."""
    weight, bias = convolution.weight, convolution.bias
    kernel, frames = weight.shape[-1], x.shape[-1]
    out = bias[None, :, None].repeat(len(x), 1, frames)
    for t in range(frames):
        for k in range(kernel):
            past = t - (kernel - 1 - k) * dilation
            if past >= 0:
                out[:, :, t] += x[:, :, past] @ weight[:, :, k].T
    return out


def test_forward_is_blocks_with_skips_at_the_last_frame():
    network = CausalNetwork(6, 5, kernel=3, dilations=(1, 2), stacks=2, dropout=0.3).eval()
    x = torch.randn(2, 6, 9)
    with torch.no_grad():
        for block in network.blocks:
            for convolution in (block.first, block.second):
                convolution.bias.normal_()
        h, skipped = x, torch.zeros(2, 5)
        for block, dilation in zip(network.blocks, (1, 2, 1, 2), strict=True):
            changed = torch.relu(causal(h, block.first, dilation))
            changed = torch.relu(causal(changed, block.second, dilation))
            h = torch.relu(changed + block.around(h))
            skipped += changed[:, :, -1]
        torch.testing.assert_close(network(x), skipped)


def test_the_future_is_not_seen_and_the_past_as_far_as_told():
    block = CausalBlock(3, 4, kernel=4, dilation=2, dropout=0.0)
    x = torch.randn(1, 3, 30, requires_grad=True)
    changed = block(x)[1]
    (gradient,) = torch.autograd.grad(changed[0, :, 20].sum(), x)
    touched = gradient.abs().sum((0, 1)).nonzero().flatten()
    assert touched.max() <= 20
    assert touched.min() >= 20 - 2 * block.past
    network = CausalNetwork(3, 32, kernel=2, dilations=(1, 2), stacks=1, dropout=0.0)
    assert network.sees == 7
    (gradient,) = torch.autograd.grad(network(x).sum(), x)
    assert gradient.abs().sum((0, 1)).nonzero().flatten().tolist() == list(range(23, 30))
