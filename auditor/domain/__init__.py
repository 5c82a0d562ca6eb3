"""Floor 0: the nouns of an audit. Standard library only, frozen, no input or output."""
