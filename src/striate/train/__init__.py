"""Training, measuring and asking a model: one loop, one run folder."""

from striate.train.batch_prediction import BatchPredictor, predict_files
from striate.train.callbacks import Callback, Step
from striate.train.comparison import Result, compare, differing_settings
from striate.train.config import Config, DataConfig, LessonConfig
from striate.train.consistency import shift_consistency
from striate.train.dictionary import learn_dictionary
from striate.train.evaluation import evaluate
from striate.train.fitting import fit
from striate.train.history import History
from striate.train.interruption import Interrupted
from striate.train.lesson import Lesson, Measured
from striate.train.lessons import LabelledLesson, LabelledMetrics, open_lesson
from striate.train.linear_readout import linear_readout
from striate.train.loop import DivergenceError
from striate.train.metrics import Metrics
from striate.train.prediction import Prediction, Predictor, predict
from striate.train.run import Run, newest_unfinished, next_run_path
from striate.train.schedule import one_cycle
from striate.train.self_organisation import recognise, self_organise, winner_labels
from striate.train.settings import DEFAULT_RECIPE, OPTIMIZERS, Settings

__all__ = [
    "DEFAULT_RECIPE",
    "OPTIMIZERS",
    "BatchPredictor",
    "Callback",
    "Config",
    "DataConfig",
    "DivergenceError",
    "History",
    "Interrupted",
    "LabelledLesson",
    "LabelledMetrics",
    "Lesson",
    "LessonConfig",
    "Measured",
    "Metrics",
    "Prediction",
    "Predictor",
    "Result",
    "Run",
    "Settings",
    "Step",
    "compare",
    "differing_settings",
    "evaluate",
    "fit",
    "learn_dictionary",
    "linear_readout",
    "newest_unfinished",
    "next_run_path",
    "one_cycle",
    "open_lesson",
    "predict",
    "predict_files",
    "recognise",
    "self_organise",
    "shift_consistency",
    "winner_labels",
]
