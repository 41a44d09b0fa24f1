"""How a run was trained: every setting, the data, and what it ran on."""

from striate.engine.config import config
from striate.engine.processor import available_cores, processor
from striate.train import Config
from striate.view.page import Html, element, section, terms
from striate.words import said

NAMED = 12  # classes that are listed


def setup_section(trained: Config) -> Html:
    """Return the configuration of a run, and the machine and the versions of this process."""
    data = trained.data
    more = f", and {len(data.classes) - NAMED} more" if len(data.classes) > NAMED else ""
    height, width = data.image_size
    described = {
        "name": data.name,
        "source": data.source or "given in memory",
        "training images": f"{data.train:,}",
        "test images": f"{data.test:,}",
        "image": f"{data.channels} x {height} x {width}",
        f"{len(data.classes)} classes": ", ".join(data.classes[:NAMED]) + more,
        "CRC-32 of pixels and labels": data.checksum,
    }
    here = {"processor": processor(), "cores": available_cores(), **config()}
    groups = (
        ("Settings", {"model": trained.model, **vars(trained.settings)}),
        ("Data", described),
        ("Trained with", trained.versions),
        ("This report was written on", here),
    )
    return section("Configuration", *(element("div", element("h3", name), _group(of)) for name, of in groups))


def _group(values: dict[str, object] | dict[str, str]) -> Html:
    return terms((name, said(value)) for name, value in values.items())
