"""The integers behind convolution and pooling: sizes, padding, borders, receptive fields and costs.

Nothing here imports torch or NumPy; every room that needs a size takes it from here.
"""

from striate.arithmetic.border import PADDING_MODES, padding_mode_argument, source_index
from striate.arithmetic.cost import ConvolutionCost, DirectionCost, convolution_cost
from striate.arithmetic.geometry import Geometry
from striate.arithmetic.inverse import input_sizes, padding_totals, solve_padding
from striate.arithmetic.mixed import aligned_amounts, channel_runs, even_blocks, widest_dilation
from striate.arithmetic.padding import PADDING_WORDS, padding_amounts
from striate.arithmetic.receptive_field import Reach, ReceptiveField, receptive_field
from striate.arithmetic.resizing import resized_size
from striate.arithmetic.streaming import CausalStep, causal_step
from striate.arithmetic.transposed import TransposedWindow
from striate.arithmetic.window import Window

__all__ = [
    "PADDING_MODES",
    "PADDING_WORDS",
    "CausalStep",
    "ConvolutionCost",
    "DirectionCost",
    "Geometry",
    "Reach",
    "ReceptiveField",
    "TransposedWindow",
    "Window",
    "aligned_amounts",
    "causal_step",
    "channel_runs",
    "convolution_cost",
    "even_blocks",
    "input_sizes",
    "padding_amounts",
    "padding_mode_argument",
    "padding_totals",
    "receptive_field",
    "resized_size",
    "solve_padding",
    "source_index",
    "widest_dilation",
]
