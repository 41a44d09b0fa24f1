"""Pictures of models and of trainings, as matplotlib figures, and the report of a run as a page."""

from striate.view.comparison import comparison
from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.filters import filters
from striate.view.maps import feature_maps, layer_maps
from striate.view.pictures import run_pictures
from striate.view.report import report, write_report

__all__ = [
    "comparison",
    "confusion_matrix",
    "feature_maps",
    "filters",
    "layer_maps",
    "learning_curves",
    "report",
    "run_pictures",
    "write_report",
]
