"""zen-gc's own ttl keywords."""
