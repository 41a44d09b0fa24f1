"""Values as they are said to people."""


def count(number: int, word: str) -> str:
    """Return a number with its noun.

    >>> count(1, "error"), count(12345, "image")
    ('1 error', '12,345 images')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return a time in words.

    >>> duration(8.26), duration(97), duration(7322)
    ('8.3 s', '1 min 37 s', '2 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds) // 60
    if minutes < 60:
        return f"{minutes} min {round(seconds) % 60} s"
    return f"{minutes // 60} h {minutes % 60} min"


def said(value: object) -> str:
    """Return a setting's value in words.

    >>> said(True), said(0.1), said((28, 28))
    ('yes', '0.1', '28, 28')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
