"""``delete``, ``label`` and ``annotate``: requests, never the asking."""

from __future__ import annotations

import pytest
from zen_gc_actions.deleting import DELETE
from zen_gc_actions.marking import ANNOTATE, LABEL

from zen_gc_core import Delete, InputError, Mark
from zen_gc_core.testing import request_of

OBJECT = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "default", "uid": "1"}}


@pytest.mark.parametrize(
    ("config", "request_"),
    [
        ({}, Delete("Background", None)),
        ({"propagationPolicy": "Foreground"}, Delete("Foreground", None)),
        ({"propagationPolicy": "Orphan", "gracePeriodSeconds": 0}, Delete("Orphan", 0)),
        ({"gracePeriodSeconds": 30}, Delete("Background", 30)),
    ],
)
def test_delete_asks_for_a_deletion(config, request_):
    """Background unless told otherwise; the grace period is the object's own unless told otherwise."""
    assert request_of(DELETE, config, OBJECT) == request_


@pytest.mark.parametrize(
    "config",
    [
        {"propagationPolicy": "Invalid"},
        {"propagationPolicy": ""},
        {"propagationPolicy": "background"},
        {"propagationPolicy": None},
        {"gracePeriodSeconds": -1},
        {"gracePeriodSeconds": "30s"},
        {"gracePeriodSeconds": 1.5},
        {"gracePeriodSeconds": True},
        {"gracePeriodSeconds": 2**63},
        {"gracePeriod": 30},
        [],
        None,
        True,
    ],
)
def test_a_deletion_that_cannot_be_meant_is_refused(config):
    """An unknown policy is never a silent Background."""
    with pytest.raises(InputError, match="delete"):
        request_of(DELETE, config, OBJECT)


def test_marks_ask_for_labels_and_annotations():
    """What was written, and no more: the core signs it."""
    assert request_of(LABEL, {"example.com/gc": "yes", "empty": ""}, OBJECT) == Mark(
        labels={"example.com/gc": "yes", "empty": ""}
    )
    assert request_of(ANNOTATE, {"note": "any text: \n of any kind"}, OBJECT) == Mark(
        annotations={"note": "any text: \n of any kind"}
    )


RESERVED = [
    "gc.kube-zen.io/keep",
    "gc.kube-zen.io/approve",
    "held.gc.kube-zen.io/0b1e",
    "kubernetes.io/metadata.name",
    "pod-security.kubernetes.io/enforce",
    "kubectl.kubernetes.io/last-applied-configuration",
    "app.kubernetes.io/managed-by",
    "k8s.io/x",
    "cluster-autoscaler.k8s.io/safe-to-evict",
    "argocd.argoproj.io/tracking-id",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
    "meta.helm.sh/release-name",
    "helm.sh/chart",
]
FREE = ["quarantine", "example.com/keep", "xkubernetes.io/a", "gc.kube-zen.io.example.com/keep", "argoproj.io/x"]


@pytest.mark.parametrize("keyword", [LABEL, ANNOTATE], ids=["label", "annotate"])
def test_a_mark_that_means_something_to_others_is_refused_at_its_place(keyword):
    """It could keep an object from every policy, open a namespace, or take an object from the tool that manages it."""
    for key in RESERVED:
        with pytest.raises(InputError, match=rf"\['{key}'\]: '{key}' is (reserved for|what zen-gc writes)"):
            request_of(keyword, {key: "x"}, OBJECT)
    for key in FREE:
        assert request_of(keyword, {key: "x"}, OBJECT)


def test_an_annotation_is_reserved_in_whatever_case():
    """The server takes the keys of annotations in any."""
    with pytest.raises(InputError, match="reserved for Kubernetes"):
        request_of(ANNOTATE, {"Pod-Security.Kubernetes.IO/enforce": "x"}, OBJECT)


@pytest.mark.parametrize(
    ("keyword", "config", "problem"),
    [
        (LABEL, {}, "label: "),
        (LABEL, None, "label: "),
        (LABEL, ["a"], "label: "),
        (LABEL, {"a": True}, r"label\.a: "),
        (LABEL, {"a": None}, r"label\.a: "),
        (LABEL, {"a b": "c"}, "is no label key"),
        (LABEL, {"a": "b c"}, "is no label value"),
        (LABEL, {"a": "x" * 64}, "is no label value"),
        (ANNOTATE, {}, "annotate: "),
        (ANNOTATE, {"a": 5}, r"annotate\.a: "),
        (ANNOTATE, {"a b": "c"}, "is no key of an annotation"),
        (ANNOTATE, {"a": "x" * 262_144}, "256 KiB"),
        (ANNOTATE, {"gc.kube-zen.io/marked-by": "me"}, "is what zen-gc writes itself"),
        (ANNOTATE, {"gc.kube-zen.io/marked-at": "now"}, "is what zen-gc writes itself"),
    ],
)
def test_a_mark_that_the_server_would_refuse_is_refused_here(keyword, config, problem):
    """When the policy is read, not when the first object is due."""
    with pytest.raises(InputError, match=problem):
        request_of(keyword, config, OBJECT)
