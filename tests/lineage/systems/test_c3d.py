import torch

from striate.data import Labelled, LabelledData
from striate.lineage.systems.c3d import voxel_accuracy


def test_voxels_tell_what_lies_elsewhere_apart():
    volumes = torch.zeros(40, 1, 3, 3, 3, dtype=torch.uint8)
    volumes[::2, :, 0] = 255
    volumes[1::2, :, 2] = 255
    part = Labelled(volumes, torch.arange(40) % 2)
    assert voxel_accuracy(LabelledData("made", part, part, ("low", "high"))) == 1.0
