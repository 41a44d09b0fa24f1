"""The time that each layer takes."""

from torch import Tensor, nn

from striate.graph import record
from striate.graph.costs import cost_of
from striate.graph.timing import measure
from striate.train.determinism import thread_count
from striate.train.metrics import device_of
from striate.view.page import Html, element, section, table
from striate.words import count

IMAGES = 64


def layers_section(model: nn.Module, images: Tensor, threads: int) -> Html:
    """Return the time of each layer, and of each function that is called between layers, on a batch of images.

    Args:
        model: Is left as it was.
        images: uint8 (N, C, H, W).
        threads: That are used.
    """
    batch = images[:IMAGES].to(device_of(model)).float() / 255
    recording = record(model, batch, keep=False)
    with thread_count(threads):
        seconds = measure(recording, batch)
    timed = [operation for operation in recording if operation.index in seconds and not operation.is_view]
    total = sum(seconds[operation.index] for operation in timed)
    rows = []
    for operation in timed:
        taken, cost = seconds[operation.index], cost_of(recording, operation)
        shape = recording.values[operation.outputs[0]].shape[1:]
        rows.append(
            (
                operation.path or "(the model)",
                operation.name,
                " x ".join(map(str, shape)),
                f"{cost.multiply_adds // len(batch):,}" if cost.multiply_adds else "",
                f"{1e3 * taken:.3f}",
                _bar(taken / total),
            )
        )
    header = ("layer", "type", "output", "multiply-adds", "ms", "share")
    return section(
        "Time by layer",
        table(header, rows, caption="Time by layer", words=("type", "output", "share")),
        note=f"{1e3 * total:.2f} ms for {count(len(batch), 'image')} at once on {count(threads, 'thread')}, the "
        "fastest of a few calls each, measured when this report was written. Output and multiply-adds are an image's.",
    )


def _bar(share: float) -> Html:
    return element("span", element("span", f"{share:.1%}"), class_="bar", style=f"--share: {share:.1%}")
