"""What every layer owes its users, whatever it computes."""

import copy
import io
import pickle
import warnings

import pytest
import strategies
import torch
from cases import all_cases

CASES = all_cases()
EACH = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
LAZY = [case for case in CASES if case.lazy is not None]


def built(case, dtype=torch.float32):
    torch.manual_seed(0)
    return case.build().to(dtype).eval()


def drawn(case, dtype=torch.float32, shape=None):
    return strategies.numbers(case.input if shape is None else shape, 1, dtype)


def apply(case, layer, input):
    return layer(*case.arguments(input))


@EACH
def test_the_shape_is_what_the_arithmetic_gives(case):
    output = apply(case, built(case), drawn(case))
    assert tuple(output.shape) == case.output
    assert output.dtype == torch.float32


@EACH
def test_gradients_are_those_of_finite_differences(case):
    layer = built(case, torch.float64)
    parameters = dict(layer.named_parameters())

    def function(input, *values):
        return torch.func.functional_call(layer, dict(zip(parameters, values, strict=True)), case.arguments(input))

    input = drawn(case, torch.float64).requires_grad_(case.differentiable)
    values = [value.detach().clone().requires_grad_() for value in parameters.values()]
    if case.differentiable or values:
        assert torch.autograd.gradcheck(function, (input, *values), fast_mode=True)


@EACH
def test_state_survives_a_file(case):
    layer = built(case)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(0.5)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    torch.manual_seed(7)
    other = case.build().eval()
    other.load_state_dict(torch.load(file, weights_only=True), strict=True)
    input = drawn(case)
    torch.testing.assert_close(apply(case, other, input), apply(case, layer, input), rtol=0, atol=0)


@pytest.mark.parametrize("case", LAZY, ids=[case.name for case in LAZY])
def test_a_lazy_layer_becomes_the_layer(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch says that lazy modules are new
        lazy = case.lazy().eval()
    layer, input = built(case), drawn(case)
    apply(case, lazy, input)
    assert type(lazy) is type(layer)
    lazy.load_state_dict(layer.state_dict(), strict=True)
    torch.testing.assert_close(apply(case, lazy, input), apply(case, layer, input), rtol=0, atol=0)


@EACH
def test_the_meta_device_gives_the_shape(case):
    with torch.device("meta"):
        layer = case.build().eval()
    arguments = [
        value.to("meta") if isinstance(value, torch.Tensor) else value for value in case.arguments(drawn(case))
    ]
    output = layer(*arguments)
    assert output.device.type == "meta"
    assert tuple(output.shape) == case.output


@EACH
@pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["copy", "pickle"]
)
def test_copies_compute_the_same(case, way):
    layer, input = built(case), drawn(case)
    torch.testing.assert_close(apply(case, way(layer), input), apply(case, layer, input), rtol=0, atol=0)


@EACH
@pytest.mark.parametrize("layout", ["channels_last", "strided"])
def test_the_layout_changes_no_result(case, layout):
    layer, input = built(case, torch.float64), drawn(case, torch.float64)
    expected = apply(case, layer, input)
    torch.testing.assert_close(apply(case, layer, strategies.in_layout(input, layout)), expected)


@EACH
def test_an_empty_batch_gives_an_empty_batch(case):
    layer = built(case)
    input = drawn(case, shape=(0, *case.input[1:])).requires_grad_()
    output = apply(case, layer, input)
    assert tuple(output.shape) == (0, *case.output[1:])
    if output.requires_grad:
        output.sum().backward()
        assert all(not parameter.grad.any() for parameter in layer.parameters() if parameter.grad is not None)


@EACH
def test_a_sample_without_a_batch(case):
    if not case.unbatched:
        pytest.skip("takes batches only")
    layer, input = built(case, torch.float64), drawn(case, torch.float64)[:1]
    torch.testing.assert_close(apply(case, layer, input[0]), apply(case, layer, input)[0])


@EACH
def test_compiled_is_eager(case):
    layer, input = built(case, torch.float64), drawn(case, torch.float64).requires_grad_()
    expected = apply(case, layer, input)
    torch.compiler.reset()
    result = torch.compile(layer, backend="aot_eager", fullgraph=True)(*case.arguments(input))
    torch.testing.assert_close(result, expected)
    if expected.requires_grad:
        (gradient,) = torch.autograd.grad(result.square().sum(), input, allow_unused=True)
        (wanted,) = torch.autograd.grad(expected.square().sum(), input, allow_unused=True)
        torch.testing.assert_close(gradient, wanted)


@EACH
def test_exported_is_eager(case):
    if not case.exports:
        pytest.skip("depends on values")
    layer, input = built(case, torch.float64), drawn(case, torch.float64)
    exported = torch.export.export(layer, case.arguments(input))
    torch.testing.assert_close(exported.module()(*case.arguments(input)), apply(case, layer, input))


@EACH
def test_the_repr_names_the_layer(case):
    layer = built(case)
    text = repr(layer)
    assert text.startswith(f"{type(layer).__name__}(")
    assert "object at" not in text


@EACH
def test_a_misfit_is_refused_in_words(case):
    with pytest.raises(ValueError, match=case.says):
        apply(case, built(case), drawn(case, shape=case.refused))
