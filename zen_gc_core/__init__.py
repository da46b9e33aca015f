"""zen-gc: decide which Kubernetes objects have outlived their use, prove the decision, remove them safely."""

__version__ = "0.1.0"
