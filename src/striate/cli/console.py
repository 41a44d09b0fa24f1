"""Where the command line writes to."""

from rich.console import Console

# No highlighting: numbers and paths stay as plain as the text around them
output = Console(highlight=False, markup=False, emoji=False)
errors = Console(highlight=False, markup=False, emoji=False, stderr=True)
