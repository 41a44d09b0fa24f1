"""AlexNet as it was published, and the same layers for small images.

Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", NIPS 2012;
section 3.3 for the normalisation, 3.4 for the pooling, 3.5 and figure 2 for the network, 5 for its first weights.
"""

from collections import OrderedDict

from torch import nn

import striate.nn as snn
from striate.arithmetic import Geometry
from striate.models.image_size import refuse_smaller
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

PAPER = (
    'Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", NIPS 25, 2012'
)

POOL = Geometry.of((3, 3), stride=2)  # windows overlap by one (section 3.4)


def response_norm() -> snn.LocalResponseNorm:
    """Normalise each activation by its neighbours across five channels (section 3.3).

    The paper divides by (2 + 1e-4 sum a^2)^0.75; the layer divides the sum by the five first, as torch's does.

    >>> response_norm()
    LocalResponseNorm(5, alpha=0.0005, beta=0.75, k=2.0)
    """
    return snn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2.0)


@register(
    "alexnet",
    paper=PAPER,
    year=2012,
    recipe=Recipe(epochs=90, batch_size=128, optimizer="sgd", lr=0.01, weight_decay=5e-4, augment=True),
)
def alexnet(*, in_channels: int = 3, image_size: tuple[int, int] = (224, 224), classes: int = 1000) -> nn.Sequential:
    """Build AlexNet: 60,965,224 parameters at 1000 classes; conv2, conv4 and conv5 see half of the maps each.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 64.
        classes: how many there are to tell apart.

    Raises:
        ValueError: an image too small.

    >>> alexnet(image_size=(64, 64), classes=2).conv2.weight.shape  # 48 of the 96 maps
    torch.Size([256, 48, 5, 5])
    """
    refuse_smaller("alexnet", image_size, 64)
    first = Geometry.of((11, 11), stride=4, padding=((1, 2), (1, 2)))  # 224 gives the 55 of figure 2
    height, width = image_size
    for geometry in (first, POOL, POOL, POOL):
        height, width = geometry.output_size((height, width))
    model = nn.Sequential(
        OrderedDict(
            rescale=Rescale(-1.0, 1.0),
            conv1=snn.Conv2d(in_channels, 96, 11, stride=4, padding=((1, 2), (1, 2))),
            relu1=nn.ReLU(),
            norm1=response_norm(),
            pool1=snn.MaxPool2d(3, stride=2),
            conv2=snn.Conv2d(96, 256, 5, padding=2, groups=2),
            relu2=nn.ReLU(),
            norm2=response_norm(),
            pool2=snn.MaxPool2d(3, stride=2),
            conv3=snn.Conv2d(256, 384, 3, padding=1),
            relu3=nn.ReLU(),
            conv4=snn.Conv2d(384, 384, 3, padding=1, groups=2),
            relu4=nn.ReLU(),
            conv5=snn.Conv2d(384, 256, 3, padding=1, groups=2),
            relu5=nn.ReLU(),
            pool5=snn.MaxPool2d(3, stride=2),
            flatten=nn.Flatten(),
            drop6=nn.Dropout(0.5),
            fc6=nn.Linear(256 * height * width, 4096),
            relu6=nn.ReLU(),
            drop7=nn.Dropout(0.5),
            fc7=nn.Linear(4096, 4096),
            relu7=nn.ReLU(),
            fc8=nn.Linear(4096, classes),
        )
    )
    for name, layer in model.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.constant_(layer.bias, float(name in {"conv2", "conv4", "conv5", "fc6", "fc7"}))
    return model


@register(
    "alexnet-mini",
    paper=f"After {PAPER}",
    year=2012,
    recipe=Recipe(epochs=4, batch_size=128, optimizer="adamw", lr=1e-3, weight_decay=0.01),
)
def alexnet_mini(*, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 10) -> nn.Sequential:
    """Build AlexNet's layers for small images: no stride in conv1, a third of the maps, 256 units at the end.

    Weights begin as torch's do: from a deviation of 0.01, which suits 363 inputs, the signal of 25 would fade.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 15.
        classes: how many there are to tell apart.

    Raises:
        ValueError: an image too small.

    >>> alexnet_mini().conv5.weight.shape
    torch.Size([96, 64, 3, 3])
    """
    refuse_smaller("alexnet-mini", image_size, 15)
    height, width = image_size
    for geometry in (POOL, POOL, POOL):
        height, width = geometry.output_size((height, width))
    return nn.Sequential(
        OrderedDict(
            rescale=Rescale(-1.0, 1.0),
            conv1=snn.Conv2d(in_channels, 32, 5, padding="same"),
            relu1=nn.ReLU(),
            norm1=response_norm(),
            pool1=snn.MaxPool2d(3, stride=2),
            conv2=snn.Conv2d(32, 96, 5, padding="same", groups=2),
            relu2=nn.ReLU(),
            norm2=response_norm(),
            pool2=snn.MaxPool2d(3, stride=2),
            conv3=snn.Conv2d(96, 128, 3, padding="same"),
            relu3=nn.ReLU(),
            conv4=snn.Conv2d(128, 128, 3, padding="same", groups=2),
            relu4=nn.ReLU(),
            conv5=snn.Conv2d(128, 96, 3, padding="same", groups=2),
            relu5=nn.ReLU(),
            pool5=snn.MaxPool2d(3, stride=2),
            flatten=nn.Flatten(),
            drop6=nn.Dropout(0.5),
            fc6=nn.Linear(96 * height * width, 256),
            relu6=nn.ReLU(),
            drop7=nn.Dropout(0.5),
            fc7=nn.Linear(256, 256),
            relu7=nn.ReLU(),
            fc8=nn.Linear(256, classes),
        )
    )
