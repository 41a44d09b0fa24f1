import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from pages import read
from torch import Tensor, nn

from striate import models
from striate.data import ImageData, Images, load
from striate.train import fit
from striate.view import explain


@dataclass
class Explained:
    """A page, and the network and the image that it shows."""

    path: Path
    model: nn.Module
    image: Tensor

    @property
    def explanation(self):
        """What the page holds, but for the numbers."""
        root = read(self.path.read_text(encoding="utf-8"))
        return json.loads(root.one("script", id="explanation").text)

    def number(self, name):
        """The number of the last value of a name, by which the page's address knows it."""
        return [index for index, value in enumerate(self.explanation["values"]) if value["name"] == name][-1]

    def outputs(self):
        """What each of the model's layers returned, by its path, without the batch."""
        found = {}
        hooks = [
            module.register_forward_hook(lambda _m, _i, output, path=path: found.update({path: output.clone()[0]}))
            for path, module in self.model.named_modules()
        ]
        with torch.no_grad():
            self.model.eval()(self.image[None])
        for hook in hooks:
            hook.remove()
        return found


@pytest.fixture(scope="session")
def digits():
    """A few of MNIST's digits."""
    mnist = load("mnist")
    train, test = (
        Images(part.images[:count], part.labels[:count]) for part, count in ((mnist.train, 4000), (mnist.test, 200))
    )
    return ImageData("some digits", train, test, mnist.classes)


@pytest.fixture(scope="session")
def lenet(digits, tmp_path_factory):
    """A LeNet that was shortly trained, explained on a seven that it never saw."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models.create("lenet5-modern")
    fit(model, digits, epochs=2, batch_size=32, lr=0.003, augment=False, threads=1)
    path = explain(model, digits.test.images[0], tmp_path_factory.mktemp("explain") / "lenet.html", data=digits)
    return Explained(path, model.eval(), digits.test.images[0].float() / 255)
