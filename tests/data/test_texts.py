import pytest

from striate.data.texts import load_texts
from striate.data.vocabulary import Vocabulary


def put(path, text, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, **({"encoding": "utf-8"} | options))
    return path


def read_back(data):
    vocabulary = Vocabulary(data.words)
    return {
        (vocabulary.decode(row), data.classes[label])
        for part in (data.train, data.test)
        for row, label in zip(part.inputs, part.labels.tolist(), strict=True)
    }


def test_a_folder_of_class_folders(tmp_path):
    for number in range(5):
        put(tmp_path / "neg" / f"{number}.txt", f"Dull, dull {number}")
        put(tmp_path / "pos" / f"{number}.txt", f"Bright {number}")
    data = load_texts(tmp_path)
    assert (data.name, data.classes, data.unit) == (tmp_path.name, ("neg", "pos"), "texts")
    assert data.train.inputs.shape == (8, 4)
    assert data.test.labels.tolist() == [0, 1]
    # What only the test says is not known.
    assert {text.split()[-1] for text, _ in read_back(data)} >= {"…"}
    assert data.keywords == {"classes": 2, "vocabulary": len(data.words)}


@pytest.mark.parametrize(("suffix", "between"), [(".tsv", "\t"), (".csv", ",")])
@pytest.mark.parametrize("header", [True, False])
def test_a_table_of_labels_and_texts(tmp_path, suffix, between, header):
    rows = [("good", '"so good, so fine"'), ("bad", "so bad")] * 5
    lines = [("Label", "Text")] * header + rows
    path = put(tmp_path / f"reviews{suffix}", "\n".join(between.join(row) for row in lines) + "\n\n")
    data = load_texts(path)
    assert (data.name, data.classes) == ("reviews", ("bad", "good"))
    assert read_back(data) == {("so good , so fine", "good"), ("so bad", "bad")}
    assert (len(data.train), len(data.test)) == (8, 2)


def test_the_length_is_that_of_the_longest_training_text_or_as_told(tmp_path):
    path = put(tmp_path / "t.tsv", "".join(f"{label}\t{'word ' * 500}\n" for label in "aabb"))
    assert load_texts(path).train.inputs.shape == (2, 400)
    assert load_texts(path, length=7).train.inputs.shape == (2, 7)
    assert load_texts(path, level="characters", length=9).words[2:] == (" ", "d", "o", "r", "w")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.doc", b"a\tb", r"t\.doc' is neither a folder nor a table, expected a file ending in \.tsv or \.csv"),
        ("t.tsv", b"a\tb\nc\n", r"t\.tsv, row 2: 1 fields, expected a label and a text"),
        ("t.csv", b"a,b,c\n", r"t\.csv, row 1: 3 fields, .* quote a text that holds a comma"),
        ("t.tsv", b"a\tb\na\tc\n", "1 different labels, at least 2 are needed"),
        ("t.tsv", b"a\tb\na\tc\nb\td\n", "class 'b' has 1 text, at least 2 are needed"),
        ("t.tsv", b"a\t\xff\n", "byte 2 is not UTF-8 text; save the file as UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_texts(tmp_path / name)


def test_missing_texts_are_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no file or folder '.*absent', and no texts of that name; known: 'rev"
    ):
        load_texts(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"expected a folder of texts for each class \(or a \.tsv or \.csv"):
        load_texts(tmp_path)
