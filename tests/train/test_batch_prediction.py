import csv
import tracemalloc

import numpy as np
import pytest
from PIL import Image
from samples import bars

from striate.train import BatchPredictor, predict, predict_files
from striate.train.batch_prediction import files_in, read_images

IMAGES = bars(60, seed=3, size=16).test.images


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twenty images in folders of folders, a broken one among them, a file that is no image, and a link in a circle."""
    root = tmp_path_factory.mktemp("many")
    for number, image in enumerate(IMAGES):
        (root / str(number % 3) / "deep").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[0].numpy()).save(root / str(number % 3) / "deep" / f"{number:02}.png")
    (root / "1" / "broken.png").write_bytes(b"\x89PNG and no more")
    (root / "notes.txt").write_text("no image")
    (root / "2" / "again").symlink_to(root, target_is_directory=True)
    return root


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("workers", "batch_size"), [(0, 64), (0, 3), (2, 4)])
def test_every_file_has_a_row_in_order(bars_run, folder, tmp_path, workers, batch_size):
    output = tmp_path / "rows.csv"
    tally = predict_files(bars_run.run, [folder], output, workers=workers, batch_size=batch_size)
    assert (tally.images, tally.errors) == (21, 1)
    rows = rows_of(output)
    assert [row["image"] for row in rows] == list(files_in([folder]))
    for row in rows:
        if row["image"].endswith("broken.png"):
            assert (row["label"], row["probability"]) == ("", "")
            assert "broken.png: not a readable image" in row["error"]
        else:
            (expected,) = predict(bars_run.run, row["image"])
            assert (row["label"], row["error"], row["inverted"]) == (expected.label, "", str(expected.inverted))
            assert float(row["probability"]) == pytest.approx(expected.probability, rel=1e-5)


def test_parquet_too(bars_run, folder, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    predict_files(bars_run.run, [folder / "0", folder / "1" / "broken.png"], tmp_path / "rows.parquet", workers=0)
    table = parquet.read_table(tmp_path / "rows.parquet").to_pydict()
    assert table["error"][:-1] == [None] * (len(table["error"]) - 1)
    assert table["label"][-1] is None


def test_memory_does_not_grow_with_the_number_of_files(bars_run, folder, tmp_path):
    def peak(times):
        tracemalloc.start()
        predict_files(bars_run.run, [folder / "0"] * times, tmp_path / "rows.csv", workers=0, batch_size=4)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1)  # what is loaded once
    assert peak(12) < peak(2) + 50_000  # seventy images more


def test_columns_for_ray_and_spark(bars_run, folder):
    paths = list(files_in([folder]))
    classify = BatchPredictor(bars_run.run)
    parts = [
        classify({"image": np.array(part, dtype=object), "key": range(7)}) for part in np.split(np.array(paths), 3)
    ]
    assert {name: len(values) for name, values in parts[0].items()} == dict.fromkeys(
        ("image", "key", "label", "probability", "inverted", "error"), 7
    )
    found = [label for part in parts for label in part["label"]]
    assert found.count(None) == 1
    assert [label for label in found if label] == [
        one.label for one in predict(bars_run.run, [path for path in paths if "broken" not in path])
    ]


def test_a_batch_of_broken_files_alone(bars_run, folder, tmp_path):
    tally = predict_files(bars_run.run, [folder / "1" / "broken.png"], tmp_path / "rows.csv", workers=0)
    assert (tally.images, tally.errors) == (1, 1)
    pixels, errors = read_images([str(folder / "notes.txt")], BatchPredictor(bars_run.run).data)
    assert (len(pixels), len(errors)) == (0, 1)


def test_mistakes_write_nothing(bars_run, folder, tmp_path):
    output = tmp_path / "rows.csv"
    with pytest.raises(FileNotFoundError, match="there is no image file or folder absent"):
        predict_files(bars_run.run, [folder, "absent"], output)
    with pytest.raises(ValueError, match="batch_size"):
        predict_files(bars_run.run, [folder], output, batch_size=0)
    with pytest.raises(ValueError, match=r"must end in \.csv or \.parquet"):
        predict_files(bars_run.run, [folder], tmp_path / "rows.txt")
    with pytest.raises(FileNotFoundError, match="there is no run folder"):
        predict_files(tmp_path / "absent", [folder], output)
    assert list(tmp_path.iterdir()) == []
