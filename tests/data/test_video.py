import sys

import numpy as np
import pytest
import torch
from PIL import Image

from striate.data.video import cut_clips, read_video

LEVELS = (0, 90, 180, 255)


def frames(count=4, size=(8, 6)):
    return [Image.new("RGB", size, (level, 0, 255 - level)) for level in LEVELS[:count]]


@pytest.mark.parametrize(("suffix", "options"), [(".gif", {}), (".png", {}), (".webp", {"lossless": True})])
def test_the_frames_of_an_animation(tmp_path, suffix, options):
    path = tmp_path / f"a{suffix}"
    first, *rest = frames()
    first.save(path, save_all=True, append_images=rest, **options)
    video = read_video(path)
    assert (video.shape, video.dtype) == ((3, 4, 6, 8), torch.uint8)
    assert video[0, :, 0, 0].tolist() == list(LEVELS)
    assert video[2, :, 5, 7].tolist() == [255 - level for level in LEVELS]
    assert torch.equal(read_video(path, most=2), video[:, :2])


def test_a_folder_of_frames_is_read_in_natural_order(tmp_path):
    for number, frame in zip((1, 2, 10, 11), frames(), strict=True):
        frame.save(tmp_path / f"frame{number}.png")
    (tmp_path / "notes.txt").touch()
    assert read_video(tmp_path)[0, :, 0, 0].tolist() == list(LEVELS)


def test_a_film(tmp_path):
    av = pytest.importorskip("av", reason="PyAV is an extra")
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        for frame in frames(size=(32, 16)):
            film.mux(stream.encode(av.VideoFrame.from_image(frame)))
        film.mux(stream.encode())
    video = read_video(path)
    assert video.shape == (3, 4, 16, 32)
    assert (video[0, :, 8, 16].int() - torch.tensor(LEVELS)).abs().max() < 25  # the film is compressed
    (tmp_path / "b.mp4").write_bytes(b"no film")
    with pytest.raises(ValueError, match=r"b\.mp4: not a readable film, unknown format or damaged file"):
        read_video(tmp_path / "b.mp4")


def test_without_pyav_a_film_is_refused_with_the_mends(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "a.mp4").touch()
    with pytest.raises(ImportError, match=r'a\.mp4: reading a film needs PyAV: pip install "striate\[video\]"'):
        read_video(tmp_path / "a.mp4")


def test_what_is_no_video_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path: no video '.*absent\.gif'"):
        read_video(tmp_path / "absent.gif")
    with pytest.raises(FileNotFoundError, match=r"no frame in this folder, expected images ending in \.bmp"):
        read_video(tmp_path)
    (tmp_path / "a.txt").touch()
    with pytest.raises(ValueError, match=r"a\.txt: expected a folder of frames, or a file ending in \.apng, \.gif"):
        read_video(tmp_path / "a.txt")
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match=r"a\.gif: not a readable animation"):
        read_video(tmp_path / "a.gif")
    with pytest.raises(ValueError, match="most must be at least 1, but got 0"):
        read_video(tmp_path / "a.gif", most=0)


def test_frames_of_different_sizes_are_refused(tmp_path):
    for number, size in enumerate(((8, 6), (8, 6), (8, 7))):
        Image.fromarray(np.zeros(size, np.uint8)).save(tmp_path / f"{number}.png")
    with pytest.raises(ValueError, match=r"frame 3 is \(8, 7\) \(height, width\), the first is \(8, 6\); bring all"):
        read_video(tmp_path)


def test_clips_are_cut_one_after_another_or_by_steps():
    video = torch.arange(10).expand(3, 10).reshape(3, 10, 1, 1)
    assert cut_clips(video, 4)[:, 0, :, 0, 0].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert cut_clips(video, 3, step=2, every=2)[:, 2, :, 0, 0].tolist() == [[0, 2, 4], [4, 6, 8]]


@pytest.mark.parametrize(
    ("shape", "arguments", "message"),
    [
        ((3, 9, 8), (4,), r"video must be \(C, T, H, W\), but got \(3, 9, 8\)"),
        ((3, 9, 8, 8), (10,), "video has 9 frames to take, too few for a clip of 10"),
        ((3, 9, 8, 8), (0,), "frames must be at least 1, but got 0"),
    ],
)
def test_clips_that_cannot_be_cut(shape, arguments, message):
    with pytest.raises(ValueError, match=message):
        cut_clips(torch.zeros(shape), *arguments)
