"""Pictures of models and of trainings, as matplotlib figures."""

from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.filters import filters
from striate.view.maps import feature_maps, layer_maps
from striate.view.pictures import run_pictures

__all__ = ["confusion_matrix", "feature_maps", "filters", "layer_maps", "learning_curves", "run_pictures"]
