"""Texts for who begins: first policies, and the reference of keywords."""
