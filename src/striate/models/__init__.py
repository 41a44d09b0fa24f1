"""The models, one network family a file, in a registry."""

from striate.models import lenet5 as lenet5
from striate.models import lenet5_modern as lenet5_modern
from striate.models.neocognitron import Neocognitron
from striate.models.registry import Recipe, create, names, paper, recipe, register
from striate.models.sparse_coding import SparseCoding

__all__ = ["Neocognitron", "Recipe", "SparseCoding", "create", "names", "paper", "recipe", "register"]
