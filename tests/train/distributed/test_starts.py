from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from torch.distributed import HashStore

from striate.train.distributed.starts import number_of_start


def started(store, count):
    """The numbers that so many processes come to, each in a thread of its own."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda rank: number_of_start(store, rank, count), range(count)))


def test_all_come_to_the_same_number_whatever_the_dead_have_left():
    store = HashStore()
    assert started(store, 3) == [0, 0, 0]
    store.set("asked/1", "of one that died before it was answered")
    assert started(store, 3) == [1, 1, 1]
    store.add("starts", 1)  # a leader that died before the others came
    assert started(store, 2) == [3, 3]


def test_who_does_not_come_is_named():
    with pytest.raises(TimeoutError, match="of 3 processes, those of rank 1, 2 did not come within 0 s"):
        number_of_start(HashStore(), 0, 3, patience=timedelta(seconds=0.05))
