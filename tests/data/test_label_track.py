import pytest

from striate.data.label_track import Span, label_samples, read_label_track


def test_a_track_as_audacity_exports_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("﻿0.000000\t0.500000\tdog bark\n\\\t100.0\t900.0\n\n1.25\t2\tcat\n", encoding="utf-8")
    assert read_label_track(path) == [Span(0, 0.5, "dog bark"), Span(1.25, 2, "cat")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0.5 0.7 bark", r"line 2: '0\.5 0\.7 bark', expected start, end and label with tabs between"),
        ("a\t1\tbark", "line 2: .* times in seconds"),
        ("2\t1\tbark", "line 2: from 2 to 1 s, expected 0 <= start <= end"),
        ("nan\t1\tbark", "line 2: from nan to 1 s"),
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path, line, message):
    path = tmp_path / "a.txt"
    path.write_text(f"0\t1\tbark\n{line}\n")
    with pytest.raises(ValueError, match=message):
        read_label_track(path)


def test_the_later_of_two_labels_counts_and_a_signal_may_end_before():
    spans = [Span(0.2, 0.6, "a"), Span(0.5, 9.0, "b")]
    assert label_samples(spans, ("nothing", "a", "b"), 8, rate=10).tolist() == [0, 0, 1, 1, 1, 2, 2, 2]
