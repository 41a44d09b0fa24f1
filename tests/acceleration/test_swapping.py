"""`accelerate` and `restore`: only classes change, and everything that is done with a model goes on."""

import copy
import io
import pickle

import pytest
import strategies
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

import striate.nn as snn
from striate import accelerate, restore, use_kernel

PAIRS = [
    (getattr(nn, name), getattr(snn, name))
    for name in (f"{kind}{ndim}d" for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool") for ndim in (1, 2, 3))
]


class Net(nn.Module):
    """A stem, a depthwise layer that is called twice, a circular border, batch norm, dropout and both pools."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 5, padding=2, groups=8)
        self.border = nn.Conv2d(8, 6, 3, padding="same", padding_mode="circular", bias=False)
        self.drop = nn.Dropout(0.5)
        self.max = nn.MaxPool2d(2)
        self.avg = nn.AvgPool2d(3, stride=1, padding=1)
        self.head = nn.Linear(6, 4)

    def forward(self, input):
        features = self.depthwise(self.norm(self.stem(input))).relu()
        features = self.max(self.depthwise(features))
        return self.head(self.drop(self.avg(self.border(features))).mean((2, 3)))


def net(seed=0, dtype=torch.float32):
    torch.manual_seed(seed)
    return Net().to(dtype)


def images(batch=2, dtype=torch.float64):
    return strategies.numbers((batch, 3, 20, 20), 1, dtype)


def bits(model):
    return {name: (tensor.data_ptr(), tensor.clone()) for name, tensor in model.state_dict().items()}


def layer_of(cls, dtype=torch.float32):
    ndim = int(cls.__name__[-2])
    if "Conv" not in cls.__name__:
        return cls(3, 2, 1, ceil_mode=True), strategies.whole_numbers((2, 4, *(8,) * ndim), 0, dtype)
    window = (2, 1, 1, 2) if "Transpose" in cls.__name__ else (2, 1, 2, 2)
    layer = cls(4, 6, 3, *window, dtype=dtype)
    with torch.no_grad():
        layer.weight.copy_(strategies.whole_numbers(layer.weight.shape, 1))
        layer.bias.copy_(strategies.whole_numbers((6,), 2))
    return layer, strategies.whole_numbers((2, 4, *(9,) * ndim), 3, dtype)


@pytest.mark.parametrize(("torchs", "ours"), PAIRS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kernel", ["reference", "direct", "torch"])
def test_a_single_layer_of_each_class_gives_the_same_numbers(torchs, ours, dtype, kernel):
    layer, input = layer_of(torchs, dtype)
    text, attributes, expected = repr(layer), dict(vars(layer)), layer(input)
    accelerate(layer)
    assert type(layer) is ours
    assert repr(layer) == text
    with use_kernel(kernel):
        torch.testing.assert_close(layer(input), expected, rtol=0, atol=0)
        torch.testing.assert_close(layer(input[0]), expected[0], rtol=0, atol=0)
    restore(layer)
    assert type(layer) is torchs
    assert vars(layer) == attributes
    torch.testing.assert_close(layer(input), expected, rtol=0, atol=0)


def test_the_swapped_layers_run_our_kernels():
    model = net()
    with use_kernel("depthwise"):
        model.eval()(images(dtype=torch.float32))  # torch.nn's layers do not ask
        accelerate(model)
        with pytest.raises(RuntimeError, match="it has 3 input channels a group, not 1"):
            model(images(dtype=torch.float32))


def test_tensors_hooks_and_state_dict_keep_their_identity():
    model = net()
    seen, before = [], bits(model)
    model.depthwise.register_forward_hook(lambda module, _, output: seen.append((module, output.shape)))
    parameters = dict(model.named_parameters())
    accelerate(model)
    assert all(parameter is parameters[name] for name, parameter in model.named_parameters())
    assert {name: pointer for name, (pointer, _) in bits(model).items()} == {
        name: pointer for name, (pointer, _) in before.items()
    }
    assert list(model.state_dict()) == list(before)
    model.eval()(images(dtype=torch.float32))
    assert seen == [(model.depthwise, (2, 8, 10, 10))] * 2  # one module, called twice
    assert str(net(1).load_state_dict(model.state_dict())) == "<All keys matched successfully>"


@pytest.mark.parametrize("kernel", [None, "reference", "direct"])
def test_training_takes_the_same_steps(kernel):
    losses = []
    for swap in (False, True):
        model = net(dtype=torch.float64)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        if swap:
            accelerate(model, images())
        torch.manual_seed(5)
        for step in range(3):
            with use_kernel(kernel if swap and kernel else "torch"):
                loss = nn.functional.cross_entropy(model(images()), torch.tensor([step, 3]))
                optimiser.zero_grad()
                loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        losses.append(model.stem.weight.detach())
    # Three steps amplify the roundings of float64 by far less than the square root of what it can hold.
    for ours, torchs in zip(losses[4:], losses[:4], strict=True):
        torch.testing.assert_close(ours, torchs, rtol=2**-26, atol=2**-26)
    assert losses[0] != losses[2]


def test_an_optimiser_made_before_moves_the_accelerated_model():
    model = net()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    accelerate(model)
    before = model.stem.weight.clone()
    model(images(dtype=torch.float32)).square().sum().backward()
    optimiser.step()
    torch.testing.assert_close(model.stem.weight, before - 0.1 * model.stem.weight.grad)
    assert not torch.equal(model.stem.weight, before)


def test_copies_and_pickles_are_accelerated_and_can_be_restored():
    model = net().eval()
    input = images(dtype=torch.float32)
    accelerate(model)
    expected = model(input)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    for twin in (
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
        torch.load(file, weights_only=False),
    ):
        assert type(twin.stem) is snn.Conv2d
        torch.testing.assert_close(twin(input), expected, rtol=0, atol=0)
        restore(twin)
        assert type(twin.stem) is nn.Conv2d
    assert type(model.stem) is snn.Conv2d


def test_swapping_twice_is_swapping_once():
    model = net()
    first = accelerate(model)
    assert str(accelerate(model)) == str(first)
    restore(model)
    assert {type(module) for module in model.modules()} & set(dict(PAIRS).values()) == set()
    restore(model)
    assert type(model.stem) is nn.Conv2d


def test_layers_that_were_striates_before_stay():
    model = nn.Sequential(snn.Conv2d(3, 4, 3, padding="causal"), nn.Conv2d(4, 4, 3), snn.MaxPool2d(2))
    report = accelerate(model)
    assert [row.ours for row in report.rows] == [True, True, True]
    restore(model)
    assert [type(layer) for layer in model] == [snn.Conv2d, nn.Conv2d, snn.MaxPool2d]


def test_a_module_that_stands_in_two_places_is_swapped_once():
    shared = nn.Conv2d(3, 3, 3, padding=1)
    model = nn.Sequential(shared, nn.ReLU(), nn.Sequential(shared))
    input = images(dtype=torch.float32)
    expected = model(input)
    assert [row.name for row in accelerate(model, input).rows] == ["0"]
    assert model[2][0] is model[0] is shared
    assert type(shared) is snn.Conv2d
    torch.testing.assert_close(model(input), expected)
    restore(model)
    assert type(model[2][0]) is nn.Conv2d


class Scaled(nn.Conv2d):
    def forward(self, input):
        return 2 * super().forward(input)


def test_what_is_not_exactly_torchs_layer_is_left_alone():
    parametrized = parametrizations.weight_norm(nn.Conv2d(4, 4, 3))
    model = nn.Sequential(nn.LazyConv2d(4, 3), Scaled(4, 4, 3), parametrized)
    classes = [type(layer) for layer in model]
    whys = [row.why for row in accelerate(model).rows]
    assert [type(layer) for layer in model] == classes
    subclass = "left alone: a subclass of torch.nn's layer, which may compute something else"
    assert whys == [
        "left alone: a lazy layer without weights; run the model once before",
        subclass,
        subclass,
    ]
    assert [row.ours for row in accelerate(model).rows] == [False] * 3
    model(images(dtype=torch.float32))
    assert accelerate(model).rows[0].ours  # the lazy layer has become a plain one
    restore(model)
    assert type(model[0]) is nn.Conv2d


def test_weights_recomputed_by_hooks():
    layer = nn.Conv2d(3, 4, 3)
    with pytest.warns(FutureWarning, match="weight_norm"):
        nn.utils.weight_norm(layer)
    input = images(dtype=torch.float32)
    expected = layer(input)
    accelerate(layer, input)
    torch.testing.assert_close(layer(input), expected)
    (gradient,) = torch.autograd.grad(layer(input).sum(), layer.weight_g)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize(("model", "name"), [(Net, "type"), (3, "int"), ([nn.ReLU()], "list")])
@pytest.mark.parametrize("function", [accelerate, restore])
def test_only_modules_are_taken(function, model, name):
    with pytest.raises(TypeError, match=f"model must be a torch.nn.Module, but got a {name}"):
        function(model)


def test_compiled_gives_the_eager_numbers_and_gradients():
    model = net().eval()
    input = images(dtype=torch.float32)
    expected = model(input)
    gradients = torch.autograd.grad(expected.sum(), list(model.parameters()))
    torch.compiler.reset()
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    compiled(input)
    accelerate(model)  # what was compiled before notices
    for run in (compiled, torch.compile(model, backend="aot_eager", fullgraph=True)):
        result = run(input)
        torch.testing.assert_close(result, expected, rtol=0, atol=0)
        found = torch.autograd.grad(result.sum(), list(model.parameters()))
        for ours, torchs in zip(found, gradients, strict=True):
            torch.testing.assert_close(ours, torchs, rtol=0, atol=0)


def test_gradients_of_each_sample():
    model = net(dtype=torch.float64).eval()
    accelerate(model)
    parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
    buffers = dict(model.named_buffers())

    def loss(parameters, image):
        return torch.func.functional_call(model, (parameters, buffers), (image.unsqueeze(0),)).square().sum()

    input = images(3)
    each = torch.vmap(torch.func.grad(loss), (None, 0))(parameters, input)
    for index, image in enumerate(input):
        loss_of_one = model(image.unsqueeze(0)).square().sum()
        for name, gradient in zip(parameters, torch.autograd.grad(loss_of_one, list(model.parameters())), strict=True):
            torch.testing.assert_close(each[name][index], gradient)


def test_autocast_and_inference_mode():
    model = net().eval()
    input = images(dtype=torch.float32)
    with torch.autocast("cpu"):
        expected = model(input)
    accelerate(model)
    with torch.autocast("cpu"):
        assert model.stem(input).dtype == torch.bfloat16
        torch.testing.assert_close(model(input), expected, rtol=0, atol=0)
    with torch.inference_mode():
        result = model(input)
    assert result.is_inference()
    torch.testing.assert_close(result.clone(), model(input), rtol=0, atol=0)


def test_channels_last_goes_through():
    model = net().eval().to(memory_format=torch.channels_last)
    input = images(dtype=torch.float32).contiguous(memory_format=torch.channels_last)
    layouts = []
    for layer in (model.stem, model.depthwise, model.max):
        layer.register_forward_hook(
            lambda *call: layouts.append(call[-1].is_contiguous(memory_format=torch.channels_last))
        )
    expected = model(input)
    report = accelerate(model, input)
    torch.testing.assert_close(model(input), expected)
    assert layouts == [True] * 12  # three runs, with one of the layers called twice
    assert {row.problem.split()[-1] for row in report.rows if row.kernels} == {"nhwc"}


def test_checkpointed():
    model = net().eval()
    input = images(dtype=torch.float32)
    expected = torch.autograd.grad(model(input).sum(), list(model.parameters()))
    accelerate(model)
    found = torch.autograd.grad(checkpoint(model, input, use_reentrant=False).sum(), list(model.parameters()))
    for ours, torchs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, torchs)


def test_exported_it_holds_torchs_convolutions():
    model = net().eval()
    input = images(dtype=torch.float32)
    accelerate(model, input)
    program = torch.export.export(model, (input,))
    called = [str(node.target) for node in program.graph.nodes if node.op == "call_function"]
    assert [name for name in called if "conv" in name] == ["aten.conv2d.default"] * 4
    assert not [name for name in called if "striate" in name]
    torch.testing.assert_close(program.module()(input), model(input))


def test_poolings_over_any_number_of_axes_are_striates():
    assert str(accelerate(nn.Sequential(snn.MaxPoolNd(4, 2), snn.AvgPoolNd(4, 2)))).endswith(
        "2 of 2 layers are striate's"
    )
