import pytest
from samples import bars

from striate.train import fit


@pytest.fixture(scope="session")
def bars_run(tmp_path_factory):
    """A finished run of lenet5-modern on bars, and the history it gave; not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "bars"
    return fit("lenet5-modern", bars(size=16), epochs=3, batch_size=16, threads=1, output=path)
