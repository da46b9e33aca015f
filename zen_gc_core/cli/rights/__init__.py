"""The rights that policies need: as roles, what is missing of them, and what is too many."""
