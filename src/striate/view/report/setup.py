"""How a run was trained: every setting, the data, and what it ran on."""

from striate.engine.config import config
from striate.engine.processor import available_cores, processor
from striate.train import Config, DataConfig, LessonConfig
from striate.view.page import Html, element, section, terms
from striate.words import said

NAMED = 12  # classes that are listed


def setup_section(trained: Config) -> Html:
    """Return the configuration of a run, and the machine and the versions of this process."""
    data = trained.data
    described = _images(data) if isinstance(data, DataConfig) else _lesson(data)
    here = {"processor": processor(), "cores": available_cores(), **config()}
    groups = (
        ("Settings", {"model": trained.model, **vars(trained.settings)}),
        ("Data", described),
        ("Trained with", trained.versions),
        ("This report was written on", here),
    )
    return section("Configuration", *(element("div", element("h3", name), _group(of)) for name, of in groups))


def _images(data: DataConfig) -> dict[str, object]:
    more = f", and {len(data.classes) - NAMED} more" if len(data.classes) > NAMED else ""
    height, width = data.image_size
    return {
        "name": data.name,
        "source": data.source or "given in memory",
        "training images": f"{data.train:,}",
        "test images": f"{data.test:,}",
        "image": f"{data.channels} x {height} x {width}",
        f"{len(data.classes)} classes": ", ".join(data.classes[:NAMED]) + more,
        "CRC-32 of pixels and labels": data.checksum,
    }


def _lesson(data: LessonConfig) -> dict[str, object]:
    own = "given in memory" if data.source is None else "the task's own"
    return {
        "name": data.name,
        "source": data.source or own,
        "training samples": f"{data.train:,}",
        **data.keywords,
        "checksum": data.checksum,
    }


def _group(values: dict[str, object] | dict[str, str]) -> Html:
    return terms((name, said(value)) for name, value in values.items())
