"""How a report begins: the titles by which it is known, and what delimits its cells."""

from adapters.text import DELIMITERS, heading

_BEGINNING = 20_000


def first_words(text: str) -> list[str]:
    """Return the beginning's lines as headings, without what delimits or quotes them."""
    return [heading(line.strip('\ufeff\t,; "')) for line in text[:_BEGINNING].splitlines()]


def delimiter_behind(word: str, text: str) -> str:
    """Return what stands behind the first cell of the line that begins with a word.

    Cells may hold more delimiters than there are between them, as answers do.
    """
    for line in text.splitlines():
        begins = line.lstrip('\ufeff" ').casefold()
        if begins.startswith(word):
            behind = begins[len(word) : len(word) + 2].lstrip('"')[:1]
            return behind if behind in DELIMITERS else ","
    return max(DELIMITERS, key=text.count)
