"""Teeth: every guard has a mutant without it, and a scenario that catches the mutant and passes without it.

A mutant is patched into the program by ``launch``, which then starts it; the product has no flag for any of this.
"""
