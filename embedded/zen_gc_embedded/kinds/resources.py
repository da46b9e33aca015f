"""What a resource is: its names, its scope, and in which of the API server's habits it differs.

Data only. The built-in resources are listed in ``builtin_resources``; custom ones come from
``definitions``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_embedded.kinds.columns import Column
    from zen_gc_embedded.kinds.structural import Structure

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


class Naming(Enum):
    """The rule that ``metadata.name`` follows (Kubernetes, "Object Names and IDs")."""

    SUBDOMAIN = "subdomain"
    LABEL = "label"
    LABEL_1035 = "label 1035"
    PATH_SEGMENT = "path segment"


class Deletion(Enum):
    """What a DELETE that removes the object at once answers."""

    STATUS = "a Status"
    OBJECT = "the object"
    GRACEFUL = "the object, which may have a grace period (Pods)"


class EventForm(Enum):
    """In which of its two versions an Event is served; it is stored as ``core/v1``."""

    CORE = "v1"
    EVENTS = "events.k8s.io/v1"


class ResourceId(NamedTuple):
    """The key of a resource in the registry."""

    group: str
    version: str
    plural: str


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource in one version.

    Args:
        group: The API group; empty for the core group.
        version: The version within the group.
        plural: The name in URLs.
        kind: The kind of its objects.
        singular: The singular name; empty: the kind in lower case.
        list_kind: The kind of its lists; empty: the kind with ``List``.
        namespaced: Whether objects live in namespaces.
        short_names: The short names for kubectl.
        categories: The categories for kubectl (``all``).
        subresources: Names of subresources; ``status`` separates the status.
        verbs: What the resource can do.
        fields: What field selectors may ask beside name and namespace: label → path in the object.
        generation: Whether ``metadata.generation`` counts changes.
        naming: The rule for names.
        deletion: What a DELETE answers.
        unconditional: Whether a PUT needs no resourceVersion.
        create_on_update: Whether a PUT creates what is missing.
        columns: The columns of its Table.
        structure: The structural schema of a custom resource; None for a built-in one.
        event_form: How Events are written in this version; None for any other kind.
    """

    group: str
    version: str
    plural: str
    kind: str
    singular: str = ""
    list_kind: str = ""
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    fields: Mapping[str, str] = field(default_factory=dict)
    generation: bool = False
    naming: Naming = Naming.SUBDOMAIN
    deletion: Deletion = Deletion.STATUS
    unconditional: bool = True
    create_on_update: bool = False
    columns: tuple[Column, ...] = ()
    structure: Structure | None = None
    event_form: EventForm | None = None

    @cached_property
    def id(self) -> ResourceId:
        """The key of the resource in the registry."""
        return ResourceId(self.group, self.version, self.plural)

    @cached_property
    def group_version(self) -> str:
        """The ``apiVersion`` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @cached_property
    def qualified(self) -> str:
        """The plural with its group, as errors name it (``jobs.batch``)."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @cached_property
    def qualified_kind(self) -> str:
        """The kind with its group, as validation errors name it (``Job.batch``)."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @cached_property
    def singular_name(self) -> str:
        """The singular name."""
        return self.singular or self.kind.lower()

    @cached_property
    def list_name(self) -> str:
        """The kind of its lists."""
        return self.list_kind or f"{self.kind}List"

    @cached_property
    def store(self) -> str:
        """The name of the store; all versions of a resource, and both kinds of Event, have one."""
        return "events" if self.event_form else self.qualified

    @cached_property
    def has_status(self) -> bool:
        """Whether the status is written through ``/status`` only."""
        return "status" in self.subresources

    @cached_property
    def opening(self) -> bytes:
        """The begin of an object of this kind in JSON, up to its metadata."""
        return f'{{"apiVersion":"{self.group_version}","kind":"{self.kind}",'.encode()

    def key(self, namespace: str, name: str) -> str:
        """The key of an object in the store; keys sort as they do in etcd."""
        return f"{namespace}/{name}" if self.namespaced else name
