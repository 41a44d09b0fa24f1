"""Profiles of the drawn tests, a browser for the tests of pages, and a folder of data for those that need files.

The same problems are drawn at every run; the profile `intense` draws new ones, `sanitized` fewer.
`pytest --hypothesis-profile=NAME` chooses one.
"""

import hashlib
import os

# Before torch is loaded: workers share the cores, and threads that wait for each other take ten times as long.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import browser
import pytest
from hypothesis import settings
from idx_files import CLOTHES

from striate.engine.ceilings import Ceilings

settings.register_profile("default", max_examples=100, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("intense", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.register_profile("sanitized", settings.get_profile("default"), max_examples=20)
settings.load_profile("default")


@pytest.fixture(scope="session")
def chromium():
    """A browser, where one is installed."""
    if lacking := browser.missing():
        pytest.skip(lacking)
    with browser.chromium() as running:
        yield running


@pytest.fixture
def browse(chromium):
    """Open a window of a width, in the light or the dark; what goes wrong in it is noted."""
    contexts = []

    def window(*, width=1024, height=800, scheme="light", **options):
        size = {"width": width, "height": height}
        contexts.append(chromium.new_context(viewport=size, color_scheme=scheme, **options))
        return browser.Watched(contexts[-1].new_page())

    yield window
    for context in contexts:
        context.close()


@pytest.fixture
def ceilings():
    """A machine of round numbers: 1 GFLOP/s, and copies that get slower with size."""
    return Ceilings({"f32": 1e9, "f64": 0.5e9}, "a test", ((2**20, 8e9), (2**22, 9e9), (2**24, 2e9)))


@pytest.fixture
def data_home(tmp_path, monkeypatch):
    """An empty folder of the user's data, for which the published Fashion-MNIST is the small set of `idx_files`."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CLOTHES.items()}
    monkeypatch.setattr("striate.data.fashion_mnist.SHA256", sums)
    monkeypatch.setattr("striate.data.fashion_mnist.DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("STRIATE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
