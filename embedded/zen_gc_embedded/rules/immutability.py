"""What an update may not change in a built-in object that is otherwise kept as it comes.

From ``ValidateConfigMapUpdate``, ``ValidateSecretUpdate`` and ``ValidatePodUpdate`` in
``pkg/apis/core/validation``.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from zen_gc_embedded import causes
from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_embedded.causes import Cause

_DETAIL = "field is immutable when `immutable` is set"
_POD_DETAIL = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_POD_FREE = ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds")


def forbidden_changes(kind: str, old: Object, new: Object) -> Iterator[Cause]:
    """The changes that may not be made to an object of a built-in kind.

    Args:
        kind: The kind.
        old: The object as it is stored.
        new: The object as it shall be.
    """
    if kind in {"ConfigMap", "Secret"} and old.get("immutable"):
        if not new.get("immutable"):
            yield causes.disallowed("immutable", _DETAIL)
        for field in ("data", "binaryData"):
            if mapping(old.get(field)) != mapping(new.get(field)):
                yield causes.disallowed(field, _DETAIL)
    if kind == "Pod" and _fixed_part(old) != _fixed_part(new):
        yield causes.disallowed("spec", _POD_DETAIL)


def _fixed_part(content: Object) -> Object:
    spec = copy.deepcopy(mapping(content.get("spec")))
    for field in _POD_FREE:
        spec.pop(field, None)
    for container in [*items(spec.get("containers")), *items(spec.get("initContainers"))]:
        mapping(container).pop("image", None)
    return spec
