from itertools import pairwise

import pytest

from striate.bench.problems import network_names, read_problems
from striate.engine.problem import Problem

NETWORKS = (
    "alexnet",
    "audio",
    "c3d",
    "convnext_t",
    "deeplab",
    "efficientnet_b0",
    "inception_v3",
    "kinds",
    "lenet",
    "long",
    "mobilenetv2",
    "resnet50",
    "resnext50",
    "unet",
    "unet3d",
    "vgg16",
    "x3d",
)

BATCHES = {"lenet": {64}, "kinds": {8, 64}, "unet3d": {2}, "x3d": {4}}


def test_the_networks():
    assert network_names() == NETWORKS


@pytest.mark.parametrize("network", NETWORKS)
def test_every_line_is_in_canonical_form_and_stands_once(network):
    from striate.bench.problems import problem_folder

    lines = (problem_folder() / f"{network}.txt").read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and not line.startswith("#")]
    problems = read_problems(network)
    assert [str(problem) for problem in problems] == texts
    assert len({text.partition(' "')[0] for text in texts}) == len(texts)
    assert len({problem.name for problem in problems}) == len(problems)
    assert {problem.batch for problem in problems} == BATCHES.get(network, {8})


# How the size falls between two layers that follow each other: the strides of the pools between them.
POOLED = {"lenet": {2}, "alexnet": {1, 2}, "vgg16": {1, 2}, "c3d": {1, 2}}


@pytest.mark.parametrize("network", POOLED)
def test_in_a_chain_each_layer_reads_what_the_one_before_it_writes(network):
    problems = read_problems(network)
    for first, second in pairwise(problems):
        assert second.in_channels == first.out_channels, second.name
        for written, read in zip(first.output_size, second.size, strict=True):
            # pools of 2 by 2, and AlexNet's of 3 by 2, give (n - 1) // 2 of an odd n and n // 2 of an even one
            assert read in {written // factor for factor in POOLED[network]}, second.name


# Not U-Net, where the up-convolutions that stand between are not listed.
BRANCHED = ("resnet50", "resnext50", "mobilenetv2", "efficientnet_b0", "convnext_t")


@pytest.mark.parametrize("network", BRANCHED)
def test_in_a_graph_each_layer_reads_what_some_layer_before_it_writes(network):
    stem, *others = read_problems(network)
    written = {(stem.out_channels, stem.output_size)}
    if network.startswith("res"):
        written.add((stem.out_channels, tuple(n // 2 for n in stem.output_size)))  # the pool behind the first layer
    for problem in others:
        assert (problem.in_channels, problem.size) in written, problem.name
        written.add((problem.out_channels, problem.output_size))


def test_the_first_layers():
    firsts = {network: str(read_problems(network)[0]).partition(' "')[0] for network in NETWORKS}
    assert firsts == {
        "alexnet": "b8 c3 o64 i224x224 k11x11 s4x4 p2:2x2:2",
        "audio": "b8 c1 o64 i16000 k2 p1:0",
        "c3d": "b8 c3 o64 i16x112x112 k3x3x3 p1:1x1:1x1:1",
        "convnext_t": "b8 c3 o96 i224x224 k4x4 s4x4",
        "deeplab": "b8 c256 o256 i28x28 k3x3 d2x2 p2:2x2:2",
        "efficientnet_b0": "b8 c3 o32 i224x224 k3x3 s2x2 p1:1x1:1",
        "inception_v3": "b8 c3 o32 i299x299 k3x3 s2x2",
        "kinds": "b8 c96 o96 g96 i56x56 k7x7 p3:3x3:3",
        "lenet": "b64 c1 o6 i32x32 k5x5",
        "long": "b8 c128 o128 g128 i56x56 k31x31 p15:15x15:15",
        "mobilenetv2": "b8 c3 o32 i224x224 k3x3 s2x2 p1:1x1:1",
        "resnet50": "b8 c3 o64 i224x224 k7x7 s2x2 p3:3x3:3",
        "resnext50": "b8 c3 o64 i224x224 k7x7 s2x2 p3:3x3:3",
        "unet": "b8 c1 o64 i256x256 k3x3 p1:1x1:1",
        "unet3d": "b2 c1 o32 i64x64x64 k3x3x3 p1:1x1:1x1:1",
        "vgg16": "b8 c3 o64 i224x224 k3x3 p1:1x1:1",
        "x3d": "b4 c3 o24 i16x224x224 k1x3x3 s1x2x2 p0:0x1:1x1:1",
    }


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text('# mine\n\nb2 c3 o4 i9 k3 "first"\n', encoding="utf-8")
    assert read_problems(path) == [Problem(2, 3, 4, size=(9,), kernel=(3,), name="first")]


def test_mistakes(tmp_path):
    with pytest.raises(ValueError, match=r"problems must be one of 'alexnet', .*, 'x3d', but got 'vgg'"):
        read_problems("vgg")
    path = tmp_path / "mine.txt"
    path.write_text("# mine\nb2 c3 o4 i9\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine.txt, line 2: problem: the field 'k' is missing"):
        read_problems(path)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_problem_can_be_verified_exactly(network):
    from striate.bench.exact import LARGEST, longest_sum

    assert all(longest_sum(problem) * LARGEST**2 < 2**24 for problem in read_problems(network))
