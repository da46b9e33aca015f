"""Properties: what holds of every policy over all objects, asked of random ones."""
