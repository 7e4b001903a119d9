"""The mark of texts that people read in their own language; where they stand, nothing is translated yet."""


def N_(text: str) -> str:  # noqa: N802 - the customary mark
    """Marks a text for translation where it stands; it is translated where it is shown."""
    return text
