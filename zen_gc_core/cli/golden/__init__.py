"""Golden folders: what they hold, what they expect, and the comparison."""
