"""zen-gc's own conditions keywords."""
