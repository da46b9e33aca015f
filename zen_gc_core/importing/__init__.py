"""Policies of other tools, as policies of zen-gc that never delete more than the original would.

A package a tool, with what its policies become, and a small reference of what they mean, by which the two are compared.
Pure: what is read from files and clusters, and what is printed, is the shell's.
"""
