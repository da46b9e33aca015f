"""The CustomResourceDefinitions: of both kinds of policy, from the parser's limits and the keywords; and of the recycle bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from zen_gc_core.engine.crds.custom_resource import custom_resource
from zen_gc_core.engine.crds.recycled_schema import recycled_definitions
from zen_gc_core.engine.crds.spec_schema import spec_schema
from zen_gc_core.engine.crds.status_schema import status_schema
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.vocabulary import Vocabulary

_COLUMNS: Final = (
    ("Phase", "string", ".status.phase"),
    ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
    ("Reason", "string", '.status.conditions[?(@.type=="Ready")].reason'),
    ("Matched", "integer", ".status.resourcesMatched"),
    ("Due", "integer", ".status.lastRun.due"),
    ("Deleted", "integer", ".status.resourcesDeleted"),
    ("Pending", "integer", ".status.resourcesPending"),
    ("Last Run", "date", ".status.lastGCRun"),
    ("Next Run", "string", ".status.nextGCRun"),
    ("Age", "date", ".metadata.creationTimestamp"),
)
_WIDE_COLUMNS: Final = (
    ("Dry Run", "boolean", ".status.lastRun.dryRun"),
    ("Schedule", "string", ".status.schedule"),
    ("Oldest Due", "date", ".status.lastRun.oldestDue"),
)
"""Those of ``kubectl get -o wide``."""


def crd_documents(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """The CustomResourceDefinitions of both kinds of policy, and of both kinds of copies in the recycle bin.

    Args:
        vocabulary: The installed keywords; what is not among them is still accepted and kept by the server.
    """
    return [
        _definition(vocabulary, NAMESPACED, "garbagecollectionpolicies", "Namespaced", ("gcp", "gcpolicy")),
        _definition(vocabulary, CLUSTER, "clustergarbagecollectionpolicies", "Cluster", ("cgcp", "cgcpolicy")),
        *recycled_definitions(),
    ]


def dump(documents: Sequence[dict[str, Any]]) -> str:
    """The documents as YAML; the same text for the same documents."""
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120, explicit_start=True)


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice: anchors are not for people."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the same for everything
        return True


def _definition(
    vocabulary: Vocabulary, kind: str, plural: str, scope: str, short_names: Sequence[str]
) -> dict[str, Any]:
    return custom_resource(
        kind,
        plural,
        scope,
        short_names,
        description="Which Kubernetes objects have outlived their use, and what becomes of them.",
        columns=_COLUMNS,
        wide_columns=_WIDE_COLUMNS,
        spec=spec_schema(vocabulary),
        status=status_schema(),
    )
