"""Networks that branch, in plain torch.nn: ResNet-18 as published, and a small one with a sum and a concatenation."""

import torch
from torch import nn


class BasicBlock(nn.Module):
    """He et al., 2016, figure 5 left."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += identity
        return self.relu(out)


def resnet18(classes=1000):
    widths = (
        (64, 64, 1),
        (64, 64, 1),
        (64, 128, 2),
        (128, 128, 1),
        (128, 256, 2),
        (256, 256, 1),
        (256, 512, 2),
        (512, 512, 1),
    )
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1),
        *(BasicBlock(*widths) for widths in widths),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(512, classes),
    )


class Branching(nn.Module):
    """A residual sum, a concatenation of three branches and a layer that is called twice."""

    def __init__(self, channels=1, classes=3):
        super().__init__()
        self.stem = nn.Conv2d(channels, 4, 3, padding=1)
        self.shared = nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular")
        self.wide = nn.Conv2d(4, 2, 5, padding=2, groups=2)
        self.head = nn.Linear(10, classes)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = x + self.shared(self.shared(x))
        x = torch.cat([x, self.wide(x), nn.functional.max_pool2d(x, 3, stride=1, padding=1)], dim=1)
        return self.head(x.mean((2, 3)))
