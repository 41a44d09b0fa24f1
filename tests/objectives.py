"""What each model is made to do in the tests of all of them: an input, a loss of it, and the shape it gives."""

import torch

from striate import losses, models


def built(name, **keywords):
    """A model with the same first weights at every call."""
    torch.manual_seed(0)
    return models.create(name, **keywords)


def drawn(name, batch=3, **keywords):
    """The same input at every call."""
    torch.manual_seed(1)
    return models.example(name, batch, **keywords)


def tensor_of(output):
    """What a model says, of what it returns."""
    return output if isinstance(output, torch.Tensor) else output[0]


def expected_shape(name, input, values):
    """The shape of a model's output by its task's promise; None where the model itself has to say it."""
    batch = len(input)
    match models.task(name):
        case "classification" | "text" | "volume":
            return (batch, values["classes"])
        case "segmentation":
            return (batch, values["classes"], *input.shape[2:])
        case "super-resolution":
            return (batch, values["in_channels"], *(values["scale"] * side for side in input.shape[2:]))
        case "generation":
            return (batch, values["in_channels"], *values["image_size"])
        case "audio":
            return (batch, values["classes"], input.shape[2])
    return None


def objective(name, model, input):
    """A loss of the model on an input, with targets of this file's choice; the same chance at every call."""
    torch.manual_seed(2)
    output = model(input)
    generator = torch.Generator().manual_seed(3)
    if models.task(name) in {"super-resolution", "generation", "pretraining"}:
        codes = input.ndim != 4  # and no images
        target = torch.rand(output.shape, generator=generator).to(output.device) if codes else input
        if not hasattr(model, "loss"):
            return losses.euclidean(output, torch.rand(output.shape, generator=generator).to(output.device))
    else:
        labels = torch.randint(output.shape[1], (len(input), *output.shape[2:]), generator=generator)
        labels = labels.to(output.device)
        if not hasattr(model, "loss"):
            return losses.softmax_cross_entropy(output, labels)
        target = labels if models.task(name) == "classification" else input
    return model.loss(output, target)
