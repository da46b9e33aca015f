"""Kyverno: CleanupPolicies, DeletingPolicies, and the label by which objects say when they go."""
