"""Chaos: three replicas, everything changing all the time, and leaders that die, sleep, or are cut off."""
