"""Retaining: which objects of a group a policy holds back, whatever their age.

``groups`` and ``ordering`` say of one object which group it is in and when; ``places`` holds the newest of each group
in one pass; ``tallies`` counts what falls out of all places as due; ``settling`` makes one answer of all lists.
"""
