"""Weights of other frameworks, laid out as ours; those of torch.nn need nothing: names and shapes are the same."""

from striate.conversion.arrays import channels_first
from striate.conversion.flax import load_flax
from striate.conversion.keras import load_keras

__all__ = ["channels_first", "load_flax", "load_keras"]
