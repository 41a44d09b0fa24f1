import pytest

from striate.words import count, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min 0 s"),
        (119.6, "2 min 0 s"),
        (3599.7, "1 h 0 min"),
        (7322, "2 h 2 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words


def test_nouns_follow_their_numbers():
    assert [count(number, "error") for number in (0, 1, 2, 1000)] == ["0 errors", "1 error", "2 errors", "1,000 errors"]
