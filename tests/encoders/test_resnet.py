"""ResNet-18 against a forward pass written out over torchvision's names."""

import torch
import torch.nn.functional as F

from skelshot.encoders.resnet import ResNet18

PARAMETERS = 11_689_512 - 513_000
"""Of torchvision's ResNet-18, less its last layer."""


def literal(weights, x):
    def norm(name, h):
        kept = [weights[f"{name}.{part}"] for part in ("running_mean", "running_var")]
        return F.batch_norm(h, *kept, weights[f"{name}.weight"], weights[f"{name}.bias"])

    h = F.relu(norm("bn1", F.conv2d(x, weights["conv1.weight"], stride=2, padding=3)))
    h = F.max_pool2d(h, 3, 2, 1)
    for layer in (1, 2, 3, 4):
        for block in (0, 1):
            name = f"layer{layer}.{block}"
            stride = 2 if layer > 1 and block == 0 else 1
            y = F.conv2d(h, weights[f"{name}.conv1.weight"], stride=stride, padding=1)
            y = F.conv2d(F.relu(norm(f"{name}.bn1", y)), weights[f"{name}.conv2.weight"], padding=1)
            y = norm(f"{name}.bn2", y)
            if f"{name}.downsample.0.weight" in weights:
                h = F.conv2d(h, weights[f"{name}.downsample.0.weight"], stride=stride)
                h = norm(f"{name}.downsample.1", h)
            h = F.relu(y + h)
    return F.adaptive_avg_pool2d(h, 1).flatten(1)


def test_forward_is_that_of_the_paper():
    network = ResNet18().eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.1)
        images = torch.rand(2, 3, 40, 33)
        torch.testing.assert_close(
            network(images), literal(network.state_dict(), images), rtol=1e-3, atol=1e-4
        )


def test_it_has_torchvisions_weights():
    network = ResNet18()
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS
    assert len(network.state_dict()) == 120
