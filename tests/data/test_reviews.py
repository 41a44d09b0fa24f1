import pytest
import torch

from striate.data.reviews import GOOD, SENTIMENTS, write_reviews
from striate.data.vocabulary import Vocabulary, bags


def test_sentences_are_of_their_seed_and_each_comes_once():
    sentences, sentiments = write_reviews(2000, seed=3)
    assert (sentences, sentiments) == write_reviews(2000, seed=3)
    assert write_reviews(20, seed=4)[0] != sentences[:20]
    assert len(set(sentences)) == 2000
    assert set(sentiments) == {0, 1}
    assert SENTIMENTS == ("blame", "praise")


def judged(sentence):
    """The sentiment by the rules of the grammar, read off its words."""
    for contrast in (" , but ", " even though "):
        before, found, after = sentence.partition(contrast)
        if found:
            sentence = after if "but" in contrast else before
    if "although " in sentence:
        sentence = sentence.split("although ")[1].split(" , ")[1]
    words = sentence.split(" and ")[0].split()
    negated = bool({"not", "never", "hardly"} & set(words))
    return int(bool(set(GOOD) & set(words)) != negated)


def test_the_sentiment_is_that_of_the_main_clause():
    for sentence, sentiment in zip(*write_reviews(500), strict=True):
        assert judged(sentence) == sentiment, sentence


def test_hardly_a_word_tells_by_itself():
    sentences, sentiments = write_reviews(4000)
    vocabulary = Vocabulary.of(sentences)
    counts = bags(vocabulary.encode(sentences, 30), len(vocabulary.words))
    praise = torch.tensor(sentiments).bool()
    often = counts.sum(0) > 100
    share = counts[praise].sum(0)[often] / counts.sum(0)[often]
    assert 0.3 < share.min() < share.max() < 0.7


def test_no_sentence_is_refused():
    with pytest.raises(ValueError, match="number must be at least 1, but got 0"):
        write_reviews(0)
