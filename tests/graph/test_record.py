import pytest
import torch
from networks import CausalAudio, Inception, ResNet, Shared, SqueezeExcite, UNet
from torch import nn
from torch.nn import functional as F

import striate.nn as snn
from striate.graph import record


def rows(recording):
    return [(operation.path, operation.name) for operation in recording]


def test_layers_are_operations_and_functions_are_too():
    recording = record(Inception(), torch.randn(2, 16, 9, 9))
    assert rows(recording) == [
        ("", "max_pool2d"),
        ("project", "Conv2d"),
        ("one", "Conv2d"),
        ("three.0", "Conv2d"),
        ("three.1", "ReLU"),
        ("three.2", "Conv2d"),
        ("five.0", "Conv2d"),
        ("five.1", "ReLU"),
        ("five.2", "Conv2d"),
        ("", "cat"),
        ("", "relu"),
    ]
    assert recording.unknown == ()


def test_the_edges_are_those_of_the_computation():
    recording = record(SqueezeExcite(), torch.randn(1, 8, 6, 6))
    made = {output: operation.name for operation in recording for output in operation.outputs}
    read = {operation.name: [made.get(index, "input") for index in operation.inputs] for operation in recording}
    assert read["mul"] == ["Conv2d", "sigmoid"]
    assert read["add"] == ["input", "mul"]
    assert [recording.operations[number].name for number in recording.consumers[recording.source]] == ["Conv2d", "add"]


def test_a_shared_layer_is_an_operation_a_call():
    recording = record(Shared(), torch.randn(1, 4, 6, 6))
    assert rows(recording) == [
        ("conv", "Conv2d"),
        ("", "relu"),
        ("conv", "Conv2d"),
        ("", "avg_pool2d"),
        ("", "mean"),
        ("", "linear"),
    ]
    first, second = recording.returned["conv"]
    assert recording.made_by("conv").index == second
    assert recording.made_by("conv", 0).index == first


def test_values_hold_what_was_computed():
    torch.manual_seed(0)
    model, image = Shared().eval(), torch.randn(1, 4, 6, 6)
    recording = record(model, image)
    with torch.no_grad():
        first = model.conv(image)
        expected = model(image)
    made = [recording.values[operation.outputs[0]].tensor for operation in recording]
    assert torch.equal(made[0], first)  # a copy from before the relu in place
    assert torch.equal(made[1], F.relu(first))
    assert torch.equal(recording.values[recording.outputs[0]].tensor, expected)
    assert all(value.tensor is None for value in record(model, image, keep=False).values)


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout().eval())
    before = model[1].running_mean.clone()
    record(model, torch.randn(1, 1, 5, 5))
    assert [module.training for module in model.modules()] == [True, True, True, False]
    assert torch.equal(model[1].running_mean, before)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_layer_without_a_rule_is_what_its_functions_are():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(2, 1, 3, 3))

        def forward(self, x):
            return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="circular"), self.weight * 2, stride=2).tanh()

    (operation,) = record(nn.Sequential(Odd()), torch.randn(1, 1, 8, 8))
    assert (operation.path, operation.name) == ("0", "Odd")
    assert [part.name for part in operation.parts] == ["pad", "conv2d", "tanh"]
    window = operation.links[0].maps[0]
    assert window.taps(0) == ((0, 7), (1, 0), (2, 1))


def test_a_subclass_that_computes_otherwise_is_read_anew():
    class Padded(snn.Conv2d):
        def forward(self, input):
            return super().forward(F.pad(input, (2, 2, 2, 2)))

    (operation,) = record(Padded(1, 1, 3), torch.randn(1, 1, 8, 8))
    assert operation.links[0].maps[1].window.before == 2


def test_in_place_operations_make_new_values():
    def model(x):
        y = x * 1
        y[:, :, 1:3] = 0.0
        y += x
        return y

    class Module(nn.Module):
        def forward(self, x):
            return model(x)

    image = torch.randn(1, 1, 4, 4)
    recording = record(Module(), image)
    assert [part.name for part in recording.operations[0].parts] == ["mul", "__setitem__", "add_"]
    assert torch.equal(recording.values[recording.outputs[0]].tensor, model(image))


def test_striate_layers_run_on_their_kernels():
    model = nn.Sequential(snn.Conv2d(2, 4, 3, padding="same", stride=2), snn.MaxPool2d(2, padding="same"))
    recording = record(model, torch.randn(1, 2, 9, 9))
    fields = [recording.reaches[operation.outputs[0]][0].field for operation in recording]
    assert [(field.size, field.jump, field.offset) for field in fields] == [(3, 2, -1), (5, 4, -1)]


def test_what_is_unknown_is_said_and_reads_everything():
    class Sampled(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, x):
            grid = torch.zeros(1, 5, 5, 2)
            return F.grid_sample(self.conv(x), grid, align_corners=False)

    recording = record(Sampled(), torch.randn(1, 1, 8, 8))
    assert recording.unknown == ("grid_sample",)
    assert recording.reaches[recording.outputs[0]][0].jump == 0


def test_residual_networks_reach_as_published():
    image = torch.randn(1, 3, 64, 64)
    for late, size in ((False, 483), (True, 427)):
        recording = record(ResNet(late=late, width=2, classes=3), image)
        last = recording.made_by("layer4")
        assert [(reach.size, reach.jump) for reach in recording.reaches[last.index]] == [(size, 32)] * 2


def test_refusals_say_what_came():
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    with pytest.raises(TypeError, match=r"model must be a torch.nn.Module, but got a function"):
        record(lambda x: x, torch.zeros(1))
    with pytest.raises(ValueError, match=r"inputs must hold a tensor to call the model with.*but got \(3,\)"):
        record(model, 3)
    with pytest.raises(ValueError, match=r"inputs of shape \(1, 1, 8, 8\) are refused by the model, a Sequential: "):
        record(model, torch.zeros(1, 1, 8, 8))
    recording = record(model, torch.zeros(1, 3, 8, 8))
    with pytest.raises(ValueError, match=r"model calls, but got '7', which it does not call; it calls '0', ''"):
        recording.made_by("7")
    with pytest.raises(ValueError, match=r"the model calls, but got a Conv2d, called 1 times; it calls"):
        recording.made_by(model[0], 1)

    class Silent(nn.Module):
        def forward(self, x):
            return x.shape

    with pytest.raises(ValueError, match="model must return a tensor, or several nested, but it returned"):
        record(Silent(), torch.zeros(1))
    assert not model[0]._forward_hooks


def test_skips_and_audio_are_followed():
    recording = record(UNet(width=2, depth=2), torch.randn(1, 1, 44, 44))
    assert recording.unknown == ()
    size = recording.reaches[recording.outputs[0]][0].size
    # two levels of two 3x3 convolutions and a pooling, then two 3x3, then twice an upsampling and two 3x3
    assert size == 44 - recording.values[recording.outputs[0]].shape[2] + 1 + 3
    audio = record(CausalAudio(), torch.randn(1, 1, 50))
    field = audio.reaches[audio.outputs[0]][0].field
    assert (field.size, field.jump, field.offset) == (1 + 1 + 2 + 4 + 8, 1, -15)


def test_the_memory_format_is_known():
    image = torch.randn(2, 3, 5, 4).contiguous(memory_format=torch.channels_last)
    recording = record(nn.Sequential(nn.ReLU()), image)
    assert [value.strides for value in recording.values] == [(60, 1, 12, 3)] * 2
