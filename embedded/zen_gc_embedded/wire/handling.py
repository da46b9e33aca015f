"""The verbs: what each method does to a resource, from a decoded call to an answer.

HTTP is ``serving``'s; the rules for objects are in ``creating``, ``updating`` and ``deleting``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_embedded import causes
from zen_gc_embedded.forms import queries, rendering, reviews
from zen_gc_embedded.rules import naming, patching
from zen_gc_embedded.rules.applying import Applier, applied
from zen_gc_embedded.rules.creating import create
from zen_gc_embedded.rules.deleting import DeleteOptions, delete
from zen_gc_embedded.rules.evicting import evict
from zen_gc_embedded.rules.updating import Write, update
from zen_gc_embedded.statuses import (
    bad_request,
    invalid,
    method_not_allowed,
    not_found,
    success,
    unsupported_media,
    unsupported_patch,
    version_too_large,
)
from zen_gc_embedded.store.objects import Object, items, mapping
from zen_gc_embedded.wire import bodies
from zen_gc_embedded.wire.answers import Answer, json_answer
from zen_gc_embedded.wire.listing import list_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_embedded.forms.views import View
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.objects import Record
    from zen_gc_embedded.wire.routing import Route


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that has found its resource.

    Args:
        state: The cluster.
        route: Where it goes.
        method: The HTTP method.
        query: The query parameters.
        content_type: The Content-Type header.
        body: The body.
        view: What the answer shows.
        user: Who asks.
        lifetime: How long continue tokens hold, in seconds.
    """

    state: State
    route: Route
    method: str
    query: Mapping[str, str]
    content_type: str
    body: bytes
    view: View
    user: str
    lifetime: float

    @property
    def resource(self) -> Resource:
        """The resource."""
        return self.route.resource

    @property
    def namespace(self) -> str:
        """The namespace; empty when there is none."""
        return self.route.namespace or ""

    def rendered(self, record: Record, status: int = 200, warnings: tuple[str, ...] = ()) -> Answer:
        """The answer that shows one object."""
        return Answer(rendering.one(self.resource, record, self.view), status, warnings=warnings)


def act(call: Call) -> Answer:
    """Carry out a call other than a watch.

    Raises:
        StatusError: It fails; the error is the answer.
    """
    verb = _VERBS.get((call.method, bool(call.route.name)))
    if verb is None:
        raise method_not_allowed()
    name, rule = verb
    if not call.route.subresource and name not in call.resource.verbs:
        raise method_not_allowed()
    return rule(call)


def _get(call: Call) -> Answer:
    record = call.state.record(call.resource, call.namespace, call.route.name)
    wanted, current = queries.revision(call.query), call.state.storage.revision
    if wanted > current:
        raise version_too_large(wanted, current)
    return call.rendered(record)


def _list(call: Call) -> Answer:
    page = list_page(call.state, call.resource, call.route.namespace, call.query, call.lifetime)
    return Answer(rendering.many(call.resource, page.records, page.metadata, call.view))


def _create(call: Call) -> Answer:
    if call.resource.namespaced and call.route.namespace is None:
        raise method_not_allowed()
    content = bodies.decode(call.body, call.content_type, call.resource.kind)
    bodies.check_kind(call.resource, content)
    if call.resource.kind in reviews.KINDS:
        return json_answer(reviews.review(content, call.resource, call.user), 201)
    dry_run = queries.check_write(call.query, "CreateOptions")
    warnings = bodies.conform(call.resource, content, call.query) + _finalizer_warnings(call, content)
    record = create(call.state, call.resource, call.namespace, content, dry_run=dry_run)
    return call.rendered(record, 201, warnings)


def _finalizer_warnings(call: Call, content: Object) -> tuple[str, ...]:
    if call.resource.structure is None:
        return ()
    return naming.finalizer_warnings(items(mapping(content.get("metadata")).get("finalizers")))


def _create_below(call: Call) -> Answer:
    if call.route.subresource != "eviction":
        raise method_not_allowed()
    content = bodies.decode(call.body, call.content_type, "Eviction")
    options = DeleteOptions.parse(mapping(content.get("deleteOptions")))
    evict(call.state, call.resource, call.namespace, call.route.name, options)
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    return json_answer(status, 201)


def _replace(call: Call) -> Answer:
    content = bodies.decode(call.body, call.content_type, call.resource.kind)
    bodies.check_kind(call.resource, content)
    dry_run = queries.check_write(call.query, "UpdateOptions")
    _check_name(content, call.route.name)
    old = call.state.find(call.resource, call.namespace, call.route.name)
    warnings = bodies.conform(call.resource, content, call.query)
    if old is None:
        if not call.resource.create_on_update or call.route.subresource:
            raise not_found(call.resource, call.route.name)
        record = create(call.state, call.resource, call.namespace, content, dry_run=dry_run)
        return call.rendered(record, 201, warnings)
    record = update(call.state, call.resource, old, content, Write(call.route.subresource, dry_run, precise=True))
    return call.rendered(record, 200, warnings)


def _check_name(content: Object, name: str) -> None:
    written = mapping(content.get("metadata")).get("name") or ""
    if written != name:
        raise bad_request(f"the name of the object ({written}) does not match the name on the URL ({name})")


def _patch(call: Call) -> Answer:
    media = bodies.media_type(call.content_type)
    accepted = patching.patch_types(custom=call.resource.structure is not None)
    if media not in accepted:
        raise unsupported_media(accepted) if call.resource.structure is not None else unsupported_patch()
    dry_run = queries.check_write(call.query, "PatchOptions")
    patch = patching.decode_patch(call.body, media)
    if media == patching.APPLY_PATCH:
        return _apply(call, patch, dry_run=dry_run)
    old = call.state.record(call.resource, call.namespace, call.route.name)
    content = patching.patched(bodies.present(call.resource, old), patch, media)
    bodies.check_kind(call.resource, content)
    warnings = bodies.conform(call.resource, content, call.query, patch=True)
    record = update(call.state, call.resource, old, content, Write(call.route.subresource, dry_run))
    return call.rendered(record, 200, warnings)


def _apply(call: Call, configuration: Object, *, dry_run: bool) -> Answer:
    manager = call.query.get("fieldManager", "")
    if not manager:
        cause = causes.required("fieldManager", "is required for apply patch")
        raise invalid("meta.k8s.io", "PatchOptions", "", [cause])
    if not isinstance(configuration, dict):
        raise bad_request("error decoding YAML: it is no object")
    bodies.check_kind(call.resource, configuration)
    metadata = configuration["metadata"]
    if metadata.get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    metadata.setdefault("name", call.route.name)
    _check_name(configuration, call.route.name)
    old = call.state.find(call.resource, call.namespace, call.route.name)
    if old is None and call.route.subresource:
        raise not_found(call.resource, call.route.name)
    live = bodies.present(call.resource, old) if old else {}
    force = queries.flag(call.query, "force")
    content = applied(call.resource, live, configuration, Applier(manager, call.state.stamp(), force=force))
    warnings = bodies.conform(call.resource, content, call.query)
    if old is None:
        record = create(call.state, call.resource, call.namespace, content, dry_run=dry_run)
        return call.rendered(record, 201, warnings)
    record = update(call.state, call.resource, old, content, Write(call.route.subresource, dry_run))
    return call.rendered(record, 200, warnings)


def _delete_options(call: Call) -> DeleteOptions:
    """The options of a DELETE: its body or, only when that is empty, its query, as the API server reads them."""
    if call.body:
        return DeleteOptions.parse(bodies.decode(call.body, call.content_type, "DeleteOptions"))
    query = call.query
    found: Object = {}
    if "gracePeriodSeconds" in query:
        found["gracePeriodSeconds"] = queries.number(query, "gracePeriodSeconds")
    if "propagationPolicy" in query:
        found["propagationPolicy"] = query["propagationPolicy"]
    if "orphanDependents" in query:
        found["orphanDependents"] = queries.flag(query, "orphanDependents")
    if "dryRun" in query:
        found["dryRun"] = [query["dryRun"]]
    return DeleteOptions.parse(found)


def _delete(call: Call) -> Answer:
    if call.route.subresource:
        raise method_not_allowed()
    options = _delete_options(call)
    done = delete(call.state, call.resource, call.namespace, call.route.name, options)
    status = 202 if options.accepted and not done.gone else 200
    if done.shown:
        return call.rendered(done.record, status)
    return json_answer(success(call.resource, call.route.name, str(done.record.metadata()["uid"])), status)


def _delete_collection(call: Call) -> Answer:
    options = _delete_options(call)
    page = list_page(call.state, call.resource, call.route.namespace, call.query, call.lifetime)
    for record in page.records:
        metadata = record.metadata()
        if call.state.find(call.resource, metadata.get("namespace", ""), metadata["name"]) is not None:
            delete(call.state, call.resource, metadata.get("namespace", ""), metadata["name"], options)
    return Answer(rendering.many(call.resource, page.records, page.metadata, call.view))


_VERBS: Mapping[tuple[str, bool], tuple[str, Callable[[Call], Answer]]] = {
    ("GET", True): ("get", _get),
    ("GET", False): ("list", _list),
    ("POST", False): ("create", _create),
    ("POST", True): ("create", _create_below),
    ("PUT", True): ("update", _replace),
    ("PATCH", True): ("patch", _patch),
    ("DELETE", True): ("delete", _delete),
    ("DELETE", False): ("deletecollection", _delete_collection),
}
