"""The commands, one module each: its options, what it asks of the rooms, its exit code."""
