"""The ``Status`` objects that the server answers, in the words of the Kubernetes API server.

The texts follow ``k8s.io/apimachinery/pkg/api/errors``; nothing here decides when they are due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_embedded.causes import Cause
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object

LOCK_MESSAGE = "the object has been modified; please apply your changes to the latest version and try again"


class StatusError(EmbeddedError):
    """An answer that is a failure.

    Args:
        code: The HTTP status.
        reason: The machine-readable reason (``NotFound``).
        message: One line for people.
        details: The ``details`` of the Status.
        continue_token: A token in the metadata of the Status (410 on a continue token).
    """

    def __init__(
        self, code: int, reason: str, message: str, details: Object | None = None, continue_token: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.continue_token = continue_token

    def body(self) -> Object:
        """The Status object."""
        status: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {"continue": self.continue_token} if self.continue_token else {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = self.details
        return {**status, "code": self.code}

    @property
    def retry_after(self) -> int:
        """Seconds for the ``Retry-After`` header; 0 for none."""
        return int((self.details or {}).get("retryAfterSeconds", 0))


def details_of(resource: Resource, name: str, **more: Any) -> Object:
    """The ``details`` that name an object of a resource."""
    group = {"group": resource.group} if resource.group else {}
    return {"name": name, **group, "kind": resource.plural, **more}


def success(resource: Resource, name: str, uid: str) -> Object:
    """The Status of a DELETE that removed an object."""
    details = details_of(resource, name, uid=uid)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def not_found(resource: Resource, name: str) -> StatusError:
    """404: the object is not there."""
    return StatusError(404, "NotFound", f'{resource.qualified} "{name}" not found', details_of(resource, name))


def unknown_path() -> StatusError:
    """404: there is no such resource."""
    return StatusError(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(resource: Resource, name: str, *, terminating: bool) -> StatusError:
    """409: a POST of a name that is taken, if only by an object that is about to go."""
    message = f'{"object is being deleted: " if terminating else ""}{resource.qualified} "{name}" already exists'
    return StatusError(409, "AlreadyExists", message, details_of(resource, name))


def conflict(resource: Resource, name: str, why: str = LOCK_MESSAGE) -> StatusError:
    """409: the object is not in the state that the request expects."""
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return StatusError(409, "Conflict", message, details_of(resource, name))


def precondition_failed(resource: Resource, name: str, why: str) -> StatusError:
    """409: a precondition of a DELETE does not hold; it names the kind where others name the plural."""
    message = f'Operation cannot be fulfilled on {resource.qualified_kind} "{name}": {why}'
    return StatusError(409, "Conflict", message, {**details_of(resource, name), "kind": resource.kind})


def forbidden(resource: Resource, name: str, why: str, causes: Sequence[Object] = ()) -> StatusError:
    """403: the request is understood and refused."""
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    more = {"causes": list(causes)} if causes else {}
    return StatusError(403, "Forbidden", f"{subject} is forbidden: {why}", details_of(resource, name, **more))


def bad_request(message: str) -> StatusError:
    """400: the request itself is wrong."""
    return StatusError(400, "BadRequest", message)


def invalid(group: str, kind: str, name: str, causes: Iterable[Cause]) -> StatusError:
    """422: the object breaks a rule; all broken ones are named.

    Args:
        group: The API group of the kind.
        kind: The kind.
        name: The name of the object.
        causes: The problems, in the order in which they are shown.
    """
    found = list(causes)
    distinct = list(dict.fromkeys(map(str, found)))
    shown = distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"
    qualified = f"{kind}.{group}" if group else kind
    details: Object = {"name": name} if name else {}
    details |= {"group": group} if group else {}
    details |= {"kind": kind, "causes": [{"reason": c.type, "message": c.message, "field": c.field} for c in found]}
    return StatusError(422, "Invalid", f'{qualified} "{name}" is invalid: {shown}', details)


def invalid_object(resource: Resource, name: str, causes: Iterable[Cause]) -> StatusError:
    """422 for an object of a resource."""
    return invalid(resource.group, resource.kind, name, causes)


def expired(message: str, continue_token: str = "") -> StatusError:
    """410: the wanted revision is compacted."""
    return StatusError(410, "Expired", message, continue_token=continue_token)


def version_too_large(wanted: int, current: int) -> StatusError:
    """504: the wanted revision is ahead of the server."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {wanted}, current: {current}"
    return StatusError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def apply_conflict(fields: Sequence[tuple[str, str]]) -> StatusError:
    """409: an apply would take fields away from other managers.

    Args:
        fields: The managers, each with the path of its field.
    """
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": path}
        for manager, path in fields
    ]
    told = "; ".join(f'conflict with "{manager}": {path}' for manager, path in fields)
    noun = "conflict" if len(fields) == 1 else "conflicts"
    return StatusError(409, "Conflict", f"Apply failed with {len(fields)} {noun}: {told}", {"causes": causes})


def internal(message: str) -> StatusError:
    """500: what the API server fails at instead of refusing it; such a Status has no reason."""
    return StatusError(500, "", message)


def unauthorized() -> StatusError:
    """401: no token, or a wrong one."""
    return StatusError(401, "Unauthorized", "Unauthorized")


def method_not_allowed() -> StatusError:
    """405: the resource does not serve this method."""
    message = "the server does not allow this method on the requested resource"
    return StatusError(405, "MethodNotAllowed", message, {})


def unsupported_media(accepted: Sequence[str]) -> StatusError:
    """415: the body is in an unknown format."""
    types = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {types}"
    return StatusError(415, "UnsupportedMediaType", message)


def unsupported_patch() -> StatusError:
    """415: a PATCH of no known type."""
    return StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


def not_acceptable(accepted: Sequence[str]) -> StatusError:
    """406: nothing that the client accepts can be served."""
    message = f"406: Not Acceptable\n\nAvailable representations: {', '.join(accepted)}"
    return StatusError(406, "NotAcceptable", message, {})


def too_large(limit: int) -> StatusError:
    """413: the body is over the limit, in bytes."""
    message = f"Request entity too large: limit is {limit}"
    return StatusError(413, "RequestEntityTooLarge", message)
