"""A clean-up by hand, ``run``: what it is about, what it refuses, the question, the run, and what became of it."""
