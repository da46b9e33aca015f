"""What cannot be there, cannot match or cannot be equal: refused, warned of, undecided or decided; a table, and why.

Every row is a condition map or a policy's spec, on the object beside it. ``refused`` and ``warned`` are of reading the
policy; ``open`` and ``True`` or ``False`` are of judging the object, with nothing said when the policy was read.
"""

from __future__ import annotations

import json

import pytest

from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.judging import decide
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Protections
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.testing.keywords import run_of

NOW = "2026-06-01T00:00:00Z"
CONFIG_MAP = ("v1", "ConfigMap")
POD = ("v1", "Pod")
JOB = ("batch/v1", "Job")
ROLE = ("rbac.authorization.k8s.io/v1", "Role")
WIDGET = ("acme.io/v1", "Widget")


def made(kind=CONFIG_MAP, status=None, **metadata):
    """An object of a kind, made on New Year's Day."""
    api_version, name = kind
    head = {"name": "it", "namespace": "default", "creationTimestamp": "2026-01-01T00:00:00Z", **metadata}
    return {"apiVersion": api_version, "kind": name, "metadata": head, **({} if status is None else {"status": status})}


def policy(conditions=None, kind=CONFIG_MAP, target=None, **spec):
    """A policy over a kind; with a TTL of a day unless it has another."""
    api_version, name = kind
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", "namespace": "default"},
        "spec": {
            "targetResources": [{"apiVersion": api_version, "kind": name, **(target or {})}],
            "conditions": conditions or {},
            "ttl": {"afterCreation": "1d"},
            **spec,
        },
    }


BARE = made()
KEPT = made(labels={"keep": "true"})
OWNED = made(ownerReferences=[{"apiVersion": "argoproj.io/v1beta1", "kind": "Workflow", "name": "w", "uid": "1"}])
RUNNING = made(POD, {"phase": "Running"})

RUN = run_of({"now": NOW, "namespaces": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}]})

REFUSED, WARNED, OPEN = "refused", "warned", "open"

JMESPATH = [
    # bare words
    ("metadata.labels.env == preview", CONFIG_MAP, REFUSED, "'preview'"),
    ("metadata.labels.env != preview", CONFIG_MAP, REFUSED, "a text is written 'preview'"),
    ("preview == metadata.labels.env", CONFIG_MAP, REFUSED, "'preview'"),
    ("metadata.labels.keep != true", CONFIG_MAP, REFUSED, "`true`"),
    ("metadata.labels.keep == false", CONFIG_MAP, REFUSED, "`false`"),
    ("metadata.labels.keep == null", CONFIG_MAP, REFUSED, "`null`"),
    ("true == metadata.labels.keep", CONFIG_MAP, REFUSED, "`true`"),
    ("false != 'x'", CONFIG_MAP, REFUSED, "`false`"),
    ("status.phase != Running", POD, REFUSED, "'Running'"),
    ("status.conditions[?type == Ready]", POD, REFUSED, "'Ready'"),
    ("length(status.conditions[?status == true]) > `0`", POD, REFUSED, "`true`"),
    ("kind == Pod", POD, REFUSED, "'Pod'"),
    ("contains(metadata.labels.env, prod)", CONFIG_MAP, REFUSED, "'prod'"),
    ("!starts_with(metadata.name, keep)", CONFIG_MAP, REFUSED, "'keep'"),
    ("metadata.labels.env != prod", WIDGET, REFUSED, "'prod'"),
    ("spec.mode != active", WIDGET, REFUSED, "'active'"),
    # fields that are in no object
    ("!(metadata.annotation)", CONFIG_MAP, REFUSED, "did you mean 'annotations'?"),
    ("!(metadata.ownerReference)", CONFIG_MAP, REFUSED, "did you mean 'ownerReferences'?"),
    ("metadata.lables.env == 'x'", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("metadata.lables.env == 'x'", WIDGET, REFUSED, "did you mean 'labels'?"),
    ("!(metadata.labels.acme.com)", CONFIG_MAP, REFUSED, 'metadata.labels."acme.com"'),
    ("!(metadata.annotations.acme.io.keep)", CONFIG_MAP, REFUSED, "nothing below it"),
    ("!(object.metadata.annotations)", CONFIG_MAP, REFUSED, "leave out 'object'"),
    ("!(object.metadata.annotations)", WIDGET, REFUSED, "leave out 'object'"),
    ("!(labels.keep)", CONFIG_MAP, REFUSED, "did you mean metadata.labels?"),
    ("!(labels.keep)", WIDGET, REFUSED, "did you mean metadata.labels?"),
    ("phase == 'Failed'", POD, REFUSED, "did you mean status.phase?"),
    ("!(metadata.ownerReferences.kind)", CONFIG_MAP, REFUSED, "is a list"),
    ("!(metadata.ownerReferences[0].knd)", CONFIG_MAP, REFUSED, "did you mean 'kind'?"),
    ("!(metadata.ownerReferences[?knd == 'Job'])", CONFIG_MAP, REFUSED, "did you mean 'kind'?"),
    ("!(metadata.labels[0])", CONFIG_MAP, REFUSED, "has no element 0"),
    ("length(metadata.labels[*]) == `0`", CONFIG_MAP, REFUSED, "[] walks through lists"),
    ('!(metadata.labels."a b")', CONFIG_MAP, REFUSED, "cannot have the key"),
    ('!(metadata.annotations."keep/me/now")', CONFIG_MAP, REFUSED, "cannot have the key"),
    ("!(metadata.creationTimestamp.seconds)", CONFIG_MAP, REFUSED, "is text"),
    ("!(metadata.managedFields[0].tme)", CONFIG_MAP, REFUSED, "did you mean 'time'?"),
    ("!(data.config.yaml)", CONFIG_MAP, REFUSED, "nothing below it"),
    ("!(statuss)", POD, REFUSED, "did you mean 'status'?"),
    ("!(status.phase)", JOB, REFUSED, "a Job has no status.phase"),
    ("(status.phase || 'none') == 'none'", JOB, REFUSED, "a Job has no status.phase"),
    ("spec == `null`", CONFIG_MAP, REFUSED, "has no field 'spec'"),
    ("spec.mode == 'x'", CONFIG_MAP, WARNED, "has no field 'spec'"),
    ("statuss.phase == 'x'", WIDGET, WARNED, "did you mean 'status'?"),
    ("metadata.labels.keep == 'x' && false", CONFIG_MAP, REFUSED, "`false`"),
    # types
    ("[metadata.labels.keep] != `[true]`", CONFIG_MAP, REFUSED, "write 'true'"),
    ("metadata.labels.keep != `true`", CONFIG_MAP, REFUSED, "write 'true'"),
    ("metadata.labels.replicas != `3`", CONFIG_MAP, REFUSED, "write '3'"),
    ("metadata.labels.replicas > `3`", CONFIG_MAP, REFUSED, "to_number("),
    ('metadata.labels != `{"keep": true}`', CONFIG_MAP, REFUSED, "never equals true"),
    ("metadata.labels == 'keep'", CONFIG_MAP, REFUSED, "is a map"),
    ("metadata.finalizers != 'keep'", CONFIG_MAP, REFUSED, "is a list"),
    ("metadata.generation != '1'", CONFIG_MAP, REFUSED, "is a number"),
    ("metadata.generation == metadata.name", CONFIG_MAP, REFUSED, "never compare"),
    ("metadata.ownerReferences[0].controller != 'true'", CONFIG_MAP, REFUSED, "true or false"),
    ("contains(metadata.labels, 'keep')", CONFIG_MAP, REFUSED, "is a map"),
    ("starts_with(metadata.labels, 'keep')", CONFIG_MAP, REFUSED, "is a map"),
    ("length(metadata.generation) > `0`", CONFIG_MAP, REFUSED, "is a number"),
    ("!contains(metadata.name, `1`)", CONFIG_MAP, REFUSED, "never holds 1"),
    ("metadata.creationTimestamp > 'yesterday'", CONFIG_MAP, REFUSED, "is none"),
    ("metadata.creationTimestamp > '01.01.2026'", CONFIG_MAP, REFUSED, "is none"),
    # values
    ("kind != 'pod'", POD, REFUSED, "did you mean 'Pod'?"),
    ("kind == 'pod'", POD, WARNED, "did you mean 'Pod'?"),
    ("!(kind == 'pod')", POD, REFUSED, "did you mean 'Pod'?"),
    ("!(kind != 'pod')", POD, WARNED, "did you mean 'Pod'?"),
    ("apiVersion != 'apps/v1'", POD, REFUSED, "never 'apps/v1'"),
    ("metadata.labels.env != 'prod,staging'", CONFIG_MAP, REFUSED, "no label value"),
    ("metadata.labels.env == 'prod,staging'", CONFIG_MAP, WARNED, "no label value"),
    ("metadata.name != 'Keep'", CONFIG_MAP, REFUSED, "no name"),
    ("metadata.namespace != 'Prod Team'", CONFIG_MAP, REFUSED, "no namespace"),
    ("status.phase != 'running'", POD, REFUSED, "did you mean 'Running'?"),
    ("status.phase == 'running'", POD, WARNED, "did you mean 'Running'?"),
    ("metadata.creationTimestamp != 'yesterday'", CONFIG_MAP, REFUSED, "RFC 3339"),
    ("!starts_with(metadata.name, 'Keep-')", CONFIG_MAP, REFUSED, "never has 'K'"),
    ("starts_with(metadata.name, 'Keep-')", CONFIG_MAP, WARNED, "never has 'K'"),
    ("!contains(metadata.labels.env, 'a b')", CONFIG_MAP, REFUSED, "never has ' '"),
    ("!contains(metadata.finalizers, 'a b')", CONFIG_MAP, REFUSED, "a finalizer is never"),
    ("!contains(keys(metadata.labels), 'a b')", CONFIG_MAP, REFUSED, "the key of a label"),
    ("!contains(keys(metadata.labels || `{}`), 'a b')", CONFIG_MAP, REFUSED, "the key of a label"),
    ("metadata.ownerReferences[0].kind != 'workflows'", CONFIG_MAP, REFUSED, "capital letter"),
    ("(metadata.labels.env || 'none') != 'a b'", CONFIG_MAP, REFUSED, "no label value"),
    # what is only missing
    ("metadata.labels.onwer != 'ops'", CONFIG_MAP, OPEN, "metadata.labels.onwer is missing"),
    ("metadata.labels.env == 'x'", CONFIG_MAP, OPEN, "is missing"),
    ("!(metadata.labels.env == 'x')", CONFIG_MAP, OPEN, "is missing"),
    ("metadata.labels.a == metadata.labels.b", CONFIG_MAP, OPEN, "is missing"),
    ("'x' != metadata.labels.env", CONFIG_MAP, OPEN, "is missing"),
    ("!(spec.replicas > `0`)", WIDGET, OPEN, "is missing"),
    ("to_number(metadata.labels.n) < `3`", CONFIG_MAP, OPEN, "is null"),
    ('!contains(`["prod"]`, metadata.labels.env)', CONFIG_MAP, OPEN, "is missing"),
    ("!contains([metadata.labels.a, metadata.labels.b], 'keep')", CONFIG_MAP, OPEN, "is null"),
    ('[metadata.labels.env] != `["prod"]`', CONFIG_MAP, OPEN, "is null"),
    ('{e: metadata.labels.env} != `{"e": "prod"}`', CONFIG_MAP, OPEN, "is null"),
    ("to_string(metadata.labels.keep) != 'true'", CONFIG_MAP, OPEN, "is missing"),
    ("!contains(to_array(metadata.labels.keep), 'true')", CONFIG_MAP, OPEN, "is missing"),
    ("!contains(metadata.labels.env, 'x')", CONFIG_MAP, OPEN, "argument 1 is null"),
    ("length(metadata.labels.env) == `0`", CONFIG_MAP, OPEN, "argument 1 is null"),
    ("!starts_with(metadata.labels.env, 'x')", CONFIG_MAP, OPEN, "argument 1 is null"),
    ("not_null(metadata.labels.a, metadata.labels.b) != 'x'", CONFIG_MAP, OPEN, "is null"),
    ("metadata.ownerReferences[0].kind != 'Job'", CONFIG_MAP, OPEN, "is null"),
    ("length(spec.items[?state.code != `0`]) == `0`", WIDGET, OPEN, "is missing"),
    ("metadata.labels.a && metadata.labels.a != 'x'", CONFIG_MAP, OPEN, "yields null"),
    ("metadata.labels.a != 'x' && metadata.labels.a", CONFIG_MAP, OPEN, "is missing"),
    ("metadata.labels.a == 'x' || metadata.name == 'other'", CONFIG_MAP, OPEN, "is missing"),
    ("metadata.labels.a == 'x' || metadata.name == 'it'", CONFIG_MAP, True, ""),
    ("metadata.labels.a == 'x' && metadata.name == 'other'", CONFIG_MAP, False, ""),
    # absence that is asked for
    ("metadata.labels.keep == `null`", CONFIG_MAP, True, ""),
    ("metadata.labels.keep != `null`", CONFIG_MAP, False, ""),
    ("!(metadata.ownerReferences)", CONFIG_MAP, True, ""),
    ("!(metadata.labels)", CONFIG_MAP, True, ""),
    ("(metadata.labels.env || 'none') == 'none'", CONFIG_MAP, True, ""),
    ("not_null(metadata.labels.env, 'none') != 'prod'", CONFIG_MAP, True, ""),
    ("type(metadata.labels.env) == 'null'", CONFIG_MAP, True, ""),
    ("!contains(keys(metadata.labels || `{}`), 'keep')", CONFIG_MAP, True, ""),
    ("kind == 'ConfigMap'", CONFIG_MAP, True, ""),
    ("metadata.creationTimestamp < '2026-02'", CONFIG_MAP, True, ""),
    ("age(metadata.creationTimestamp) > `86400`", CONFIG_MAP, True, ""),
    ("metadata.name == 'it'", CONFIG_MAP, True, ""),
    ("@.metadata.name == 'it'", CONFIG_MAP, True, ""),
    ("starts_with(metadata.name, 'i')", CONFIG_MAP, True, ""),
]

CEL = [
    ("!has(object.metadata.ownerReference)", CONFIG_MAP, REFUSED, "did you mean 'ownerReferences'?"),
    ("has(object.metadata.ownerReference)", CONFIG_MAP, REFUSED, "did you mean 'ownerReferences'?"),
    ("!has(object.metadata.annotations.acme.com)", CONFIG_MAP, REFUSED, "['acme.com']"),
    ("!('keep' in object.metadata.label)", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("!('keep' in object.metadata.?label.orValue({}))", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("object.metadata['label'].keep == 'x'", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("object['metadata']['label'].keep == 'x'", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("!has(object.object.metadata)", WIDGET, REFUSED, "leave out 'object'"),
    ("!has(object.labels)", WIDGET, REFUSED, "did you mean metadata.labels?"),
    ("!has(object.statuss)", POD, REFUSED, "did you mean 'status'?"),
    ("!has(object.status.phase)", JOB, REFUSED, "a Job has no status.phase"),
    ("object.?status.?phase.orValue('') == ''", JOB, REFUSED, "a Job has no status.phase"),
    ("has(object.statuss)", POD, WARNED, "did you mean 'status'?"),
    ("object.spec.mode == 'x'", CONFIG_MAP, WARNED, "has no field 'spec'"),
    ("!object.metadata.ownerReferences.exists(o, o.knd == 'Job')", CONFIG_MAP, REFUSED, "did you mean 'kind'?"),
    ("object.metadata.labels['a b'] == 'x'", CONFIG_MAP, REFUSED, "cannot have the key"),
    ("object.metadata.?labels[?null].orValue('') != 'x'", CONFIG_MAP, REFUSED, "text or a number, never null"),
    ("object.metadata.?labels[?[]].orValue('') != 'x'", CONFIG_MAP, REFUSED, "text or a number, never a list"),
    ("object.metadata.?labels[?{}].orValue('') != 'x'", CONFIG_MAP, REFUSED, "text or a number, never a map"),
    ("object.metadata.?labels[?true].orValue('') != 'x'", CONFIG_MAP, REFUSED, "text or a number, never true or false"),
    ("!(object.?spec[?true].hasValue())", CONFIG_MAP, REFUSED, ""),
    ("optional.of(object.metadata.labels)[?null].orValue('') != 'x'", CONFIG_MAP, REFUSED, "a key is text or a number"),
    ("policy.?annotations[?null].orValue('') != 'x'", CONFIG_MAP, REFUSED, "a key of policy.annotations is text"),
    ("cel.bind(l, object.metadata.labels, l[?[]].orValue('') != 'x')", CONFIG_MAP, REFUSED, "never a list"),
    ("{true: object.metadata.name}[true] != 'x'", CONFIG_MAP, True, ""),
    ("object.metadata.labels[true] != 'x'", CONFIG_MAP, REFUSED, "text or a number, never true or false"),
    ("!('a b' in object.metadata.labels)", CONFIG_MAP, REFUSED, "the key of a label"),
    ("'a b' in object.metadata.labels", CONFIG_MAP, WARNED, "the key of a label"),
    ("!('x' in object.metadata.name)", CONFIG_MAP, REFUSED, "no such operation: string in string"),
    ("object.metadata.labels.keep.deep == 'x'", CONFIG_MAP, REFUSED, "nothing below it"),
    ("object.metadata.ownerReferences.kind == 'Job'", CONFIG_MAP, REFUSED, "is a list"),
    ("namespaceObject.metadata.label.env == 'x'", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    ("policy.label.env == 'x'", CONFIG_MAP, REFUSED, "did you mean 'labels'?"),
    # types
    ("object.metadata.labels.keep != true", CONFIG_MAP, REFUSED, "write 'true'"),
    ("[object.metadata.labels.keep] != [true]", CONFIG_MAP, REFUSED, "write 'true'"),
    ("dyn(object.metadata.labels.keep) != true", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.labels.keep != b'true'", CONFIG_MAP, REFUSED, "no such operation"),
    ("!object.metadata.ownerReferences.map(o, o.kind).exists(k, k == 'jobs')", CONFIG_MAP, REFUSED, "capital letter"),
    ("object.metadata.ownerReferences.filter(o, o.kind == 'jobs').size() == 0", CONFIG_MAP, REFUSED, "capital letter"),
    ("object.metadata.labels.keep == true", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.labels.replicas != 3", CONFIG_MAP, REFUSED, "write '3'"),
    ("object.metadata.labels.replicas > 3", CONFIG_MAP, REFUSED, "int("),
    ("object.metadata.labels != {'keep': true}", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.labels.keep == null", CONFIG_MAP, REFUSED, "!has("),
    ("object.metadata.ownerReferences == null", CONFIG_MAP, REFUSED, "!has("),
    ("!(object.metadata.labels.keep in [true, false])", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.?labels.keep.orValue(false) != true", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.?labels.?keep.orValue('') != true", CONFIG_MAP, REFUSED, "write 'true'"),
    ("!object.metadata.labels.keep", CONFIG_MAP, REFUSED, "is text"),
    ("object.metadata.labels.keep && true", CONFIG_MAP, REFUSED, "is text"),
    ("object.metadata.labels.keep ? false : true", CONFIG_MAP, REFUSED, "is text"),
    ("object.metadata.generation != '1'", CONFIG_MAP, REFUSED, "is a number"),
    ("object.metadata.finalizers != 'x'", CONFIG_MAP, REFUSED, "is a list"),
    ("object.metadata.labels.startsWith('x')", CONFIG_MAP, REFUSED, "no such function"),
    ("size(object.metadata.generation) > 0", CONFIG_MAP, REFUSED, "no such function"),
    ("object.metadata.labels.exists(k, k == 3)", CONFIG_MAP, REFUSED, "write '3'"),
    ("object.metadata.labels.all(k, v, v != true)", CONFIG_MAP, REFUSED, "write 'true'"),
    ("cel.bind(l, object.metadata.labels, l.keep != true)", CONFIG_MAP, REFUSED, "write 'true'"),
    ("object.metadata.creationTimestamp > 'yesterday'", CONFIG_MAP, REFUSED, "is none"),
    # time
    ("now - object.metadata.creationTimestamp > duration('1h')", CONFIG_MAP, REFUSED, "timestamp("),
    ("object.metadata.creationTimestamp < now", CONFIG_MAP, REFUSED, "timestamp("),
    ("object.metadata.creationTimestamp + duration('1h') < now", CONFIG_MAP, REFUSED, "wrap it in"),
    ("now - object.status.startTime > duration('1h')", POD, REFUSED, "timestamp("),
    ("object.status.startTime < now - duration('1h')", POD, REFUSED, "timestamp("),
    ("object.spec.ttl > duration('1h')", WIDGET, REFUSED, "duration("),
    ("now - timestamp(object.metadata.creationTimestamp) > 3600", CONFIG_MAP, REFUSED, "no such operation"),
    ("now + 3600 > now", CONFIG_MAP, REFUSED, "no such operation"),
    ("object.metadata.creationTimestamp.getFullYear() < 2026", CONFIG_MAP, REFUSED, "no such function"),
    # values
    ("object.kind != 'pod'", POD, REFUSED, "did you mean 'Pod'?"),
    ("object.kind == 'pod'", POD, WARNED, "did you mean 'Pod'?"),
    ("!(object.kind == 'pod')", POD, REFUSED, "did you mean 'Pod'?"),
    ("!(object.kind in ['pod', 'job'])", POD, REFUSED, "did you mean 'Pod'?"),
    ("object.status.phase != 'running'", POD, REFUSED, "did you mean 'Running'?"),
    ("object.metadata.labels.env != 'prod,staging'", CONFIG_MAP, REFUSED, "no label value"),
    ("object.metadata.labels.env == 'prod,staging'", CONFIG_MAP, WARNED, "no label value"),
    ("object.metadata.name != 'Keep'", CONFIG_MAP, REFUSED, "no name"),
    ("object.metadata.name != 'system:keep'", ROLE, OPEN, None),
    ("!object.metadata.name.startsWith('Keep-')", CONFIG_MAP, REFUSED, "never has 'K'"),
    ("object.metadata.name.startsWith('Keep-')", CONFIG_MAP, WARNED, "never has 'K'"),
    ("!object.metadata.labels.env.contains('a b')", CONFIG_MAP, REFUSED, "never has ' '"),
    ("!object.metadata.ownerReferences.exists(o, o.kind == 'jobs')", CONFIG_MAP, REFUSED, "capital letter"),
    ("object.metadata.creationTimestamp != 'yesterday'", CONFIG_MAP, REFUSED, "RFC 3339"),
    # what is only missing, and what is right
    ("object.metadata.labels.env != 'prod'", CONFIG_MAP, OPEN, "no such key"),
    ("size(object.metadata.labels.x) > 0", CONFIG_MAP, OPEN, "no such key"),
    ("!has(object.metadata.labels)", CONFIG_MAP, True, ""),
    ("!has(object.metadata.ownerReferences)", CONFIG_MAP, True, ""),
    ("!('keep' in object.metadata.?labels.orValue({}))", CONFIG_MAP, True, ""),
    ("object.metadata.?labels.keep.orValue('') == ''", CONFIG_MAP, True, ""),
    ("object.metadata.?labels.keep.orValue(null) == null", CONFIG_MAP, True, ""),
    ("object.metadata['name'] == 'it'", CONFIG_MAP, True, ""),
    ("object.kind == 'ConfigMap' && object.apiVersion == 'v1'", CONFIG_MAP, True, ""),
    ("timestamp(object.metadata.creationTimestamp) < now - duration('24h')", CONFIG_MAP, True, ""),
    ("now - timestamp(object.metadata.creationTimestamp) > duration('24h')", CONFIG_MAP, True, ""),
    ("object.metadata.creationTimestamp < '2026-02-01'", CONFIG_MAP, True, ""),
    ("object.metadata.?finalizers.orValue([]).size() == 0", CONFIG_MAP, True, ""),
    ("int(object.metadata.?labels.n.orValue('3')) > 2", CONFIG_MAP, True, ""),
    ("namespaceObject != null", WIDGET, OPEN, None),
]

EXPRESSIONS = [("jmespath", *row) for row in JMESPATH] + [("cel", *row) for row in CEL]


def field(path, operator=None, **values):
    """A condition on a field."""
    return {"fields": [{"path": path, **({} if operator is None else {"operator": operator}), **values}]}


def label(key, operator=None, **values):
    """A condition on a label."""
    return {"hasLabels": [{"key": key, **({} if operator is None else {"operator": operator}), **values}]}


def none(*conditions):
    """None of these."""
    return {"none": list(conditions)}


CONFIGURATIONS = [
    # field paths
    (
        policy(field("metadata.annotations.acme.com/keep", "DoesNotExist")),
        REFUSED,
        "metadata.annotations['acme.com/keep']",
    ),
    (policy(field("metadata.labels.app.kubernetes.io/name", "Exists")), REFUSED, "['app.kubernetes.io/name']"),
    (policy(field("metadata.ownerReference", "DoesNotExist")), REFUSED, "did you mean 'ownerReferences'?"),
    (policy(field("object.metadata.labels.keep", "DoesNotExist")), REFUSED, "leave out 'object'"),
    (policy(field("object.metadata.labels.keep", "DoesNotExist"), WIDGET), REFUSED, "leave out 'object'"),
    (policy(field("$.metadata.labels.keep", "DoesNotExist")), REFUSED, "leave out '$'"),
    (policy(field("{.metadata.labels.keep}", "DoesNotExist"), WIDGET), REFUSED, "no object has a field"),
    (policy(field("metadata.ownerReferences.0.kind", "DoesNotExist")), REFUSED, "metadata.ownerReferences[0]"),
    (policy(field("spec.items.0.name", "DoesNotExist"), WIDGET), REFUSED, "spec.items[0]"),
    (policy(field("metadata.ownerReferences.kind", "DoesNotExist")), REFUSED, "is a list"),
    (policy(field("metadata.labels['a b']", "DoesNotExist")), REFUSED, "cannot have the key"),
    (policy(field("labels.keep", "DoesNotExist"), WIDGET), REFUSED, "metadata.labels"),
    (policy(field("data.config.yaml", "DoesNotExist")), REFUSED, "data['config.yaml']"),
    (policy(field("status.phase", "DoesNotExist"), JOB), REFUSED, "a Job has no status.phase"),
    (policy(none(field("statuss.phase")), POD), REFUSED, "did you mean 'status'?"),
    (policy(field("statuss.phase"), POD), WARNED, "did you mean 'status'?"),
    (policy(field("statuss.phase"), WIDGET), WARNED, "did you mean 'status'?"),
    (policy(field("spec.mode", value="x")), WARNED, "has no field 'spec'"),
    (
        policy(ttl={"after": {"since": {"path": "metadata.annotation.until", "else": "created"}, "wait": "1d"}}),
        REFUSED,
        "annotations",
    ),
    (
        policy(ttl={"after": {"since": "created", "wait": {"path": "metadata.annotations.acme.com/ttl"}}}),
        REFUSED,
        "['acme.com/ttl']",
    ),
    (policy(ttl={"expiresAt": {"path": "metadata.annotations.acme.com/until"}}), REFUSED, "['acme.com/until']"),
    (policy(ttl={"expiresAt": {"path": "$.metadata.annotations.until"}}), REFUSED, "leave out '$'"),
    (
        policy(target={"fieldSelector": {"matchFields": {"metadata.lables.env": "x"}}}),
        REFUSED,
        "did you mean 'labels'?",
    ),
    (policy(target={"fieldSelector": {"matchFields": {"metadata.labels.env": "a b"}}}), WARNED, "no label value"),
    (policy({"and": [{"fieldPath": "metadata.lables.env", "operator": "Exists"}]}), REFUSED, "did you mean 'labels'?"),
    (policy(ttl={"relativeTo": "metadata.annotation.x", "secondsAfter": 60}), REFUSED, "annotations"),
    (policy(ttl={"cel": "object.metadata.labels.x == 'a b' ? null : now"}), REFUSED, "no label value"),
    # values of fields
    (policy(field("metadata.labels.env", "NotEquals", value="prod,staging")), REFUSED, "no label value"),
    (policy(field("metadata.labels.env", "NotIn", values=["prod", "a b"])), REFUSED, "values[1]"),
    (policy(none(field("metadata.labels.env", value="prod,staging"))), REFUSED, "no label value"),
    (policy(none(none(field("metadata.labels.env", value="prod,staging")))), WARNED, "no label value"),
    (policy(none(field("metadata.labels.env", "NotEquals", value="prod,staging"))), WARNED, "no label value"),
    (policy({"any": [field("metadata.labels.env", "NotEquals", value="a b")]}), REFUSED, "no label value"),
    (policy(field("metadata.labels.env", value="prod,staging")), WARNED, "no label value"),
    (policy(field("metadata.labels.n", "NotEquals", value=-3)), REFUSED, "never the number -3"),
    (policy(field("metadata.labels.n", "NotEquals", value=3)), OPEN, "is missing"),
    (policy(field("metadata.labels.keep", "NotEquals", value=True)), OPEN, "is missing"),
    (policy(field("metadata.labels", "NotEquals", value="x")), REFUSED, "is a map"),
    (policy(field("metadata.finalizers", "NotEquals", value="x")), REFUSED, "is a list"),
    (policy(field("metadata.generation", "NotEquals", value="one")), REFUSED, "is a number"),
    (policy(field("metadata.creationTimestamp", "NotEquals", value="yesterday")), REFUSED, "RFC 3339"),
    (policy(field("metadata.creationTimestamp", "GreaterThan", value=5)), REFUSED, "never a number"),
    (policy(field("metadata.labels", "GreaterThan", value=5)), REFUSED, "never a number"),
    (policy(field("metadata.labels.n", "GreaterThan", value=5)), OPEN, "is missing"),
    (policy(field("kind", "NotEquals", value="pod"), POD), REFUSED, "did you mean 'Pod'?"),
    (policy(none(field("kind", value="pod")), POD), REFUSED, "did you mean 'Pod'?"),
    (policy(field("status.phase", "NotIn", values=["running"]), POD), REFUSED, "did you mean 'Running'?"),
    (policy(field("metadata.name", "NotEquals", value="Keep")), REFUSED, "no name"),
    (policy(field("metadata.name", "NotEquals", value="it")), False, ""),
    (policy(field("metadata.labels.keep", "DoesNotExist")), True, ""),
    (policy(field("metadata.labels['app.kubernetes.io/name']", "DoesNotExist")), True, ""),
    # labels and annotations
    (policy(none(label("env", value="prod,staging"))), REFUSED, "no label value"),
    (policy(label("env", "NotIn", values=["prod, staging"])), REFUSED, "no label value"),
    (policy(label("env", "NotEquals", value="prod,staging")), REFUSED, "no label value"),
    (policy(label("env", value="prod,staging")), WARNED, "no label value"),
    (policy(none(label("metadata.labels.keep"))), REFUSED, "write 'keep'"),
    (policy(label("metadata.labels.keep", "DoesNotExist")), REFUSED, "write 'keep'"),
    (policy(label("metadata.labels.keep")), WARNED, "write 'keep'"),
    (policy(label("a b", "DoesNotExist")), REFUSED, "no label key"),
    (
        policy({"hasAnnotations": [{"key": "metadata.annotations.keep", "operator": "DoesNotExist"}]}),
        REFUSED,
        "write 'keep'",
    ),
    (policy({"hasAnnotations": [{"key": "keep", "operator": "NotEquals", "value": "a b"}]}), True, ""),
    (policy(label("keep", "DoesNotExist")), True, ""),
    (policy(none(label("keep"))), True, ""),
    # owners
    (policy(none({"owner": {"apiVersion": "argoproj.io"}})), REFUSED, "no apiVersion"),
    (policy({"owner": {"apiVersion": "argoproj.io"}}), WARNED, "no apiVersion"),
    (policy(none({"owner": {"kind": "workflows"}})), REFUSED, "such as Workflow"),
    (policy({"owner": {"kind": "workflows"}}), WARNED, "such as Workflow"),
    (policy(none({"owner": {"kind": "Jobs", "apiVersion": "batch/v1"}})), REFUSED, "did you mean 'Job'?"),
    (policy(none({"owner": {"kind": "Cron Job"}})), REFUSED, "no kind"),
    (policy(none({"owner": {"name": "a/b"}})), REFUSED, "the name of an owner"),
    (policy(none({"owner": {"kind": "Workflow"}})), True, ""),
    # phases
    (policy(none({"phase": ["running"]}), POD), REFUSED, "never the phase of a Pod"),
    (policy({"phase": ["running"]}, POD), WARNED, "never the phase of a Pod"),
    (policy(none({"phase": ["Complete"]}), JOB), REFUSED, "never the phase of a Job"),
    (policy(none({"phase": ["Running"]}), POD), OPEN, "status.phase is missing"),
    (policy({"phase": ["Running"]}, POD), OPEN, "status.phase is missing"),
    (policy(none({"phase": ["Anything"]}), WIDGET), OPEN, "status.phase is missing"),
    # globs
    (policy(target={"names": ["*", "!keep-{a,b}"]}), REFUSED, "braces"),
    (policy(target={"names": ["*", "!keep-[ab"]}), REFUSED, "never closed"),
    (policy(target={"names": ["keep-[ab"]}), REFUSED, "never closed"),
    (policy(target={"names": ["*", "!a,!b"]}), REFUSED, "an entry for each"),
    (policy(target={"names": ["*", "!a,b"]}), REFUSED, "an entry for each"),
    (policy(target={"names": ["*", "!!keep-*"]}), REFUSED, "one '!' excludes"),
    (policy(target={"names": ["*", "!keep\u2013a"]}), REFUSED, "names have no"),
    (policy(target={"names": ["[^p]*"]}), REFUSED, "write '[!p]*'"),
    (policy(target={"names": ["*", "![^p]*"]}), REFUSED, "write '[!p]*'"),
    (policy(target={"names": ["*", "!Keep-*"]}), REFUSED, "lower case"),
    (policy(target={"names": ["*", "!keep_*"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!-keep*"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!keep-"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!a..b"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!keep-[A-Z]*"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!keep-[z-a]*"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "!*.keep.*-"]}), REFUSED, "matches no name"),
    (policy(target={"names": ["*", "^keep-*"]}), REFUSED, "meant to exclude"),
    (policy(target={"names": ["*", "~keep"]}), REFUSED, "meant to exclude"),
    (policy(target={"names": ["Keep-*"]}), WARNED, "lower case"),
    (policy(kind=ROLE, target={"names": ["*", "!keep-{a,b}"]}), WARNED, "braces"),
    (policy(kind=ROLE, target={"names": ["*", "!system:*"]}), True, ""),
    (policy(target={"names": ["*", "!keep-*"]}), True, ""),
    (policy(target={"names": ["*", "!?x*", "![!a-z]*", "!*-[0-9].?"]}), True, ""),
    # what asks nothing
    (policy(target={"labelSelector": {}}), WARNED, "selects everything"),
    (policy(target={"labelSelector": {"matchLabels": {}}}), WARNED, "selects everything"),
    (policy(target={"labelSelector": {"matchExpressions": []}}), WARNED, "selects everything"),
    (policy(target={"labelSelector": None}), WARNED, "selects everything"),
    (policy(target={"fieldSelector": {}}), WARNED, "selects everything"),
    (policy(target={"fieldSelector": {"matchFields": {}}}), WARNED, "selects everything"),
    (policy({"any": [{}]}), WARNED, "asks nothing"),
    (policy({"all": [{}]}), WARNED, "asks nothing"),
    (policy({"and": []}), REFUSED, "must not be an empty list"),
]


@pytest.fixture(scope="module")
def vocabulary():
    """The project's keywords."""
    return load_plugins(installed_entry_points()).vocabulary


def outcome(document, obj, vocabulary):
    """What comes of a policy, and why: of reading it, else of judging an object."""
    compilation = compile_policy(parse_policy(document), vocabulary)
    if compilation.errors:
        return REFUSED, " | ".join(map(str, compilation.errors))
    told = " | ".join(str(warning) for warning in compilation.warnings if "is protected" not in str(warning))
    if told:
        return WARNED, told
    decision = decide(compilation.compiled, JsonCandidate.from_object(obj), RUN, Protections())
    if decision.because.startswith("cannot tell whether the conditions hold"):
        return OPEN, decision.because
    return decision.verdict is Verdict.ACT, decision.because


def of_kind(kind):
    """An object with nothing but its metadata and a list of one item without a code."""
    obj = made(kind)
    return {**obj, "spec": {"items": [{"state": {}}]}} if kind == WIDGET else obj


@pytest.mark.parametrize("row", EXPRESSIONS, ids=[f"{row[0]}: {row[1]}" for row in EXPRESSIONS])
def test_an_expression_is_refused_told_open_or_decided(row, vocabulary):
    """On an object of the kind that has no labels, annotations or owners."""
    language, text, kind, wanted, why = row
    if why is None:
        compilation = compile_policy(parse_policy(policy({language: text}, kind)), vocabulary)
        assert compilation.errors == ()
        return
    found, said = outcome(policy({language: text}, kind), of_kind(kind), vocabulary)
    assert (found, why in said) == (wanted, True), said


@pytest.mark.parametrize(
    ("document", "wanted", "why"), CONFIGURATIONS, ids=[json.dumps(row[0]["spec"])[:140] for row in CONFIGURATIONS]
)
def test_a_configuration_is_refused_told_open_or_decided(document, wanted, why, vocabulary):
    """On an object of its kind that has no labels, annotations or owners."""
    target = document["spec"]["targetResources"][0]
    obj = of_kind((target["apiVersion"], target["kind"]))
    if target["kind"] == "Role":
        obj = {**obj, "kind": "Role"}
        compilation = compile_policy(parse_policy(document), vocabulary)
        told = [str(each) for each in compilation.warnings if "is protected" not in str(each)]
        assert (compilation.errors == (), bool(told)) == (True, wanted is WARNED)
        return
    found, said = outcome(document, obj, vocabulary)
    assert (found, why in said) == (wanted, True), said


@pytest.mark.parametrize(
    ("conditions", "wanted", "why"),
    [
        ({"cel": "!!has(object.metadata.ownerReferences)"}, REFUSED, "!! is no negation"),
        ({"jmespath": "!!starts_with(metadata.name, 'keep-')"}, REFUSED, "!! is no negation"),
        ({"jmespath": "metadata.labels.null == `null`"}, REFUSED, "null in a path is a field of that name"),
        ({"jmespath": 'metadata.labels."null" == `null`'}, True, ""),
        ({"fields": [{"path": "data.mode", "operator": "NotEquals", "value": "'on'"}]}, REFUSED, "write 'on'"),
        ({"fields": [{"path": "data.mode", "operator": "NotIn", "values": ["on "]}]}, REFUSED, "white space around 'on'"),
        ({"fields": [{"path": "data.mode", "value": "`on`"}]}, WARNED, "write 'on'"),
        ({"none": [{"fields": [{"path": "data.mode", "value": '"on"'}]}]}, REFUSED, "write 'on'"),
        ({"cel": "has(object.data) && object.data.mode != '\"on\"'"}, REFUSED, "write 'on'"),
        ({"hasLabels": [{"key": "object.app", "operator": "DoesNotExist"}]}, REFUSED, "write 'app'"),
        ({"hasAnnotations": [{"key": "object.acme.com/keep", "operator": "NotEquals", "value": "x"}]}, REFUSED, "write 'acme.com/keep'"),
    ],
)  # fmt: skip
def test_what_a_program_that_makes_mistakes_has_found(conditions, wanted, why, vocabulary):
    """Quotes and white space inside of values, paths in keys, doubled negations."""
    found, said = outcome(policy(conditions), {**BARE, "data": {"mode": "off"}}, vocabulary)
    assert (found, why in said) == (wanted, True), said


def test_the_table_is_long():
    """At least 200 expressions and configurations, negative and positive."""
    wanted = [row[3] for row in EXPRESSIONS] + [row[1] for row in CONFIGURATIONS]
    assert len(wanted) >= 200
    assert {REFUSED, WARNED, OPEN, True, False} == set(wanted)


@pytest.mark.parametrize(
    ("expression", "labels", "wanted"),
    [
        ("!(metadata.labels.keep)", {"keep": ""}, OPEN),
        ("!(metadata.labels.keep)", {"keep": "true"}, OPEN),
        ("!(metadata.labels.keep)", {}, True),
        ("metadata.labels.owner && metadata.labels.owner != 'ops'", {"owner": "ops"}, False),
        ("metadata.labels.owner && metadata.labels.owner != 'ops'", {"owner": "web"}, True),
        ("metadata.labels.owner && metadata.labels.owner != 'ops'", {}, OPEN),
    ],
)
def test_the_idioms_of_absence_do_what_they_say(expression, labels, wanted, vocabulary):
    """``!`` of a text is undecided, of nothing true; ``a && a != 'x'`` is the guard."""
    compilation = compile_policy(parse_policy(policy({"jmespath": expression})), vocabulary)
    decision = decide(compilation.compiled, JsonCandidate.from_object(made(labels=labels)), RUN, Protections())
    found = OPEN if decision.because.startswith("cannot tell") else decision.verdict is Verdict.ACT
    assert found is wanted


@pytest.mark.parametrize(
    ("like", "holds"),
    [
        ({"apiVersion": "argoproj.io/v1alpha1"}, True),
        ({"apiVersion": "argoproj.io/v1beta1", "kind": "Workflow"}, True),
        ({"apiVersion": "argoproj.io/v1alpha1", "kind": "CronWorkflow"}, False),
        ({"apiVersion": "v1"}, False),
    ],
)
def test_the_version_of_an_owner_does_not_matter(like, holds, vocabulary):
    """A group that serves several versions serves the same objects in each."""
    compilation = compile_policy(parse_policy(policy(none({"owner": like}))), vocabulary)
    decision = decide(compilation.compiled, JsonCandidate.from_object(OWNED), RUN, Protections())
    assert (decision.verdict is Verdict.ACT) is not holds
