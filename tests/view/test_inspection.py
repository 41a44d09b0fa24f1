import csv
import io
import json

import pytest
import torch
from networks import CausalAudio, Inception, ResNet, Shared, SqueezeExcite, UNet, Volume, alexnet
from rich.console import Console
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import striate
import striate.nn as snn
from striate import models
from striate.models import create
from striate.models.catalogue import multiply_adds


def on_meta(make, *shape):
    """The inspection of a model whose tensors hold no numbers."""
    with torch.device("meta"):
        return striate.inspect(make(), torch.empty(shape), measure=False)


# Layer, parameters, multiply-adds, size, jump and offset of the receptive field, by hand:
# (taps x input channels + 1) x output channels; without the bias, times outputs; r += (k - 1) j, o -= p j, j *= s.
ALEXNET = [
    ("0.0", (1, 64, 55, 55), (363 + 1) * 64, 363 * 64 * 55**2, 11, 4, -2),
    ("0.2", (1, 64, 27, 27), 0, 0, 19, 8, -2),
    ("0.3", (1, 192, 27, 27), (1600 + 1) * 192, 1600 * 192 * 27**2, 51, 8, -18),
    ("0.5", (1, 192, 13, 13), 0, 0, 67, 16, -18),
    ("0.6", (1, 384, 13, 13), (1728 + 1) * 384, 1728 * 384 * 13**2, 99, 16, -34),
    ("0.8", (1, 256, 13, 13), (3456 + 1) * 256, 3456 * 256 * 13**2, 131, 16, -50),
    ("0.10", (1, 256, 13, 13), (2304 + 1) * 256, 2304 * 256 * 13**2, 163, 16, -66),
    ("0.12", (1, 256, 6, 6), 0, 0, 195, 32, -66),
    ("3.1", (1, 4096), (9216 + 1) * 4096, 9216 * 4096, 195 + 5 * 32, 0, -66),
    ("3.4", (1, 4096), (4096 + 1) * 4096, 4096 * 4096, 195 + 5 * 32, 0, -66),
    ("3.6", (1, 1000), (4096 + 1) * 1000, 4096 * 1000, 195 + 5 * 32, 0, -66),
]


def test_alexnet_by_hand():
    found = on_meta(alexnet, 1, 3, 224, 224)
    rows = {row.path: row for row in found.rows}
    for path, output, parameters, madds, *field in ALEXNET:
        row = rows[path]
        assert (row.output, row.parameters, row.multiply_adds) == ((output,), parameters, madds), path
        assert [[axis.size, axis.jump, axis.offset] for axis in row.fields] == [field] * 2, path
    assert (found.parameters, found.multiply_adds) == (61_100_840, 714_188_480)


# The stages of ResNet-50 on 224 x 224: outputs, and the receptive field of the last block's end, which grows by two
# jumps at each 3x3: with the stride in the 1x1 the 3x3 of a stage's first block sees by the new jump, in the 3x3 by the
# old one. conv1: 7, pooling: 7 + 2 * 2 = 11. layer1: 11 + 3 * 2 * 4 = 35. layer2: 35 + 4 * 16 = 99 or 35 + 8 + 3 * 16.
RESNET = {
    "layer1": ((1, 256, 56, 56), 4, 35, 35),
    "layer2": ((1, 512, 28, 28), 8, 35 + 4 * 16, 35 + 8 + 3 * 16),
    "layer3": ((1, 1024, 14, 14), 16, 99 + 6 * 32, 91 + 16 + 5 * 32),
    "layer4": ((1, 2048, 7, 7), 32, 291 + 3 * 64, 267 + 32 + 2 * 64),
}


@pytest.mark.parametrize(("late", "multiply_adds"), [(False, 3_857_973_248), (True, 4_089_184_256)])
def test_resnet_50_as_published(late, multiply_adds):
    found = on_meta(lambda: ResNet(late=late), 1, 3, 224, 224)
    assert (found.parameters, found.multiply_adds) == (25_557_032, multiply_adds)
    for stage, (output, jump, early_size, late_size) in RESNET.items():
        last = [row for row in found.rows if row.path.startswith(stage)][-1]
        assert last.output == (output,)
        assert [(axis.size, axis.jump) for axis in last.fields] == [(late_size if late else early_size, jump)] * 2
    assert {row.fields[0].size for row in found.rows if row.path.startswith("layer4.2")} >= {427 if late else 483}
    skipped = [note for note in found.notes if note.startswith("unread: ")]
    assert len(skipped) == (3 if late else 6)
    assert skipped[0] == "unread: layer2.0.downsample.0: reads 28 of 56 along axes 0 and 1"


def test_u_net_as_published():
    """Figure 1 of the paper: 572 x 572 in, 388 x 388 out; 28 x 28 at the bottom."""
    found = on_meta(UNet, 1, 1, 572, 572)
    rows = {row.path: row for row in found.rows if row.path}
    assert rows["down.4.3"].output == ((1, 1024, 28, 28),)
    assert rows["head"].output == ((1, 2, 388, 388),)
    # down: 5, then (+1, +4) x 2**level; 140 at the bottom, whose jump is 16
    sizes = [rows[f"down.{level}.3"].fields[0].size for level in range(5)]
    assert sizes == [5, 14, 32, 68, 140]
    assert [rows[f"up.{level}"].fields[0].jump for level in range(4)] == [8, 4, 2, 1]
    assert not any(note.startswith("misaligned") for note in found.notes)
    widths = [64, 64, 128, 128, 256, 256, 512, 512, 1024, 1024]
    convolutions = sum((9 * i + 1) * o for i, o in zip([1, *widths], widths, strict=False))
    ups = sum((4 * 2 * w + 1) * w + (9 * 2 * w + 1) * w + (9 * w + 1) * w for w in (512, 256, 128, 64))
    assert found.parameters == convolutions + ups + 64 * 2 + 2 == 31_030_658


# Parameters, multiply-adds, and what the last output sees.
OTHERS = {
    "inception": (
        Inception,
        (1, 16, 9, 9),
        2 * (16 + 1) * 8 + 2 * (16 + 1) * 4 + (9 * 4 + 1) * 8 + (25 * 4 + 1) * 8,
        81 * (2 * 16 * 8 + 2 * 16 * 4 + 9 * 4 * 8 + 25 * 4 * 8),
        [(5, 1, -2)] * 2,
    ),
    "audio": (  # 16 = 1 + (1 + 2 + 4 + 8), all of it before the output
        CausalAudio,
        (1, 1, 100),
        2 * 8 + 4 * ((2 * 8 + 1) * 16 + (8 + 1) * 8) + (8 + 1) * 4,
        100 * (8 + 4 * (2 * 8 * 16 + 8 * 8) + 8 * 4),
        [(16, 1, -15)],
    ),
    "volume": (  # 3 taps over the upsampled see 3 of the strided at most: 3 + 2 * 2 = 7
        Volume,
        (1, 1, 8, 8, 8),
        (27 + 1) * 4 + 2 * 4 + 4 * 27 + 1,
        27 * 4 * 4**3 + 4 * 27 * 8**3,
        [(7, 1, -3)] * 3,
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_networks_of_one_to_three_axes_by_hand(name):
    make, shape, parameters, multiply_adds, fields = OTHERS[name]
    found = on_meta(make, *shape)
    assert (found.parameters, found.multiply_adds) == (parameters, multiply_adds)
    assert [(axis.size, axis.jump, axis.offset) for axis in found.rows[-1].fields] == fields


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (alexnet, (2, 3, 224, 224)),
        (lambda: ResNet((1, 2), late=True), (1, 3, 64, 64)),
        (lambda: UNet(width=8, depth=2), (1, 1, 60, 60)),
        (Inception, (3, 16, 9, 9)),
        (SqueezeExcite, (2, 8, 6, 6)),
        (Shared, (2, 4, 6, 6)),
        (lambda: nn.Sequential(nn.Conv1d(2, 6, 3, groups=2), nn.ConvTranspose1d(6, 4, 4, 2, groups=2)), (2, 2, 12)),
        (lambda: nn.Sequential(nn.Conv3d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(108, 7)), (2, 1, 3, 3, 3)),
    ],
)
def test_multiply_adds_are_those_of_torch_s_counter(make, shape):
    with torch.device("meta"):
        model, image = make().eval(), torch.empty(shape)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model(image)
        assert 2 * striate.inspect(model, image, measure=False).multiply_adds == counter.get_total_flops() > 0


def test_lenet_5_s_connections():
    """Section II.B: C1 122,304, S2 5,880, C3 151,600, S4 2,000, C5 48,120, F6 10,164, output 840."""
    found = striate.inspect(create("lenet5"), torch.rand(1, 1, 28, 28), measure=False)
    counted = {row.path: row.connections for row in found.rows if row.connections}
    expected = {"c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164, "output": 840}
    assert counted == expected
    assert (found.parameters, found.connections) == (60_000, 340_908)
    assert "340,908 connections" in str(found)


def test_a_fully_connected_layer_of_the_same_sizes():
    model = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 32 * 32, 10))
    found = striate.inspect(model, torch.zeros(2, 3, 32, 32), measure=False)
    assert [row.dense for row in found.rows] == [3 * 32 * 32 * 8 * 32 * 32, 0, 0, 0] == [25_165_824, 0, 0, 0]
    (note,) = found.notes
    assert note.startswith(
        "fully connected layers of the same sizes would have 25,165,824 weights where the layers with"
    )
    assert "have 608, 41,391 times as many" in note


def test_bytes_and_intensity_by_hand():
    (row,) = striate.inspect(nn.Conv2d(2, 4, 3, bias=False), torch.zeros(1, 2, 6, 6), measure=False).rows
    assert row.bytes == 4 * (2 * 36 + 4 * 2 * 9 + 4 * 16)
    assert row.multiply_adds == 4 * 16 * 18
    assert row.intensity == row.multiply_adds / row.bytes
    assert (row.path, row.window, row.kernel, row.seconds, row.share_of_floor) == ("", "3x3", "torch", None, None)


def test_shared_parameters_count_once_in_the_total():
    found = striate.inspect(Shared(), torch.zeros(1, 4, 6, 6), measure=False)
    assert [row.parameters for row in found.rows if row.path == "conv"] == [148, 148]
    assert next(row.parameters for row in found.rows if row.type == "linear") == 20
    assert found.parameters == 148 + 20


def test_time_and_its_floor_are_measured():
    model = nn.Sequential(snn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten())
    model.train()
    found = striate.inspect(model, torch.randn(2, 1, 16, 16))
    assert all(
        row.seconds > 0 and row.floor > 0 and row.share_of_floor == row.floor / row.seconds for row in found.rows
    )
    assert found.seconds == sum(row.seconds for row in found.rows)
    assert found.rows[0].kernel not in {"", "-"}
    assert model.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.fixture(scope="module")
def example():
    window = nn.Conv2d(1, 4, (3, 5), padding=(1, 2), padding_mode="reflect")
    return striate.inspect(nn.Sequential(window, nn.MaxPool2d(2)), torch.zeros(1, 1, 9, 9), measure=False)


TEXT = """\
layer  type       output   window            parameters  mult-adds  field  jump  offset   bytes  madds/byte  kernel   dense
---------------------------------------------------------------------------------------------------------------------------
0      Conv2d     1x4x9x9  3x5 p1x2 reflect          64     4.86 k    3x5     1   -1x-2  1.88 k        2.59  torch   26.2 k
1      MaxPool2d  1x4x4x4  2x2 s2                                     4x6     2   -1x-2  1.55 k              torch
---------------------------------------------------------------------------------------------------------------------------
total                                                64     4.86 k                       3.43 k        1.42          26.2 k
Sequential on 1x1x9x9: 5,440 connections
unread: 1: reads 8 of 9 along axes 0 and 1
fully connected layers of the same sizes would have 26,244 weights where the layers with windows have 64, 410 times as many, and as many multiply-adds a sample"""  # noqa: E501


def test_the_table_as_text(example):
    assert str(example) == TEXT


def test_the_table_for_rich_and_notebooks(example):
    console = Console(width=200, file=io.StringIO(), color_system=None)
    console.print(example)
    printed = console.file.getvalue()
    assert "3x5 p1x2 reflect" in printed
    assert "unread: 1: reads 8 of 9 along axes 0 and 1" in printed
    page = example._repr_html_()
    assert page.count("<tr>") == 2 + 2
    assert "3x5 p1x2 reflect" in page


def test_csv_and_json_hold_exact_numbers(example, tmp_path):
    example.to_csv(tmp_path / "layers.csv")
    rows = list(csv.DictReader((tmp_path / "layers.csv").read_text().splitlines()))
    assert [row["multiply_adds"] for row in rows] == ["4860", "0"]
    assert (rows[0]["input"], rows[0]["output"]) == ("1x1x9x9", "1x4x9x9")
    assert (rows[1]["field"], rows[1]["jump"]) == ("4/6", "2/2")
    example.to_json(tmp_path / "layers.json")
    content = json.loads((tmp_path / "layers.json").read_text())
    assert content["totals"]["parameters"] == 64
    assert content["rows"][1]["fields"][1] == {"size": 6, "jump": 2.0, "offset": -2}
    assert example.to_html(tmp_path / "layers.html").startswith("<!doctype html>")
    assert (tmp_path / "layers.html").read_text() == example.to_html()


def test_the_kernel_is_that_of_the_memory_format_that_comes():
    from striate.acceleration.observation import plan_of_call

    layer = snn.Conv2d(32, 32, 7, padding=3, groups=32)
    for memory_format in (torch.contiguous_format, torch.channels_last):
        image = torch.zeros(2, 32, 28, 28).contiguous(memory_format=memory_format)
        (row,) = striate.inspect(layer, image, measure=False).rows
        assert row.kernel == plan_of_call(layer, image).kernels["inference"]


@pytest.mark.parametrize("name", models.names())
def test_every_registered_model_is_followed(name):
    with torch.device("meta"):
        model = models.create(name)
    example = models.example(name).to("meta")
    found = striate.inspect(model, example, measure=False)
    assert found.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert found.multiply_adds == multiply_adds(model, example)
    assert not any("nothing is known" in note for note in found.notes)


def test_the_kernels_of_poolings_and_composite_layers():
    separable = snn.SeparableConv2d(64, 8, 7, padding="same")
    model = nn.Sequential(snn.MaxPool2d(3, 2), separable, snn.MaxPool2d(2), snn.MaxPool2d(2), nn.AvgPool2d(2))
    found = striate.inspect(model, torch.rand(8, 64, 56, 56), measure=False)
    kernels = {(row.path, row.type): row.kernel for row in found.rows}
    assert kernels["0", "MaxPool2d"] == "pooling"  # large enough for ours to win over torch's
    assert kernels["3", "MaxPool2d"] == kernels["4", "AvgPool2d"] == "torch"
    assert "" not in kernels.values()
