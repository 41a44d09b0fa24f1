from math import sqrt

import pytest
import torch

from striate.data.stimuli import five_patterns
from striate.models.neocognitron import CLayer, Neocognitron, SLayer


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(2)


def taught(generator, planes=3, in_planes=2, selectivity=1.5):
    layer = SLayer(in_planes, planes, padding=1, selectivity=selectivity).double()
    layer.excitatory.copy_(0.06 * torch.rand(layer.excitatory.shape, generator=generator, dtype=torch.float64))
    layer.inhibitory.copy_(torch.rand(planes, generator=generator, dtype=torch.float64) * 3)
    return layer


def test_layers_have_the_papers_sizes():
    model = Neocognitron()
    sizes = [tuple(layer.shape[1:]) for module in model.answers(five_patterns()) for layer in module]
    assert sizes == [(24, 16, 16), (24, 10, 10), (24, 8, 8), (24, 6, 6), (24, 2, 2), (24, 1, 1)]
    assert model.s1.excitatory.shape == (24, 1, 5, 5)
    assert model.s2.excitatory.shape == model.s3.excitatory.shape == (24, 24, 5, 5)
    assert [layer.d.shape for layer in (model.c1, model.c2, model.c3)] == [(5, 5), (5, 5), (2, 2)]


def test_constants_are_the_papers():
    model = Neocognitron()
    assert [s.selectivity for s, _ in model.stages] == [4.0, 1.5, 1.5]
    assert [s.speed for s, _ in model.stages] == [1.0, 16.0, 16.0]
    assert {c.saturation for _, c in model.stages} == {0.5}


def test_c_sums_to_one_over_all_planes_and_falls_with_distance():  # eq. 9
    for layer, planes in ((SLayer(1, 4, padding=0), 1), (SLayer(24, 4, padding=0), 24)):
        assert layer.c.sum().item() * planes == pytest.approx(1, rel=25 * torch.finfo().eps)
        by_distance = layer.c[2, 2:]
        assert (by_distance.diff() < 0).all()


def test_s_cells_by_loops_over_equations_1_to_3(generator):
    layer = taught(generator)
    u = torch.rand(2, 2, 6, 7, generator=generator, dtype=torch.float64)
    around = torch.nn.functional.pad(u, (1, 1, 1, 1))
    r = layer.selectivity
    expected = torch.empty(2, 3, 4, 5, dtype=torch.float64)
    for n in range(2):
        for row in range(4):
            for column in range(5):
                seen = around[n, :, row : row + 5, column : column + 5]
                v = sqrt(
                    sum(float(layer.c[i, j] * seen[k, i, j] ** 2) for k in (0, 1) for i in range(5) for j in range(5))
                )
                for k in range(3):
                    e = float((layer.excitatory[k] * seen).sum())
                    x = (1 + e) / (1 + 2 * r / (1 + r) * float(layer.inhibitory[k]) * v) - 1
                    expected[n, k, row, column] = r * max(x, 0)
    assert (expected > 0).any()
    assert (expected == 0).any()
    torch.testing.assert_close(layer(u), expected)


def test_a_cell_that_learnt_a_feature_answers_to_it_by_hand():
    # One pixel in the middle: the sum of a u is q c, b v is q c / 2, and 2 r / (1 + r) of that is 0.8 q c.
    layer = SLayer(1, 1, padding=0, selectivity=4.0, speed=10.0).double()
    layer.excitatory.zero_()
    image = torch.zeros(1, 5, 5, dtype=torch.float64)
    image[0, 2, 2] = 1
    layer.reinforce(image, [(0, 0, 0)])
    qc = 10.0 * float(layer.c[2, 2])
    assert layer(image[None]).item() == pytest.approx(4 * ((1 + qc) / (1 + 0.8 * qc) - 1))


@pytest.mark.parametrize("selectivity", [1.5, 4.0])
def test_after_learning_a_cell_answers_where_the_cosine_exceeds_r_over_1_plus_r(selectivity, generator):
    layer = SLayer(1, 1, padding=0, selectivity=selectivity, speed=1e9).double()
    shown = torch.rand(1, 5, 5, generator=generator, dtype=torch.float64)
    layer.reinforce(shown, [(0, 0, 0)])
    answers = []
    for share in torch.linspace(0, 1, 41, dtype=torch.float64):
        other = share * shown + (1 - share) * torch.rand(1, 5, 5, generator=generator, dtype=torch.float64).pow(8)
        product = (layer.c * shown * other).sum()
        cosine = product / ((layer.c * shown**2).sum() * (layer.c * other**2).sum()).sqrt()
        answers.append(bool(layer(other[None]) > 0))
        assert answers[-1] == bool(cosine > selectivity / (1 + selectivity))
    assert set(answers) == {True, False}


def test_c_cells_by_loops_over_equations_4_to_6(generator):
    layer = CLayer(5, fall=0.8, stride=2, padding=(3, 4)).double()
    u = torch.rand(1, 3, 8, 8, generator=generator, dtype=torch.float64).pow(6)
    around = torch.nn.functional.pad(u, (3, 4, 3, 4))[0]
    expected = torch.empty(1, 3, 6, 6, dtype=torch.float64)
    for row in range(6):
        for column in range(6):
            seen = around[:, 2 * row : 2 * row + 5, 2 * column : 2 * column + 5]
            sums = [float((layer.d * plane).sum()) for plane in seen]
            for k, total in enumerate(sums):
                x = (1 + total) / (1 + sum(sums) / 3) - 1
                expected[0, k, row, column] = max(x, 0) / (0.5 + max(x, 0))
    assert (expected > 0).any()
    torch.testing.assert_close(layer(u), expected)


def test_reinforcement_is_equations_7_and_8(generator):
    layer = taught(generator)
    u = torch.rand(2, 6, 7, generator=generator, dtype=torch.float64)
    a, b = layer.excitatory.clone(), layer.inhibitory.clone()
    layer.speed = 16.0
    layer.reinforce(u, [(2, 1, 4), (0, 3, 0)])
    around = torch.nn.functional.pad(u, (1, 1, 1, 1))
    for plane, row, column in ((2, 1, 4), (0, 3, 0)):
        seen = around[:, row : row + 5, column : column + 5]
        a[plane] += 16 * layer.c * seen
        b[plane] += 8 * (layer.c * seen**2).sum().sqrt()
    torch.testing.assert_close(layer.excitatory, a)
    torch.testing.assert_close(layer.inhibitory, b)


def test_without_a_representative_nothing_changes(generator):
    layer = taught(generator)
    before = layer.excitatory.clone()
    layer.reinforce(torch.rand(2, 6, 7, generator=generator, dtype=torch.float64), [])
    assert torch.equal(layer.excitatory, before)


def test_first_synapses_are_small_differ_between_planes_and_are_not_random():
    first, second = Neocognitron(), Neocognitron()
    for (one, _), (other, _) in zip(first.stages, second.stages, strict=True):
        assert torch.equal(one.excitatory, other.excitatory)
        assert (one.excitatory >= 0).all()
        assert one.excitatory.max() < 0.01
        assert (one.inhibitory == 0).all()
        assert len(one.excitatory.flatten(1).unique(dim=0)) == 24


def test_learnt_synapses_are_saved():
    model = Neocognitron()
    model.s2.inhibitory += 1
    other = Neocognitron()
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.s2.inhibitory, torch.ones(24))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_size": 18}, "image_size of a neocognitron is a multiple of 4, but got 18; pad the images"),
        ({"image_size": 8}, "image_size must be at least 12, but got 8"),
        ({"planes": 0}, "planes must be at least 1, but got 0"),
        ({"selectivity": (4.0, 1.5, 0.0)}, r"selectivity must be three numbers above 0, one a module, but got \(4.0"),
        ({"speed": (1.0, 16.0)}, r"speed must be three numbers above 0, one a module, but got \(1.0, 16.0\)"),
    ],
)
def test_what_cannot_be_built_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Neocognitron(**arguments)


def test_images_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"images of this neocognitron are \(N, 1, 16, 16\), but got \(2, 1, 28, 28\)"):
        Neocognitron()(torch.rand(2, 1, 28, 28))
