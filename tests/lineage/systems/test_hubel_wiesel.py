import torch
from samples import bars

from striate.lineage.systems.hubel_wiesel import BANKS, learn_banks, pixels_readout
from striate.models.oriented_bank import oriented_fields


def test_banks_begin_and_learn_as_their_names_say():
    told = {}
    filters = learn_banks(bars(), epochs=1, on_bank=told.__setitem__)
    assert list(filters) == list(told) == list(BANKS)
    by_hand, by_lot, from_lot, from_hand = filters.values()
    torch.testing.assert_close(by_hand, oriented_fields())
    # One seed: what learns began where what does not stayed, and an epoch of few steps does not lead far away.
    for learnt, first, other in ((from_lot, by_lot, by_hand), (from_hand, by_hand, by_lot)):
        assert 0 < (learnt - first).norm() < 0.5 * (learnt - other).norm()
    assert all(0 <= share <= 1 for share in told.values())


def test_pixels_tell_bars_apart_by_their_labels_alone():
    data = bars(count=300)
    apart = pixels_readout(data)
    generator = torch.Generator().manual_seed(0)
    for part in (data.train, data.test):
        part.labels.copy_(part.labels[torch.randperm(len(part), generator=generator)])
    assert pixels_readout(data) < 0.75 < apart
