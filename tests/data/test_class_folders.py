import pytest

from striate.data.class_folders import Kind, find_splits, hold_out, labels_of

SOUNDS = Kind("sound", (".wav",), otherwise=" (or tracks)")
CLIPS = Kind("clip", (".png", ".gif"), sample=lambda file: file.parent if file.suffix == ".png" else file)


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_samples_of_another_kind_are_found_and_held_out(tmp_path):
    put(tmp_path, *(f"{name}/{index}.wav" for name in ("bark", "meow") for index in range(5)), "bark/notes.txt")
    train, test = find_splits(tmp_path, SOUNDS, seed=0)
    assert list(train) == list(test) == ["bark", "meow"]
    for name in train:
        assert (len(train[name]), len(test[name])) == (4, 1)
        assert {path.name for path in train[name] + test[name]} == {f"{index}.wav" for index in range(5)}


def test_a_folder_of_frames_is_one_sample(tmp_path):
    put(tmp_path, *(f"{name}/{clip}/{frame}.png" for name in "ab" for clip in (2, 10) for frame in range(3)))
    put(tmp_path, "a/9.gif")
    train, test = find_splits(tmp_path, CLIPS, seed=0)
    assert sorted(path.name for path in train["a"] + test["a"]) == ["10", "2", "9.gif"]
    assert sorted(path.name for path in train["b"] + test["b"]) == ["10", "2"]


def test_messages_name_the_kind(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no class folder, expected a folder of sounds .* \(or tracks\)$"):
        find_splits(tmp_path, SOUNDS, seed=0)
    put(tmp_path, "a/1.wav", "a/2.wav", "b/1.wav")
    with pytest.raises(ValueError, match=r"class 'b' has 1 sound, at least 2 are needed: .*; add sounds, or train/"):
        find_splits(tmp_path, SOUNDS, seed=0)


def test_what_is_held_out_depends_on_the_seed_only():
    classes = {"a": list(range(50)), "b": list(range(50, 90))}
    first, again, other = (hold_out(classes, "number", "here", seed) for seed in (1, 1, 2))
    assert first == again != other
    train, test = first
    assert {name: sorted(train[name] + test[name]) for name in classes} == classes
    assert [len(part) for part in test.values()] == [10, 8]
    assert labels_of(test).tolist() == [0] * 10 + [1] * 8
