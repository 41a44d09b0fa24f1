"""The models, one network family a file, in a registry."""

from striate.models import alexnet as alexnet
from striate.models import c3d as c3d
from striate.models import convnext_v2 as convnext_v2
from striate.models import dcgan as dcgan
from striate.models import deconvnet as deconvnet
from striate.models import espcn as espcn
from striate.models import fcmae as fcmae
from striate.models import lenet5 as lenet5
from striate.models import lenet5_modern as lenet5_modern
from striate.models import mobilenet_v1 as mobilenet_v1
from striate.models import mobilenet_v2 as mobilenet_v2
from striate.models import oriented_bank as oriented_bank
from striate.models import segnet as segnet
from striate.models import simple_cnn as simple_cnn
from striate.models import srcnn as srcnn
from striate.models import tcn as tcn
from striate.models import text_cnn as text_cnn
from striate.models import unet as unet
from striate.models import vae as vae
from striate.models import wavenet as wavenet
from striate.models.catalogue import Listing, catalogue, describe
from striate.models.neocognitron import Neocognitron
from striate.models.registry import Recipe, create, example, keywords, names, paper, recipe, register, task, year
from striate.models.sparse_coding import SparseCoding
from striate.models.tasks import TASKS, Task

__all__ = [
    "TASKS",
    "Listing",
    "Neocognitron",
    "Recipe",
    "SparseCoding",
    "Task",
    "catalogue",
    "create",
    "describe",
    "example",
    "keywords",
    "names",
    "paper",
    "recipe",
    "register",
    "task",
    "year",
]
