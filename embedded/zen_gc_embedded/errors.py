"""What goes wrong on this side of the wire; what the server answers over it is a ``StatusError``."""

from __future__ import annotations


class EmbeddedError(Exception):
    """The root of the errors of the embedded cluster; ``str(error)`` is one line."""


class UnusableError(EmbeddedError):
    """What was handed to the cluster cannot be used: an object without a name, a kind that it does not serve."""


class NotRunningError(EmbeddedError):
    """The cluster was asked for something that only a running one has."""
