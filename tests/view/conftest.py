"""Fixtures of the pictures' tests."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    """The same weights and images at every run, whatever ran before."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield
