import pytest
import torch

from striate.data.vocabulary import Vocabulary, bags, pieces


def test_words_are_in_lower_case_and_marks_stand_alone():
    assert pieces("It isn't, say, 7½ “good”!", "words") == [
        *("it", "isn't", ",", "say", ",", "7½", "“", "good", "”", "!")
    ]
    assert pieces("Ab c", "characters") == ["A", "b", " ", "c"]


def test_frequent_words_come_first_and_rare_ones_may_be_left_out():
    vocabulary = Vocabulary.of(["b a b", "c b a"], most=2)
    assert vocabulary.words == ("", "…", "b", "a")
    assert vocabulary.encode(["c a b b"], 6).tolist() == [[1, 3, 2, 2, 0, 0]]
    assert vocabulary.encode(["a b a b"], 3).tolist() == [[3, 2, 3]]
    assert vocabulary.decode(torch.tensor([3, 1, 0])) == "a …"


def test_characters_come_back_as_they_were():
    text = "Œuvre, naïve … yes"
    vocabulary = Vocabulary.of([text], "characters")
    assert vocabulary.decode(vocabulary.encode([text], 40)[0]) == text


def test_bags_count_words_and_no_padding():
    vocabulary = Vocabulary.of(["b a b"])
    assert bags(vocabulary.encode(["b b a", "x"], 5), 4).tolist() == [[0, 0, 2, 1], [0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("words", "level", "message"),
    [
        (("", "…", "a"), "letters", "level must be one of 'words', 'characters', but got 'letters'"),
        (("a", "b"), "words", r"words of a vocabulary must begin with \('', '…'\), but begin with \('a', 'b'\)"),
        (("", "…"), "words", "must be at least one, but there is none: are the texts empty"),
        (("", "…", "a", "b", "a"), "words", "must differ, but 'a' comes 2 times"),
    ],
)
def test_what_is_no_vocabulary_is_refused(words, level, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(words, level)
