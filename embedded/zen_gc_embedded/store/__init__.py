"""The store: objects as JSON bytes, by key, with revisions, a log of changes, and snapshots.

It knows no kinds and no rules: what may be written is decided above it.
"""
