"""Returns, made of the books alone."""
