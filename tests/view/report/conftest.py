from dataclasses import replace

import pytest
from samples import bars

from striate.train import fit
from striate.view import report

CLASSES = ('<b>&"', "standing </script>")


@pytest.fixture(scope="package")
def trained(tmp_path_factory):
    """A short training on data whose names would break a page that does not escape them."""
    data = replace(bars(size=16), name="<i>bars", classes=CLASSES)
    return fit("lenet5-modern", data, epochs=3, threads=1, output=tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="package")
def page(trained):
    """Its report."""
    return report(trained.run, trained.data)
