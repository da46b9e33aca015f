"""What is told of a run: log, events, metrics and status, four voices of one report."""
