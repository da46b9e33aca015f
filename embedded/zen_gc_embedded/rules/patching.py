"""The patch types: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7386), strategic merge, and apply.

Each takes the present object and the patch, and gives the object as it shall be.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import jsonpatch
import orjson
import yaml

from zen_gc_embedded.rules.strategic import strategic_merge
from zen_gc_embedded.statuses import StatusError, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_embedded.store.objects import Object

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


def patch_types(*, custom: bool) -> tuple[str, ...]:
    """The patch types that a resource takes; custom resources have no strategic merge."""
    return (JSON_PATCH, MERGE_PATCH, *(() if custom else (STRATEGIC_PATCH,)), APPLY_PATCH)


def patched(content: Object, patch: Any, media_type: str) -> Object:
    """The object after a patch.

    Args:
        content: The present object; it is left alone.
        patch: The decoded patch.
        media_type: One of the patch types other than apply.

    Raises:
        StatusError: 400 for a patch that cannot be read, 422 for one that cannot be applied.
    """
    rule = _RULES[media_type]
    result = rule(copy.deepcopy(content), patch)
    if not isinstance(result, dict) or not isinstance(result.get("metadata"), dict):
        raise bad_request("the patch leaves no object")
    return result


def merge(value: Any, patch: Any) -> Any:
    """A value after a JSON Merge Patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, inner in patch.items():
        if inner is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), inner)
    return result


def decode_patch(body: bytes, media_type: str) -> Any:
    """Decode the body of a PATCH.

    Raises:
        StatusError: 400, it is neither JSON nor, for apply, YAML.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if media_type != APPLY_PATCH:
            raise bad_request(f"error decoding patch: {error}") from error
    return decode_yaml(body)


def decode_yaml(body: bytes) -> Any:
    """Decode YAML as Kubernetes does: with the types of JSON, so that a date stays text.

    Raises:
        StatusError: 400, it is not YAML.
    """
    try:
        value = yaml.load(body, Loader=_Loader)  # noqa: S506  a safe loader with fewer types
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except (yaml.YAMLError, orjson.JSONEncodeError, UnicodeDecodeError) as error:
        raise bad_request(f"error decoding YAML: {' '.join(str(error).split())}") from error


class _Loader(yaml.SafeLoader):
    """The safe loader without timestamps."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _json_patch(content: Object, patch: Any) -> Any:
    if not isinstance(patch, list):
        raise bad_request("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    try:
        return jsonpatch.JsonPatch(patch).apply(content)
    except jsonpatch.JsonPatchTestFailed as error:
        raise StatusError(
            422, "Invalid", f"the server rejected our request due to an error in our request: {error}"
        ) from error
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, AttributeError, TypeError) as error:
        message = f"the server rejected our request due to an error in our request: {' '.join(str(error).split())}"
        raise StatusError(422, "Invalid", message) from error


def _merge_patch(content: Object, patch: Any) -> Any:
    if not isinstance(patch, dict):
        raise bad_request("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}")
    return merge(content, patch)


def _strategic_patch(content: Object, patch: Any) -> Any:
    if not isinstance(patch, dict):
        raise bad_request("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}")
    return strategic_merge(content, patch)


_RULES: Mapping[str, Callable[[Object, Any], Any]] = {
    JSON_PATCH: _json_patch,
    MERGE_PATCH: _merge_patch,
    STRATEGIC_PATCH: _strategic_patch,
}
