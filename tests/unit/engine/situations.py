"""Policies, objects and runs for the tests of the engine: the real parser, compiler and keywords, and no cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from zen_gc_core.engine import judging, protections
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.errors import Undecided
from zen_gc_core.instants import parse_instant
from zen_gc_core.keywords import Compiled, Keyword, Namespace, Run
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.offering import Offered
from zen_gc_core.plugins import installed_entry_points, load_plugins

NOW = parse_instant("2026-01-01T12:00:00Z")
OLD = "2025-06-01T00:00:00Z"
KEEP = "gc.kube-zen.io/keep"
OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "o", "controller": True}
EVERYWHERE = {"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["*"]}


def thing(kind="ConfigMap", api_version="v1", *, rest=None, **metadata):
    """An object of long ago that nothing protects, as decoded JSON; a metadata field that is None is left out."""
    whole = {"name": "a", "namespace": "team", "uid": "u", "creationTimestamp": OLD, **metadata}
    kept = {name: value for name, value in whole.items() if value is not None}
    return {"apiVersion": api_version, "kind": kind, "metadata": kept, **(rest or {})}


def finished_job(**metadata):
    """A Job that completed long ago."""
    done = {"type": "Complete", "status": "True", "lastTransitionTime": OLD}
    return thing("Job", "batch/v1", rest={"status": {"conditions": [done], "completionTime": OLD}}, **metadata)


def document(kind=CLUSTER, *, target=None, annotations=None, generation=0, **spec):
    """A policy as decoded JSON: by default everything an hour after creation, in all namespaces."""
    metadata = {"name": "tidy", "generation": generation, "annotations": annotations or {}}
    if kind == NAMESPACED:
        metadata["namespace"] = "team"
    targets = [target or EVERYWHERE]
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": metadata,
        "spec": {"targetResources": targets, "ttl": {"afterCreation": "1h"}, **spec},
    }


@cache
def vocabulary():
    """The project's own keywords."""
    return load_plugins(installed_entry_points()).vocabulary


def compilation(policy, words=None, grants=None, **parsing):
    """What comes of a policy; ``words`` stand in for the installed keywords."""
    return compile_policy(parse_policy(policy, **parsing), words or vocabulary(), grants)


def compiled(policy=None, words=None, grants=None):
    """A policy that must be valid, compiled."""
    answer = compilation(policy or document(), words, grants)
    assert answer.compiled is not None, answer.errors
    return answer.compiled


@lru_cache(maxsize=512)
def _compiled_text(text):
    return compiled(orjson.loads(text))


def compiled_once(policy):
    """As ``compiled``; the same policy is compiled once."""
    return _compiled_text(orjson.dumps(policy, option=orjson.OPT_SORT_KEYS))


def offered(name, call, *, config=Any, reads=(), explain=None, distribution="acme-zen-gc", requests=()):
    """A keyword of somebody's plugin that answers by ``call``; ``reads`` of None leaves them undeclared."""
    made = Compiled(call, reads, explain)
    keyword = Keyword(name, config, lambda _config, _build: made, requests)
    return Offered(keyword, TypeAdapter(config), "acme", distribution)


def answering(answer):
    """A callable with one answer; an exception is raised."""

    def call(_subject, _run):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return call


def with_words(*, matchers=(), ttls=(), actions=()):
    """The installed keywords and some more."""
    own = vocabulary()
    return replace(
        own,
        matchers={**own.matchers, **{word.keyword.name: word for word in matchers}},
        ttls={**own.ttls, **{word.keyword.name: word for word in ttls}},
        actions={**own.actions, **{word.keyword.name: word for word in actions}},
    )


def run_of(policy, now=NOW, namespaces=None):
    """A run; ``namespaces`` are labels and annotations by name, and what is not there is without any.

    A Namespace that is None cannot be read.
    """

    def look_up(name):
        marks = (namespaces or {}).get(name, ({}, {}))
        if marks is None:
            raise Undecided(f"its Namespace {name} cannot be read")
        return Namespace(name, *marks, {"metadata": {"name": name}})

    return Run(now, policy.reference, look_up)


def judged(policy, obj, *, now=NOW, namespaces=None, grants=None, kept_inside=None, has_service=None):
    """The decision on an object, as decoded JSON or a candidate."""
    guards = protections.Protections(grants or protections.Grants(), kept_inside, has_service)
    candidate = obj if isinstance(obj, JsonCandidate) else JsonCandidate.from_object(obj)
    return judging.decide(policy, candidate, run_of(policy, now, namespaces), guards)
