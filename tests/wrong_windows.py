"""Windows that no pooling over two axes can have, and what its refusal must say."""

WRONG = [
    ({"kernel_size": 0}, "kernel_size must be at least 1, but got 0"),
    ({"kernel_size": (2, 2, 2)}, "kernel_size must be an int or 2 ints, one an axis, but got 3"),
    ({"kernel_size": 2, "stride": 0}, "stride must be at least 1, but got 0"),
    ({"kernel_size": 2, "padding": "half"}, "padding must be one of 'valid', .* but got 'half'"),
]
