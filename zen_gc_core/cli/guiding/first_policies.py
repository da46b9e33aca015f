"""First policies: of each kind what people begin with, cautious, with comments. Texts alone, made of no template language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.engine.protected import PROTECTED_KINDS
from zen_gc_core.model.names import group_of
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a first policy on a kind asks.

    Args:
        name: The policy's name; ``{kind}`` stands for the kind.
        says: What it does, in a sentence that follows ``A first policy:``.
        conditions: The lines below ``conditions``; comments among them.
        ttl: The lines below ``ttl``.
        beside: Lines of ``spec`` beside them.
    """

    name: str
    says: str
    conditions: tuple[str, ...]
    ttl: tuple[str, ...]
    beside: tuple[str, ...] = ()


_COLUMN: Final = 34
"""Where comments begin."""

_OPT_IN: Final = (
    "hasLabels:  # only what carries the label: nothing is taken by accident",
    '- {key: temporary, value: "true"}',
)
_RUNS: Final = Recipe(
    "finished-{plural}",
    "{plural} that have finished go after three days, but for the last five",
    (),
    ("afterFinished: 3d  # counted from when it finished; what runs is kept",),
    (
        "retain:",
        "  last: 5  # whatever their age",
        "  # groupBy: [metadata.labels['app']]  # five of each, instead of five in all",
    ),
)
_UNUSED: Final = ("unreferenced: true  # nothing names it: no Pod, no workload, no Ingress, …",)
_HELD: Final = (
    "after:",
    "  since: held  # from when nothing names it any more, without a break",
)

RECIPES: Final[dict[tuple[str, str], Recipe]] = {
    ("batch", "Job"): Recipe(
        "finished-jobs",
        "Jobs that have finished go after a day",
        ("phase: [Succeeded, Failed]  # leave Failed out, to keep what somebody should look at",),
        ("afterFinished: 1d  # counted from when it finished; what runs is kept",),
    ),
    ("", "Pod"): Recipe(
        "finished-pods",
        "Pods that have finished go after six hours",
        ("phase: [Succeeded, Failed]",),
        ("afterFinished: 6h  # counted from when it finished; what runs is kept",),
    ),
    ("batch", "CronJob"): Recipe(
        "suspended-cronjobs",
        "CronJobs that have been suspended for a month go",
        ("fields:", "- {path: spec.suspend, value: true}"),
        ("after:", "  since: held  # from when it was seen suspended, without a break", "  wait: 30d"),
    ),
    ("apps", "ReplicaSet"): Recipe(
        "empty-replicasets",
        "ReplicaSets without replicas and without an owner go after a week",
        (
            "owner: none  # those of Deployments are theirs",
            "fields:",
            "- {path: spec.replicas, value: 0}",
        ),
        ("after:", "  since: held  # from when it was seen so, without a break", "  wait: 7d"),
    ),
    ("", "ConfigMap"): Recipe(
        "unused-configmaps",
        "ConfigMaps that nothing has named for two weeks go",
        (
            *_UNUSED,
            "hasLabels:  # take this out when you trust it",
            '- {key: temporary, value: "true"}',
        ),
        (*_HELD, "  wait: 14d"),
    ),
    ("", "Secret"): Recipe(
        "unused-secrets",
        "Secrets that nothing has named for a month go",
        (*_UNUSED, *_OPT_IN),
        (*_HELD, "  wait: 30d"),
    ),
    ("", "PersistentVolumeClaim"): Recipe(
        "unused-claims",
        "claims that nothing has mounted for a month go, and with them what they hold",
        (*_UNUSED, *_OPT_IN),
        (*_HELD, "  wait: 30d"),
    ),
    ("tekton.dev", "PipelineRun"): _RUNS,
    ("tekton.dev", "TaskRun"): _RUNS,
    ("argoproj.io", "Workflow"): _RUNS,
}
_OTHERS: Final = Recipe(
    "temporary-{plural}",
    "{plural} that carry the label temporary=true go after thirty days",
    _OPT_IN,
    ("afterCreation: 30d",),
)
API_VERSIONS: Final = {"PipelineRun": "tekton.dev/v1", "TaskRun": "tekton.dev/v1", "Workflow": "argoproj.io/v1alpha1"}
"""Where kinds are that are not Kubernetes' own, and of which there is a recipe."""


def first_policy(api_version: str, kind: str, namespace: str, *, namespaced: bool) -> str:
    """A first policy, as YAML with comments.

    Args:
        api_version: The kind's group and version.
        kind: The kind.
        namespace: Where the policy is; of a kind that lives in no namespace it is a cluster policy, and in none.
        namespaced: Whether the kind lives in namespaces.
    """
    group = group_of(api_version)
    recipe = RECIPES.get((group, kind), _OTHERS)
    known = built_in(api_version, kind)
    plural = known.plural if known is not None else f"{kind.lower()}s"
    name = recipe.name.format(plural=plural)
    grant = PROTECTED_KINDS.get((group, kind))
    lines = [
        f"# A first policy: {recipe.says.format(plural=plural)}.",
        "# It only says what it would do (dryRun) until you take that line away. Look first:",
        "#   zen-gc plan -f policy.yaml --live",
        f"#   zen-gc why {kind.lower()}/NAME -f policy.yaml --live  # and why one of them goes, or stays",
        "# Any object stays that carries the label or annotation gc.kube-zen.io/keep.",
    ]
    if grant is not None:
        lines.append(f"# {kind} is protected: the controller, and plan, need --allow-resource {grant}.")
    lines += [f"apiVersion: {API_VERSION}", f"kind: {NAMESPACED if namespaced else CLUSTER}", "metadata:"]
    lines += [f"  name: {name}"]
    lines += [f"  namespace: {namespace}  # it looks at this namespace, and at no other"] if namespaced else []
    lines += ["spec:", "  targetResources:", f"  - apiVersion: {api_version}", f"    kind: {kind}"]
    lines += ["    # names: [\"tmp-*\"]  # only these; '!keep-*' leaves some out"]
    lines += ["  conditions:  # all of them must hold", *_below(recipe.conditions)] if recipe.conditions else []
    lines += ["  ttl:", *_below(recipe.ttl), *(f"  {line}" for line in recipe.beside)]
    lines += [
        "  behavior:",
        "    dryRun: true  # take this away when the status says what you expect",
        "    breaker:",
        "      maxObjects: 20  # a run that would take more takes nothing, and says so",
    ]
    return "\n".join(map(_aligned, lines))


def _aligned(line: str) -> str:
    """A line of which the comment stands in the same column as others."""
    code, mark, comment = line.partition("  #")
    return f"{code.rstrip().ljust(_COLUMN)}{mark}{comment}" if mark and code.strip() else line


def _below(lines: tuple[str, ...]) -> list[str]:
    return [f"    {line}" for line in lines]
