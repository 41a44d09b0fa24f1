import numpy as np

from striate.data import five_patterns
from striate.models import Neocognitron
from striate.train import self_organise
from striate.view import cell_answers, recognition


def test_every_layer_is_drawn_with_what_its_cells_answer():
    model, patterns = Neocognitron(), five_patterns()
    self_organise(model, patterns)
    axes = cell_answers(model, patterns[2:3]).figure.axes
    assert [panel.get_title().split("\n")[0] for panel in axes] == [
        "U0, the image", "U_S1", "U_C1", "U_S2", "U_C2", "U_S3", "U_C3",
    ]  # fmt: skip
    assert np.array_equal(axes[0].images[0].get_array(), patterns[2, 0])
    last = np.asarray(axes[-1].images[0].get_array())
    answers = model(patterns[2:3])[0]
    assert np.allclose(last[::2, ::2].flatten()[:24], answers / answers.max())


def test_each_kind_has_its_stimuli_over_their_answers():
    model, patterns = Neocognitron(), five_patterns()
    self_organise(model, patterns)
    axes = recognition(model, {"whole": patterns, "white": 0 * patterns}).figure.axes
    assert len(axes) == 2 * 2 * 5
    assert axes[0].get_title() == "whole"
    strip = np.asarray(axes[2].images[0].get_array())
    assert np.allclose(strip, model(patterns[:1]))
    assert strip.max() > 0
    assert np.asarray(axes[3].images[0].get_array()).max() == 0
