"""Pictures of models and of trainings, as matplotlib figures."""

from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.dictionary import dictionary
from striate.view.filters import filters
from striate.view.maps import feature_maps, layer_maps
from striate.view.neocognitron import cell_answers, recognition
from striate.view.pictures import run_pictures

__all__ = [
    "cell_answers",
    "confusion_matrix",
    "dictionary",
    "feature_maps",
    "filters",
    "layer_maps",
    "learning_curves",
    "recognition",
    "run_pictures",
]
