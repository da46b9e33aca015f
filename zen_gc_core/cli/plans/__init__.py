"""Plans: made over files or a cluster, shown, and saved."""
