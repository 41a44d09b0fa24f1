import json
from dataclasses import replace

import pytest
from samples import bars

from striate.data import ImageData, Images
from striate.train import Config, DataConfig, Settings
from striate.train.settings import DEFAULT_RECIPE

CONFIG = Config("BarNet", False, DataConfig.of(bars(), None), Settings.from_recipe(DEFAULT_RECIPE))


def test_data_are_described():
    data = DataConfig.of(bars(channels=3), "/somewhere/bars")
    assert (data.source, data.name, data.classes) == ("/somewhere/bars", "bars", ("lying", "standing"))
    assert (data.channels, data.image_size, data.dark_background, data.train, data.test) == (3, (12, 12), True, 64, 32)


def test_the_checksum_sees_one_pixel_and_one_label():
    data = bars()
    sums = {CONFIG.data.checksum}
    for change in ("images", "labels"):
        images, labels = data.test.images.clone(), data.test.labels.clone()
        if change == "images":
            images[3, 0, 4, 5] ^= 1
        else:
            labels[3] = 1 - labels[3]
        sums.add(DataConfig.of(ImageData("bars", data.train, Images(images, labels), data.classes), None).checksum)
    assert len(sums) == 3


def test_a_config_comes_back_with_every_value(tmp_path):
    path = tmp_path / "config.json"
    CONFIG.write(path)
    assert Config.read(path) == CONFIG
    content = json.loads(path.read_text())
    assert content["settings"].keys() == vars(CONFIG.settings).keys()
    assert content["versions"].keys() == {"striate", "torch", "python", "platform"}


@pytest.mark.parametrize("missing", ["model", "data", "settings"])
def test_a_foreign_config_is_named(tmp_path, missing):
    path = tmp_path / "config.json"
    CONFIG.write(path)
    content = json.loads(path.read_text())
    del content[missing]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"config\.json is not the config of a striate run: "):
        Config.read(path)


def test_a_setting_out_of_range_is_found_in_the_file(tmp_path):
    path = tmp_path / "config.json"
    CONFIG.write(path)
    path.write_text(path.read_text().replace('"epochs": 5', '"epochs": -5'))
    with pytest.raises(ValueError, match=r"config\.json is not the config .*epochs must be"):
        Config.read(path)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (replace(CONFIG, model="lenet5"), "is a run of model 'BarNet' and cannot go on with 'lenet5'"),
        (replace(CONFIG, settings=replace(CONFIG.settings, epochs=9)), "started with epochs 5 and cannot go on with 9"),
        (replace(CONFIG, settings=replace(CONFIG.settings, seed=4)), "started with seed 0 and cannot go on with 4"),
        (
            replace(CONFIG, data=replace(CONFIG.data, name="lines")),
            "started with data name 'bars' and cannot go on with 'lines'",
        ),
        (
            replace(CONFIG, data=replace(CONFIG.data, checksum="0")),
            "started with data checksum '[0-9a-f]{8}' and cannot go on with '0'",
        ),
    ],
)
def test_what_differs_is_named_with_both_values(tmp_path, asked, message):
    with pytest.raises(ValueError, match=message):
        CONFIG.check_resumable(asked, tmp_path)


def test_where_the_data_lie_and_what_versions_run_may_differ(tmp_path):
    CONFIG.check_resumable(replace(CONFIG, data=replace(CONFIG.data, source="/moved"), versions={}), tmp_path)
