"""The CustomResourceDefinitions of policies, generated from the parser's limits and the installed keywords."""

from __future__ import annotations

from zen_gc_core.engine.crds.definitions import crd_documents, dump

__all__ = ["crd_documents", "dump"]
