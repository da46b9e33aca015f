"""What a tenant may send who may write policies and ConfigMaps of one namespace: a table of attacks, each a list of requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.proof.tenants.sends import LABELS, MERGE, POLICIES, SPEC, TARGET, Place, Send
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESTING = {"ttl": {"afterCreation": "30d"}}
DEEP = 1_500
ODD = "\x1b[31m\x07\u202e\u2066\u200bx"
"""A terminal's escape, a bell, and characters that turn the order of what follows."""


def _deep(depth: int, inmost: str = "1") -> str:
    return '{"a":' * depth + inmost + "}" * depth


def _deep_conditions(at: Place) -> Iterator[Send]:
    yield at.raw("deep", f'{{"zz": {_deep(DEEP)}}}')
    yield at.raw("deep-list", f'{{"zz": {"[" * DEEP}{"]" * DEEP}}}')
    yield at.raw("deep-any", '{"any":[' * 700 + '{"cel":"true"}' + "]}" * 700)
    yield at.raw("deep-none", '{"none":[' * 60 + '{"cel":"false"}' + "]}" * 60)


def _paused_deep(at: Place) -> Iterator[Send]:
    yield at.raw("paused-deep", f'{{"zz": {_deep(DEEP)}}}', paused=True)


def _unknown_keys(at: Place) -> Iterator[Send]:
    keys = ",".join(f'"k{number}":1' for number in range(75_000))
    yield at.raw("wide", f'{{"fields": [{{"path": "data.a", {keys}}}]}}')
    yield at.raw("wide-map", f'{{"fields": {{{keys}}}}}')
    yield at.raw("wide-word", f"{{{keys}}}")


def _many_conditions(at: Place) -> Iterator[Send]:
    yield at.policy("many-cel", {"conditions": {"all": [{"cel": f"size(object.data) > {n}"} for n in range(30_000)]}})
    yield at.policy("many-jmespath", {"conditions": {"any": [{"jmespath": f"data.a == '{n}'"} for n in range(20_000)]}})
    yield at.policy("most-cel", {"conditions": {"any": [{"cel": f"size(object.data) > {n + 90}"} for n in range(190)]}})


def _long_expressions(at: Place) -> Iterator[Send]:
    yield at.policy("long-cel", {"conditions": {"cel": " || ".join(["object.data.a == 'x'"] * 2_700)}})
    yield at.policy("too-long-cel", {"conditions": {"cel": " || ".join(["object.data.a == 'x'"] * 40_000)}})
    yield at.policy("deep-cel", {"conditions": {"cel": "(" * 5_000 + "true" + ")" * 5_000}})
    yield at.policy("deep-not", {"conditions": {"cel": "!" * 5_001 + "true"}})
    yield at.policy("deep-jmespath", {"conditions": {"jmespath": "[" * 5_000 + "data" + "]" * 5_000}})
    yield at.policy("deep-not-jmespath", {"conditions": {"jmespath": "!" * 20_000 + "data"}})


def _costly_cel(at: Place) -> Iterator[Send]:
    numbers = "[" + ",".join(map(str, range(60))) + "]"
    squared = f"{numbers}.all(x, {numbers}.all(y, {numbers}.all(z, x + y + z >= 0)))"
    for number in range(4):
        yield at.policy(f"costly-{number}", {"conditions": {"all": [{"cel": squared}] * 150}})
    for number in range(60):
        yield at.config_map(f"costly-{number}", {"a": "a" * 500})


def _growing_cel(at: Place) -> Iterator[Send]:
    text = "'aaaaaaaa'" + ".replace('a', 'aaaaaaaa')" * 12
    yield at.policy("growing-text", {"conditions": {"cel": f"size({text}) > 0"}})
    lists = "[1,2,3,4,5,6,7,8]" + ".map(a, [1,2,3,4,5,6,7,8])" * 40
    yield at.policy("growing-list", {"conditions": {"cel": f"size({lists}) > 0"}})
    doubled = "'aaaaaaaa'"
    for _ in range(9):
        doubled = f"({doubled} + {doubled})"
    yield at.policy("growing-sum", {"conditions": {"cel": f"size({doubled}) > 0"}})
    yield at.policy(
        "growing-join", {"conditions": {"jmespath": "join(',', map(&to_string(@), [data, data, data])) != 'x'"}}
    )


def _patterns(at: Place) -> Iterator[Send]:
    yield at.config_map("pattern", {"a": "a" * 100_000 + "!"})
    for number, pattern in enumerate(
        ("(a+)+$", "(a|aa)+$", "(.*)*b", "((a{1,100}){1,100}){1,100}", "(?:a?){200}a{200}")
    ):
        cel = f"object.data.a.matches('{pattern}')"
        yield at.policy(f"pattern-{number}", {"conditions": {"cel": cel}})


def _globs(at: Place) -> Iterator[Send]:
    yield at.config_map("a" * 250)
    globs = ["*a" * 30 + f"*{number}b" for number in range(64)]
    yield at.policy("globs", {"targetResources": [{**TARGET, "names": globs}] * 32})


def _slow_rates(at: Place) -> Iterator[Send]:
    for number in range(70):
        rate = 0.000001 if number % 2 else 0.02
        yield at.policy(f"slow-{number}", {"behavior": {"maxDeletionsPerSecond": rate}})
        yield at.config_map(f"slow-{number}")


def _slow_rates_deleted(at: Place) -> Iterator[Send]:
    yield from _slow_rates_named(at, "gone")
    for number in range(30):
        yield Send("DELETE", f"{at.policies}/gone-{number}")


def _slow_rates_named(at: Place, name: str) -> Iterator[Send]:
    for number in range(30):
        yield at.policy(f"{name}-{number}", {"behavior": {"maxDeletionsPerSecond": 0.02}})


def _events(at: Place) -> Iterator[Send]:
    for number in range(40):
        yield at.config_map(f"event-{number}")
    for number in range(200):
        yield at.policy(
            f"event-{number}", {"behavior": {"dryRun": bool(number % 3)}, "evaluationInterval": f"{number + 1}s"}
        )


def _invalid(at: Place) -> Iterator[Send]:
    for number in range(100):
        conditions = {"cel": f"object.{'nope(' * (number % 9)}", f"nothing-{number}": "x" * 3_000}
        yield at.policy(f"invalid-{number}", {"conditions": conditions})


def _control_characters(at: Place) -> Iterator[Send]:
    yield at.policy("odd-keyword", {"conditions": {f"ce{ODD}l": "true"}})
    yield at.policy("odd-value", {"conditions": {"cel": f"'{ODD}"}})
    yield at.policy("odd-path", {"conditions": {"fields": [{"path": f"data.{ODD}", "operator": ODD, "value": ODD}]}})
    yield at.policy("odd-kind", {"targetResources": [{"apiVersion": "v1", "kind": f"ConfigMap{ODD}"}]})
    yield at.policy("odd-version", {"targetResources": [{"apiVersion": f"v1{ODD}", "kind": "ConfigMap"}]})
    yield at.policy("odd-action", {"action": {f"del{ODD}": {}}})
    yield at.policy("odd-mark", RESTING, annotations={"gc.kube-zen.io/approve": ODD, "acme.com/note": ODD})
    yield at.config_map("odd", {"a": ODD}, annotations={"gc.kube-zen.io/keep": ODD})


def _marks(at: Place) -> Iterator[Send]:
    for number, key in enumerate(("gc.kube-zen.io/keep", "pod-security.kubernetes.io/enforce", "argocd.argoproj.io/x")):
        yield at.policy(f"mark-{number}", {"action": {"annotate": {key: "x"}}})
        yield at.policy(f"label-{number}", {"action": {"label": {key: "x"}}})
    for number, approval in enumerate(("1/800", "*/800", "x" * 5_000, "1/" + "9" * 400, "-1/-1")):
        yield at.policy(f"approved-{number}", annotations={"gc.kube-zen.io/approve": approval})
    for number, keep in enumerate(("true", "", "9999-12-31", "0000-00-00", "1" * 5_000)):
        yield at.config_map(f"kept-{number}", annotations={"gc.kube-zen.io/keep": keep})


def _others_namespaces(at: Place) -> Iterator[Send]:
    for number, namespaces in enumerate(([at.other], ["*"], ["test-*"], ["*", f"!{at.own}"], [f"{at.own}", at.other])):
        yield at.policy(f"across-{number}", {"targetResources": [{**TARGET, "namespaces": namespaces}]})
    yield at.policy("across-labels", {"targetResources": [{**TARGET, "namespaceSelector": {}}]})
    yield at.policy("across-old", {"targetResource": {**TARGET, "namespace": at.other}, "targetResources": None})
    yield at.policy("across-metadata", namespace=at.other)
    cluster = {"apiVersion": API_VERSION, "kind": CLUSTER, "metadata": {"name": "of-a-tenant"}, "spec": SPEC}
    yield Send("POST", f"{POLICIES}/clustergarbagecollectionpolicies", cluster)


def _beyond_rights(at: Place) -> Iterator[Send]:
    others = f"{POLICIES}/namespaces/{at.other}/garbagecollectionpolicies/served"
    yield Send("DELETE", others)
    yield Send("PATCH", others, {"spec": {"paused": True}}, MERGE)
    yield Send("GET", f"/api/v1/namespaces/{at.other}/configmaps")
    yield at.policy("claimed", RESTING)
    yield Send("PATCH", f"{at.policies}/claimed/status", {"status": {"phase": "Active", "totalDeleted": 2**62}}, MERGE)
    pause = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "zen-gc-pause"}, "data": {"paused": "true"}}
    yield Send("POST", "/api/v1/namespaces/zen-gc-system/configmaps", pause)
    yield Send("POST", at.config_maps, pause)


def _protected_kinds(at: Place) -> Iterator[Send]:
    kinds = (
        ("v1", "Secret"), ("v1", "Namespace"), ("v1", "Node"), ("v1", "ServiceAccount"), ("v1", "PersistentVolumeClaim"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), (API_VERSION, NAMESPACED), (API_VERSION, CLUSTER),
        ("coordination.k8s.io/v1", "Lease"), ("v1", "Event"), ("events.k8s.io/v1", "Event"), ("v1", "Endpoints"),
    )  # fmt: skip
    for number, (api_version, kind) in enumerate(kinds):
        target = {"apiVersion": api_version, "kind": kind}
        yield at.policy(f"kind-{number}", {"targetResources": [target], "behavior": {"includeOwned": True}})


def _own_kind(at: Place) -> Iterator[Send]:
    target = {"apiVersion": API_VERSION, "kind": NAMESPACED}
    yield at.raw("of-its-kind", f'{{"zz": {_deep(DEEP)}}}')
    yield at.policy("over-policies", {"targetResources": [target], "behavior": {"dryRun": True}})


def _unknown_kinds(at: Place) -> Iterator[Send]:
    for number in range(20):
        target = {"apiVersion": f"g{number}.example.com/v1", "kind": "Nothing"}
        yield at.policy(f"unknown-{number}", {"targetResources": [target] * 32})


def _managed_fields(at: Place) -> Iterator[Send]:
    entry = {
        "manager": "m",
        "operation": "Update",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "time": "2020-01-01T00:00:00Z",
    }
    for depth in (100, 1_500, 9_000):
        deep = json.dumps(entry)[:-1] + f', "fieldsV1": {_deep_fields(depth)}}}'
        head = f'{{"name": "managed-{depth}", "labels": {{"gc": "yes"}}, "managedFields": [{deep}]}}'
        yield Send("POST", at.config_maps, f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {head}}}')
        patch = f'{{"metadata": {{"managedFields": [{deep}]}}}}'
        yield Send("PATCH", f"{at.config_maps}/managed-{depth}", patch, MERGE)
    for number, fields in enumerate(({"x": 1}, {"f:": {}}, {f"f:{ODD}": {}}, {"k:{": {}}, {"v:[": {}})):
        managed = [{**entry, "fieldsV1": fields}]
        yield at.config_map(f"managed-odd-{number}", managedFields=managed)
    yield at.config_map(
        "managed-many", managedFields=[{**entry, "manager": f"m{n}", "fieldsV1": {}} for n in range(500)]
    )


def _deep_fields(depth: int) -> str:
    return '{"f:a":' * depth + "{}" + "}" * depth


def _deep_objects(at: Place) -> Iterator[Send]:
    deep = _deep(DEEP)
    last = {"kubectl.kubernetes.io/last-applied-configuration": deep}
    yield at.config_map("deep-text", {"json": deep}, annotations=last)
    yield at.policy("deep-text", {"conditions": {"jmespath": "data.json == 'x'"}})
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "deep-map"}})[:-1]
    yield Send("POST", at.config_maps, f'{body}, "data": {deep}}}')


def _large_objects(at: Place) -> Iterator[Send]:
    for number in range(12):
        yield at.config_map(f"large-{number}", {"a": "x" * 900_000})
        labels = {f"l{n}": "x" * 60 for n in range(1_500)}
        yield at.config_map(f"labelled-{number}", annotations={"a": "x" * 200_000}, labels={**labels, **LABELS})
    yield at.policy("over-large", {"conditions": {"cel": "object.data.a.lowerAscii().contains('b')"}})


def _large_policies(at: Place) -> Iterator[Send]:
    for number in range(20):
        yield at.policy(f"large-{number}", RESTING, annotations={"a": "x" * 250_000})
        yield at.raw(f"heavy-{number}", json.dumps({"cel": "true", "zz": "x" * 1_000_000}))


def _no_unicode(at: Place) -> Iterator[Send]:
    for number, text in enumerate(("\\ud800", "\\udfff\\ud800", "\\u0000", "\\ufffe")):
        head = f'{{"name": "no-unicode-{number}", "labels": {{"gc": "yes"}}, "annotations": {{"a": "{text}"}}}}'
        yield Send("POST", at.config_maps, f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {head}}}')
        yield at.raw(f"no-unicode-{number}", f'{{"cel": "object.data.a == \'{text}\'"}}')
        yield at.raw(f"no-unicode-key-{number}", f'{{"{text}": "{text}"}}')


def _many_objects(at: Place) -> Iterator[Send]:
    for number in range(300):
        yield at.config_map(f"many-{number}", finalizers=["acme.com/never"])
    yield at.policy("over-many", {"behavior": {"breaker": {"maxObjects": 100_000, "maxPercent": 100}}})


def _claimed_owners(at: Place) -> Iterator[Send]:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "kept", "uid": at.victim, "controller": True}
    yield at.config_map("claimed-owner", ownerReferences=[owner])
    yield at.config_map("claimed-block", ownerReferences=[{**owner, "blockOwnerDeletion": True}])
    many = [{**owner, "uid": f"u-{n}", "controller": False} for n in range(2_000)]
    yield at.config_map("claimed-many", ownerReferences=many)
    yield at.policy(
        "over-owned", {"behavior": {"includeOwned": True}, "action": {"delete": {"propagationPolicy": "Foreground"}}}
    )


def _prying(at: Place) -> Iterator[Send]:
    yield at.policy(
        "pry-secret",
        {
            "targetResources": [{"apiVersion": "v1", "kind": "Secret"}],
            "conditions": {"cel": "int(object.data.secret) > 1"},
        },
    )
    target = {**TARGET, "namespaces": [at.other]}
    yield at.policy("pry-other", {"targetResources": [target], "conditions": {"cel": "int(object.data.secret) > 1"}})
    yield at.policy("pry-params", {"conditions": {"cel": "int(params.data.secret) > 1"}})
    yield at.policy("pry-namespace", {"conditions": {"cel": "int(namespaceObject.metadata.name) > 1"}})
    expires = {"ttl": {"expiresAt": {"path": "data.secret"}}}
    yield at.policy("pry-ttl", {"targetResources": [target], **expires})


def _numbers(at: Place) -> Iterator[Send]:
    for number, value in enumerate(
        ("1e308", "-1", "0", "9223372036854775807", "1e-300", "92233720368547758070", "null")
    ):
        behavior = f'{{"maxDeletionsPerSecond": {value}, "batchSize": {value}, "breaker": {{"maxObjects": {value}}}}}'
        spec = json.dumps(SPEC)[:-1] + f', "behavior": {behavior}}}'
        head = json.dumps({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": f"number-{number}"}})[
            :-1
        ]
        yield Send("POST", at.policies, f'{head}, "spec": {spec}}}')
    for number, wait in enumerate(("99999999999d", "1ns", "-1h", "0", "1h" * 5_000)):
        yield at.policy(f"duration-{number}", {"ttl": {"afterCreation": wait}, "evaluationInterval": wait})


def _edit_storm(at: Place) -> Iterator[Send]:
    yield at.policy("edited", RESTING)
    for number in range(300):
        spec = {"conditions": {"cel": f"size(object.data) > {number}"}}
        yield Send("PATCH", f"{at.policies}/edited", {"spec": spec}, MERGE)


def _churn(at: Place) -> Iterator[Send]:
    for number in range(150):
        yield at.policy(f"churned-{number % 7}", {"behavior": {"dryRun": True}})
        yield Send("DELETE", f"{at.policies}/churned-{number % 7}")


def _stuck_policies(at: Place) -> Iterator[Send]:
    for number in range(20):
        yield at.policy(f"stuck-{number}", finalizers=["acme.com/never"])
        yield Send("DELETE", f"{at.policies}/stuck-{number}")


def _quick_policies(at: Place) -> Iterator[Send]:
    kinds = (
        "ConfigMap",
        "Pod",
        "Service",
        "Endpoints",
        "LimitRange",
        "ReplicationController",
        "ResourceQuota",
        "Event",
    )
    targets = [{"apiVersion": "v1", "kind": kind} for kind in kinds]
    for number in range(30):
        yield at.policy(
            f"quick-{number}",
            {"targetResources": targets, **RESTING, "evaluationInterval": "1ms" if number % 2 else "1s"},
        )


ATTACKS: dict[str, Callable[[Place], Iterator[Send]]] = {
    "conditions 1,500 deep": _deep_conditions,
    "a paused policy 1,500 deep": _paused_deep,
    "75,000 unknown keys": _unknown_keys,
    "50,000 conditions": _many_conditions,
    "long and deep expressions": _long_expressions,
    "costly CEL": _costly_cel,
    "CEL that grows": _growing_cel,
    "patterns that backtrack": _patterns,
    "globs of many stars": _globs,
    "70 policies at a tiny rate": _slow_rates,
    "slow policies deleted": _slow_rates_deleted,
    "200 policies for events": _events,
    "100 invalid policies": _invalid,
    "control characters": _control_characters,
    "approve, keep and reserved marks": _marks,
    "other namespaces": _others_namespaces,
    "beyond its rights": _beyond_rights,
    "protected kinds": _protected_kinds,
    "policies over deep policies": _own_kind,
    "kinds that are not there": _unknown_kinds,
    "malformed managedFields": _managed_fields,
    "objects 1,500 deep": _deep_objects,
    "large objects": _large_objects,
    "large policies": _large_policies,
    "texts that are no Unicode": _no_unicode,
    "300 objects that never go": _many_objects,
    "claimed owners": _claimed_owners,
    "prying expressions": _prying,
    "odd numbers and durations": _numbers,
    "edit storm": _edit_storm,
    "policies made and deleted": _churn,
    "policies that never go": _stuck_policies,
    "30 policies, due all the time": _quick_policies,
}
"""What the tenant does, by what it is called in the table."""
