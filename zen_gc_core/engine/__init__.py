"""The engine: policy + objects + now → plan. Pure: no client, clock, metrics or logging in here."""
