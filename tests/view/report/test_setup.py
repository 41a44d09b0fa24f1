import json

import torch
from pages import section

from striate.engine.processor import processor
from striate.words import said


def test_every_setting_of_the_config_is_there(page, trained):
    config = json.loads((trained.run / "config.json").read_text(encoding="utf-8"))
    settings, data, versions, here = (
        {pair.all("dt")[0].text: pair.all("dd")[0].text for pair in group.content}
        for group in section(page, "Configuration").all("dl")
    )
    assert settings == {"model": config["model"], **{name: said(value) for name, value in config["settings"].items()}}
    assert data == {
        "name": config["data"]["name"],
        "source": "given in memory",
        "training images": "64",
        "test images": "32",
        "image": "1 x 16 x 16",
        "2 classes": ", ".join(trained.data.classes),
        "CRC-32 of pixels and labels": config["data"]["checksum"],
    }
    assert versions == config["versions"]
    assert (here["processor"], here["torch"]) == (processor(), torch.__version__)
