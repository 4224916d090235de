"""ResNet-18, with torchvision's names for its weights.

K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

import torch
from torch import Tensor, nn

FEATURES = 512
"""Size of the vector that the network makes of an image."""

SMALLEST_IMAGE = 32
"""Pixels a side below which the last stage could see a single pixel: five halvings of 32 leave one.

Torch's bfloat16 gradient of a strided 3 x 3 convolution over one pixel leaves the kernel's outer
places unwritten on CPUs (torch 2.13, oneDNN with AVX-512): training turns NaN by what memory held.
"""


class ResidualBlock(nn.Module):
    """relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), both convolutions 3 x 3.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        stride: Of the first convolution and the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, H, W) to (n, outputs, H / stride, W / stride), rounded up."""
        changed = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        shortcut = x if self.downsample is None else self.downsample(x)
        result: Tensor = (changed + shortcut).relu()
        return result


class ResNet18(nn.Module):
    """An image in, a vector of 512 numbers out: ResNet-18 without its last layer.

    Weights carry torchvision's names, so that public ones can be read. They start from torch's
    global generator as in the paper: normal with variance 2 / fan-out.

    Example:
        >>> ResNet18().eval()(torch.rand(2, 3, 64, 64)).shape
        torch.Size([2, 512])
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        self.layer1 = nn.Sequential(ResidualBlock(64, 64, 1), ResidualBlock(64, 64, 1))
        self.layer2 = nn.Sequential(ResidualBlock(64, 128, 2), ResidualBlock(128, 128, 1))
        self.layer3 = nn.Sequential(ResidualBlock(128, 256, 2), ResidualBlock(256, 256, 1))
        self.layer4 = nn.Sequential(ResidualBlock(256, 512, 2), ResidualBlock(512, 512, 1))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def maps(self, images: Tensor) -> Tensor:
        """Return the last map of each image.

        Args:
            images: (n, 3, H, W).

        Returns:
            (n, 512, H / 32, W / 32), rounded up.
        """
        # Channels last is what convolutions on a CPU are quickest with.
        x = images.contiguous(memory_format=torch.channels_last)
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        found: Tensor = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Return one vector an image.

        Args:
            images: (n, 3, H, W).

        Returns:
            (n, 512), the mean over all places of the last map.
        """
        return self.maps(images).mean((2, 3))
