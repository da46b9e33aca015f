"""One run of one policy: prepared, swept, planned, carried out, followed up; the fence and the rate."""
