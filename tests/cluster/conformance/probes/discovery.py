"""Discovery: what a server says it has."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import GROUP, Lab

AGGREGATED = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}


def version(lab: Lab) -> Any:
    """Major and minor as text, gitVersion with a v."""
    body = lab.ask("GET", "/version").body
    return [body["major"], body["minor"].rstrip("+"), body["gitVersion"].startswith("v1.")]


def health(lab: Lab) -> Any:
    """Plain `ok`."""
    return {path: lab.tell("GET", path) for path in ("/healthz", "/livez", "/readyz")}


def legacy_versions(lab: Lab) -> Any:
    """/api has v1."""
    body = lab.ask("GET", "/api").body
    return [body["kind"], body["versions"]]


def groups(lab: Lab) -> Any:
    """/apis has every group with its versions, the preferred one named."""
    body = lab.ask("GET", "/apis").body
    names = [each["name"] for each in body["groups"]]
    wanted = ("apps", "batch", "coordination.k8s.io", "rbac.authorization.k8s.io", "apiextensions.k8s.io", GROUP)
    return [
        body["kind"],
        [name in names for name in wanted],
        [each for each in body["groups"] if each["name"] == GROUP],
    ]


def one_group(lab: Lab) -> Any:
    """/apis/GROUP."""
    return lab.tell("GET", f"/apis/{GROUP}")


def core_resources(lab: Lab) -> Any:
    """Names, kinds, verbs, short names and categories of the core group."""
    body = lab.ask("GET", "/api/v1").body
    wanted = {"configmaps", "namespaces", "namespaces/status", "pods", "pods/status", "secrets", "events", "services"}
    entries = [_known(each) for each in body["resources"] if each["name"] in wanted]
    return [body["kind"], body["groupVersion"], sorted(entries, key=lambda each: str(each["name"]))]


def workload_resources(lab: Lab) -> Any:
    """The kinds that policies are written for, in their groups."""
    told = {}
    for group, wanted in {
        "batch/v1": {"jobs", "jobs/status", "cronjobs"},
        "apps/v1": {"deployments", "replicasets", "statefulsets", "daemonsets"},
        "coordination.k8s.io/v1": {"leases"},
        "rbac.authorization.k8s.io/v1": {"roles", "clusterroles"},
        "apiextensions.k8s.io/v1": {"customresourcedefinitions"},
    }.items():
        entries = [each for each in lab.ask("GET", f"/apis/{group}").body["resources"] if each["name"] in wanted]
        told[group] = sorted((_known(each) for each in entries), key=lambda each: str(each["name"]))
    return told


def custom_resources(lab: Lab) -> Any:
    """A definition's resource, with its status."""
    body = lab.ask("GET", f"/apis/{GROUP}/v1").body
    return [body["kind"], body["groupVersion"], [_known(each) for each in body["resources"]]]


def aggregated(lab: Lab) -> Any:
    """The whole of discovery in one answer, for who accepts it."""
    answer = lab.ask("GET", "/apis", headers=AGGREGATED)
    group = next(each for each in answer.body["items"] if each["metadata"]["name"] == GROUP)
    for served in group["versions"]:
        for entry in served["resources"]:
            entry["verbs"].sort()
    return [answer.status, answer.headers["Content-Type"], answer.body["kind"], answer.body["apiVersion"], group]


def aggregated_core(lab: Lab) -> Any:
    """The core group has its own answer at /api, its one group without a name."""
    body = lab.ask("GET", "/api", headers=AGGREGATED).body
    version_one = body["items"][0]["versions"][0]
    wanted = {"configmaps", "pods"}
    entries = [each for each in version_one["resources"] if each["resource"] in wanted]
    for entry in entries:
        entry["verbs"].sort()
        entry["subresources"] = [each for each in entry.get("subresources", []) if each["subresource"] == "status"]
    return [body["kind"], len(body["items"]), version_one["version"], entries]


def aggregated_or_not(lab: Lab) -> Any:
    """Who accepts both gets the aggregated form; who accepts plain JSON the plain one."""
    both = {"Accept": f"{AGGREGATED['Accept']},application/json"}
    return [lab.ask("GET", "/apis", headers=headers).body["kind"] for headers in (both, {})]


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without the hash that a server may or may not add; verbs and short names have no order."""
    told = {key: value for key, value in entry.items() if key != "storageVersionHash"}
    for key in ("verbs", "shortNames", "categories"):
        if key in told:
            told[key] = sorted(told[key])
    return told
