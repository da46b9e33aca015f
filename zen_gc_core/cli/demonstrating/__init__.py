"""What ``demo`` shows: its cluster, its objects and its policies."""
