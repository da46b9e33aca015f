"""Where objects keep their count of replicas: Kubernetes' own kinds by a table, custom kinds as their definition says.

Of a custom kind that is the ``specReplicasPath`` of its scale subresource, in the version that is asked for. What is not
known is never guessed: a count that is written elsewhere would do nothing, or something else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCALABLE: Final[Mapping[tuple[str, str], str]] = {
    ("apps", "Deployment"): "deploy",
    ("apps", "StatefulSet"): "sts",
    ("apps", "ReplicaSet"): "rs",
    ("", "ReplicationController"): "rc",
}
"""The groups and kinds whose count is ``spec.replicas``, 1 unless it is given; with their short names."""

REPLICAS: Final = FieldPath.parse("spec.replicas")
DEFINITION: Final = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
CountPath: TypeAlias = "Callable[[str, str], FieldPath]"
"""Where objects of a group and version and of a kind keep their count; raises CountNotKnown."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


class CountNotKnown(Undecided):
    """Raised where it is not known in which field a kind keeps its count of replicas.

    Args:
        why: Why, in one line that quotes no object.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.told = why


class NoCountError(CountNotKnown):
    """Raised for a kind of which it is known that it has no such field."""


def by_table(api_version: str, kind: str) -> FieldPath:
    """Where a kind keeps its count, as far as that is known of Kubernetes' own kinds.

    Args:
        api_version: Group and version.
        kind: The kind.

    Raises:
        CountNotKnown: Of this one it is not.
    """
    if (group_of(api_version), kind) in SCALABLE:
        return REPLICAS
    raise CountNotKnown(f"where {kind} objects keep their count of replicas is not known")


class CountPaths:
    """Where kinds keep their count: Kubernetes' own by the table, custom kinds as their definition says.

    Each definition is looked at once, so what is known of it is as old as this.

    Args:
        definition_of: The CustomResourceDefinition of a group and version and of a kind, decoded; raises CountNotKnown
            where there is none to be read.
    """

    def __init__(self, definition_of: Callable[[str, str], Mapping[str, Any]]) -> None:
        self._definition_of = definition_of
        self._known: dict[tuple[str, str], FieldPath | CountNotKnown] = {}

    def __call__(self, api_version: str, kind: str) -> FieldPath:
        """Where objects of a group and version and of a kind keep their count.

        Raises:
            CountNotKnown: That is not known; NoCountError: they have none.
        """
        if (group_of(api_version), kind) in SCALABLE:
            return REPLICAS
        key = (api_version, kind)
        if key not in self._known:
            try:
                self._known[key] = by_definition(self._definition_of(api_version, kind), api_version, kind)
            except CountNotKnown as doubt:
                self._known[key] = doubt
        found = self._known[key]
        if isinstance(found, CountNotKnown):
            raise found.with_traceback(None)
        return found


def is_definition_of(definition: Any, group: str, kind: str) -> bool:
    """Whether a document is the definition of a custom kind.

    Args:
        definition: The document, decoded.
        group: The group of the kind.
        kind: The kind.
    """
    spec = definition.get("spec") if isinstance(definition, dict) else None
    if not isinstance(spec, dict) or not isinstance(names := spec.get("names"), dict):
        return False
    return (spec.get("group"), names.get("kind")) == (group, kind)


def by_definition(definition: Mapping[str, Any], api_version: str, kind: str) -> FieldPath:
    """Where a custom kind keeps its count, as its definition says.

    Args:
        definition: Its CustomResourceDefinition, decoded.
        api_version: Group and version of the objects.
        kind: The kind.

    Raises:
        NoCountError: It has none in this version.
        CountNotKnown: The definition does not say, or is of another kind.
    """
    version = api_version.rpartition("/")[2]
    what = f"the CustomResourceDefinition of {kind}"
    if not is_definition_of(definition, group_of(api_version), kind):
        raise CountNotKnown(f"{what} is that of another kind")
    versions = definition["spec"].get("versions")
    for each in versions if isinstance(versions, list) else ():
        if isinstance(each, dict) and each.get("name") == version:
            return _path(each, f"{what}, in {version},")
    raise CountNotKnown(f"{what} has no version {version}")


def _path(version: Mapping[str, Any], what: str) -> FieldPath:
    resources = version.get("subresources")
    scale = resources.get("scale") if isinstance(resources, dict) else None
    if scale is None:
        raise NoCountError(f"{what} has no scale subresource, which would say where the count of replicas is")
    text = scale.get("specReplicasPath") if isinstance(scale, dict) else None
    dot, *names = text.split(".") if isinstance(text, str) else ["?"]
    if dot or len(names) < 2 or names[0] != "spec" or not all(map(_NAME.fullmatch, names)):
        raise CountNotKnown(f"{what} has a specReplicasPath that is no path below .spec")
    return FieldPath(tuple(names), ".".join(names))
