"""Text CNN: filters over three, four and five words, and the strongest answer of each.

Source: Kim, "Convolutional neural networks for sentence classification", EMNLP 2014; section 2 for the network, 2.1 for
dropout and the bound on the weights, 3.1 for the sizes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

import striate.nn as snn
from striate.models.registry import Recipe, register

PAPER = 'Kim, "Convolutional neural networks for sentence classification", EMNLP 2014'


@register(
    "text-cnn",
    paper=PAPER,
    year=2014,
    task="text",
    recipe=Recipe(epochs=5, batch_size=50, optimizer="adamw", lr=0.002, weight_decay=0.01),
)
class TextCNN(nn.Module):
    """Tell classes of texts apart by their most telling phrases; CNN-rand in the paper, whose words begin at random.

    Args:
        vocabulary: how many words there are; word 0 is padding, and counts as nothing.
        classes: how many there are to tell apart.
        words: elements of a word's vector.
        filters: of each width.
        widths: of the filters, in words.
        drop: share of the answers that are dropped in training.

    Raises:
        ValueError: no widths.

    >>> TextCNN(vocabulary=50, classes=3)(torch.tensor([[7, 8, 9, 0, 0]])).shape
    torch.Size([1, 3])
    """

    def __init__(
        self,
        *,
        vocabulary: int = 18765,  # of MR, the first data set of table 1
        classes: int = 2,
        words: int = 300,
        filters: int = 100,
        widths: Sequence[int] = (3, 4, 5),
        drop: float = 0.5,
    ) -> None:
        super().__init__()
        if not widths:
            raise ValueError("widths must have at least one width of a filter, in words, but got none")
        self.words = nn.Embedding(vocabulary, words, padding_idx=0)
        # As much padding for all as the widest needs, so that a text of one word has an answer.
        self.filters = nn.ModuleList(snn.Conv1d(words, filters, width, padding=max(widths) - 1) for width in widths)
        self.strongest = snn.GlobalMaxPool(keepdim=False)
        self.drop = nn.Dropout(drop)
        self.output = nn.Linear(filters * len(widths), classes)

    def forward(self, texts: Tensor) -> Tensor:
        """Score texts, (N, length) of word numbers, as (N, classes)."""
        if texts.ndim != 2 or texts.is_floating_point():
            raise ValueError(
                f"texts must be the numbers of words, int64 (N, length), but got {texts.dtype} {tuple(texts.shape)}"
            )
        vectors = self.words(texts).transpose(1, 2)
        answers = [self.strongest(layer(vectors).relu()) for layer in self.filters]
        scores: Tensor = self.output(self.drop(torch.cat(answers, 1)))
        return scores

    @torch.no_grad()
    def bound_weights(self, most: float = 3.0) -> None:
        """Scale the output weights of each class down to an L2 norm of at most `most`; after every step of training.

        >>> model = TextCNN(vocabulary=50, classes=3)
        >>> model.bound_weights(0.25)
        >>> model.output.weight.norm(dim=1).max() < 0.2501
        tensor(True)
        """
        self.output.weight.copy_(self.output.weight.renorm(2, 0, most))


@register(
    "text-cnn-mini",
    paper=f"After {PAPER}",
    year=2014,
    task="text",
    recipe=Recipe(epochs=5, batch_size=50, optimizer="adamw", lr=0.005, weight_decay=0.01),
)
def text_cnn_mini(*, vocabulary: int = 1000, classes: int = 2) -> TextCNN:
    """Build the network with words of 32 elements and 50 filters of each width, for small vocabularies.

    Args:
        vocabulary: how many words there are, padding included.
        classes: how many there are to tell apart.

    >>> text_cnn_mini().output.weight.shape
    torch.Size([2, 150])
    """
    return TextCNN(vocabulary=vocabulary, classes=classes, words=32, filters=50)
