"""zen-gc's own actions keywords."""
