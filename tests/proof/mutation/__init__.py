"""Mutation testing: what stands before a delete is written differently, a place at a time, and some test has to notice."""
