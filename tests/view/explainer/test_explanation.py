import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest
import torch
from pages import check_self_contained
from residual import Branching
from torch import nn

import striate
from striate.graph import record
from striate.view import explain
from striate.view.explainer import schema
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.explanation import explanation_of
from striate.view.explainer.script import resource
from striate.view.explainer.steps import steps_of


def explained(model, image, **options):
    recording = record(model, image)
    return explanation_of(recording, list(steps_of(recording)), Blocks(), name="net", **options)


def test_the_values_are_those_of_the_network(lenet):
    outputs = lenet.outputs()
    values = lenet.explanation["values"]
    assert [value["name"] for value in values] == ["image", *outputs][:-1]  # the last is the model itself
    for value in values[1:]:
        output = outputs[value["name"]]
        assert tuple(value["shape"]) == tuple(output.shape)
        assert (value["low"], value["high"]) == (float(output.min()), float(output.max()))


def test_shares_are_the_softmax_and_classes_those_of_the_data(lenet, digits):
    scores = lenet.outputs()["output"]
    assert lenet.explanation["shares"] == scores.softmax(0).tolist()
    assert tuple(lenet.explanation["classes"]) == digits.classes


def test_the_fields_are_the_windows_of_c3(lenet):
    fields = lenet.explanation["values"][lenet.number("c3")]["fields"]
    # c1 is 5 wide with 2 of padding, s2 halves, c3 is 5 wide: 14 pixels, 2 apart, from -2
    assert fields == [[[max(0, 2 * row - 2), 2 * row + 11] for row in range(8)] + [[14, 27], [16, 27]]] * 2


def test_branches_stand_beside_each_other_and_joins_after_them():
    values = explained(Branching(), torch.rand(1, 1, 9, 9)).values
    assert [value.name for value in values] == [
        *("image", "stem", "relu", "shared", "shared", "add", "wide", "max_pool2d", "cat", "mean", "head"),
    ]
    assert [value.column for value in values] == [0, 1, 2, 3, 4, 5, 6, 6, 7, 8, 9]
    assert [value.lane for value in values] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_a_shared_layer_has_its_weights_once():
    operations = explained(Branching(), torch.rand(1, 1, 9, 9)).operations
    first, second = (operation for operation in operations if operation.path == "shared")
    assert first.weight == second.weight
    assert first.inputs != second.inputs


def test_a_rearranged_value_shares_its_numbers():
    values = explained(nn.Sequential(nn.Flatten(), nn.Linear(9, 2)), torch.rand(1, 1, 3, 3)).values
    assert values[0].numbers.id == values[1].numbers.id


def test_numbers_that_are_not_finite_do_not_spoil_the_range():
    class Log(nn.Module):
        def forward(self, input):
            return torch.log(input)

    value = explained(Log(), torch.tensor([0.0, 1, 2]).reshape(1, 1, 3)).values[-1]
    assert (value.low, value.high) == (0.0, float(torch.tensor(2.0).log()))


def test_a_distribution_is_returned_as_it_is():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Softmax(1))
    recording = record(model, torch.rand(1, 1, 2, 2))
    shares = explanation_of(recording, list(steps_of(recording)), Blocks(), name="net").shares
    assert shares == tuple(recording.values[recording.outputs[0]].tensor[0].tolist())


def typedefs():
    """The properties of each type that the page's scripts know, by the type's name."""
    found = {}
    for part in resource("schema.js").split("@typedef")[1:]:
        name = re.search(r"\{object\} (\w+)", part)
        if name:
            found[name[1]] = re.findall(r"@property \{.*?\} (\w+)(?:\s|$)", part)
    return found


def test_the_scripts_know_the_schema():
    classes = {name: item for name, item in vars(schema).items() if is_dataclass(item)}
    assert {name: [field.name for field in fields(item)] for name, item in classes.items()} == typedefs()
    kinds = re.search(r'@typedef \{("convolution".*?)\} Kind', resource("schema.js"), re.DOTALL)
    assert set(re.findall(r'"(\w+)"', kinds[1])) == set(get_args(schema.Kind))


def test_the_page_needs_nothing_else_and_is_small(lenet):
    page = lenet.path.read_text(encoding="utf-8")
    check_self_contained(page)
    assert len(page) < 5_000_000
    assert not list(lenet.path.parent.glob(".*.tmp"))


def test_names_are_text_wherever_they_stand(tmp_path):
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    path = explain(model, torch.rand(1, 2, 2), tmp_path / "a.html", classes=("</script>", '<b>&"'), name="<i>net")
    page = path.read_text(encoding="utf-8")
    assert "<i>" not in page
    assert "<b>" not in page
    assert page.count("</script>") == page.count("<script")


def test_the_model_is_left_as_it_was(tmp_path):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(), nn.Flatten(), nn.Linear(72, 2)).train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    striate.explain(model, torch.rand(1, 8, 8), tmp_path / "a.html", data=torch.rand(5, 1, 8, 8))
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_mistakes(tmp_path):
    model, image, path = nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.rand(1, 2, 2), tmp_path / "a.html"
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, but got a function"):
        explain(lambda x: x, image, path)
    with pytest.raises(ValueError, match=r"image has shape \(5, 1, 2, 2\); expected one image, \(C, H, W\)"):
        explain(model, torch.rand(5, 1, 2, 2), path)
    with pytest.raises(ValueError, match="classes names 3 classes, but the model returns 2 scores"):
        explain(model, image, path, classes=("a", "b", "c"))
    with pytest.raises(
        ValueError, match=r"classes names 1 classes, but the model returns a value of shape \(2, 1, 1\)"
    ):
        explain(nn.Conv2d(1, 2, 2), image, path, classes=("a",))
    with pytest.raises(FileNotFoundError):
        explain(model, image, Path("absent") / "a.html")
    assert not path.exists()
