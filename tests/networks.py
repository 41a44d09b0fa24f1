"""Networks in plain torch.nn, written as their papers or users write them."""

import torch
from torch import nn
from torch.nn import functional as F


class Bottleneck(nn.Module):
    """He et al., 2016: the stride in the first 1x1 convolution; `late` puts it in the 3x3, as torchvision does."""

    def __init__(self, inputs, width, stride, late):
        super().__init__()
        first, second = (1, stride) if late else (stride, 1)
        self.conv1 = nn.Conv2d(inputs, width, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, second, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if inputs != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, blocks=(3, 4, 6, 3), width=64, late=True, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = width
        for number, count in enumerate(blocks):
            stage = []
            for block in range(count):
                stage.append(Bottleneck(inputs, width << number, 2 if number and not block else 1, late))
                inputs = 4 * width << number
            setattr(self, f"layer{number + 1}", nn.Sequential(*stage))
        self.stages = len(blocks)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(self.stages):
            x = getattr(self, f"layer{number + 1}")(x)
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def alexnet():
    """Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, on 224 x 224."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        ),
        nn.AdaptiveAvgPool2d((6, 6)),
        nn.Flatten(),
        nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * 36, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, 1000),
        ),
    )


class UNet(nn.Module):
    """Ronneberger, Fischer, Brox, 2015: convolutions without padding, so that skips are cropped before they join."""

    def __init__(self, width=64, depth=4, classes=2, shift=0):
        super().__init__()
        self.shift = shift
        widths = [width << level for level in range(depth + 1)]
        self.down = nn.ModuleList(self.double(i, o) for i, o in zip([1, *widths], widths, strict=False))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.merge = nn.ModuleList(self.double(2 * w, w) for w in reversed(widths[:-1]))
        self.head = nn.Conv2d(width, classes, 1)

    @staticmethod
    def double(inputs, outputs):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3), nn.ReLU(), nn.Conv2d(outputs, outputs, 3), nn.ReLU())

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = up(x)
            skip = skips.pop()
            top = (skip.shape[2] - x.shape[2]) // 2 + self.shift
            left = (skip.shape[3] - x.shape[3]) // 2
            x = torch.cat([skip[:, :, top : top + x.shape[2], left : left + x.shape[3]], x], dim=1)
            x = merge(x)
        return self.head(x)


class Inception(nn.Module):
    """Four branches side by side, as in GoogLeNet (Szegedy et al., 2015), with a pooling that keeps the size."""

    def __init__(self, inputs=16):
        super().__init__()
        self.one = nn.Conv2d(inputs, 8, 1)
        self.three = nn.Sequential(nn.Conv2d(inputs, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, padding=1))
        self.five = nn.Sequential(nn.Conv2d(inputs, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 5, padding=2))
        self.project = nn.Conv2d(inputs, 8, 1)

    def forward(self, x):
        pooled = self.project(F.max_pool2d(x, 3, 1, 1))
        return torch.relu(torch.cat((self.one(x), self.three(x), self.five(x), pooled), 1))


class CausalAudio(nn.Module):
    """Dilated causal convolutions with gates, residuals and skips (WaveNet's), on (N, 1, L)."""

    def __init__(self, width=8, dilations=(1, 2, 4, 8)):
        super().__init__()
        self.first = nn.Conv1d(1, width, 1)
        self.gates = nn.ModuleList(nn.Conv1d(width, 2 * width, 2, dilation=d) for d in dilations)
        self.outs = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in dilations)
        self.last = nn.Conv1d(width, 4, 1)

    def forward(self, x):
        x = self.first(x)
        total = 0
        for gate, out in zip(self.gates, self.outs, strict=True):
            signal, control = gate(F.pad(x, (gate.dilation[0], 0))).chunk(2, dim=1)
            step = out(torch.tanh(signal) * torch.sigmoid(control))
            total = total + step
            x = x + step
        return self.last(F.relu(total))


class Volume(nn.Module):
    """Three axes: a strided convolution, an upsampling by interpolation, and a skip."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv3d(1, 4, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(2, 4)
        self.mix = nn.Conv3d(4, 1, 3, padding=1)

    def forward(self, x):
        deep = F.leaky_relu(self.down(x))
        return self.mix(F.interpolate(deep, scale_factor=2, mode="trilinear", align_corners=False)) + x


class SqueezeExcite(nn.Module):
    """A block whose channels are scaled by gates that see the whole map (Hu, Shen, Sun, 2018)."""

    def __init__(self, channels=8):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.fc1 = nn.Conv2d(channels, 2, 1)
        self.fc2 = nn.Conv2d(2, channels, 1)

    def forward(self, x):
        y = self.conv(x)
        gate = y.mean((2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return x + y * gate


class Shared(nn.Module):
    """One convolution called twice, a linear layer by its function, and no layer for anything else."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.weight = nn.Parameter(torch.randn(5, 4))

    def forward(self, x):
        x = F.relu(self.conv(x), inplace=True)
        x = F.avg_pool2d(self.conv(x), 2)
        return F.linear(x.mean(dim=(-2, -1)), self.weight)
