"""``unreferenced``: what names an object, owns it or is known to need it; and that what is not known keeps it."""

from __future__ import annotations

import pytest
from zen_gc_conditions.unreferenced import UNREFERENCED

from zen_gc_core import InputError, Polarity, Undecided
from zen_gc_core.testing import ask, compile_keyword, explain

IS = True
KINDS = [("v1", kind) for kind in ("ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount")]


def thing(kind="ConfigMap", name="x", namespace="a", api_version="v1", **rest):
    metadata = {"name": name, "uid": f"{kind}-{name}", **rest.pop("metadata", {})}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def deployment(**spec):
    return thing("Deployment", "web", api_version="apps/v1", spec={"template": {"spec": spec}})


USERS = {
    "a volume": ("ConfigMap", deployment(volumes=[{"configMap": {"name": "x"}}])),
    "an init container": ("ConfigMap", deployment(initContainers=[{"envFrom": [{"configMapRef": {"name": "x"}}]}])),
    "a variable": (
        "Secret",
        deployment(containers=[{"env": [{"valueFrom": {"secretKeyRef": {"name": "x", "key": "k"}}}]}]),
    ),
    "a projected volume": ("Secret", deployment(volumes=[{"projected": {"sources": [{"secret": {"name": "x"}}]}}])),
    "a pull secret": ("Secret", thing("Pod", "p", spec={"imagePullSecrets": [{"name": "x"}]})),
    "an Ingress": (
        "Secret",
        thing("Ingress", "i", api_version="networking.k8s.io/v1", spec={"tls": [{"secretName": "x"}]}),
    ),
    "a claim": (
        "PersistentVolumeClaim",
        thing("Pod", "p", spec={"volumes": [{"persistentVolumeClaim": {"claimName": "x"}}]}),
    ),
    "an account": ("ServiceAccount", thing("Pod", "p", spec={"serviceAccountName": "x"})),
    "a custom kind": ("Secret", thing("Widget", "w", api_version="acme.io/v1", spec={"deep": [{"in": "x"}]})),
    "a custom kind elsewhere": ("Secret", thing("Widget", "w", "b", "acme.io/v1", spec={"deep": [{"in": "a/x"}]})),
    "an old ReplicaSet": (
        "ConfigMap",
        thing(
            "ReplicaSet",
            "r",
            api_version="apps/v1",
            spec={"template": {"spec": {"volumes": [{"configMap": {"name": "x"}}]}}},
        ),
    ),
}


@pytest.mark.parametrize("user", USERS)
def test_what_names_it_uses_it(user):
    """Whoever it is; what is named otherwise, or elsewhere, is another."""
    kind, other = USERS[user]
    situation = {"targets": KINDS, "related": [other]}
    assert ask(UNREFERENCED, IS, thing(kind), **situation) is False
    assert ask(UNREFERENCED, IS, thing(kind, "y"), **situation) is True
    if "elsewhere" not in user:
        assert ask(UNREFERENCED, IS, thing(kind, namespace="c"), **situation) is True


def test_claims_of_a_stateful_set_are_in_use_whatever_its_replicas():
    """A scaled-down set comes back to them."""
    stateful = thing(
        "StatefulSet",
        "web",
        api_version="apps/v1",
        spec={"replicas": 0, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
    )
    for name, unused in (("data-web-7", False), ("data-web-x", True), ("data-other-0", True)):
        found = ask(UNREFERENCED, IS, thing("PersistentVolumeClaim", name), targets=KINDS, related=[stateful])
        assert found is unused


def test_what_is_owned_or_well_known_is_in_use():
    """Without anybody's naming it."""
    owner = {"apiVersion": "acme.io/v1", "kind": "Widget", "name": "w", "uid": "w"}
    situation = {"targets": KINDS, "related": []}
    owned = thing(metadata={"ownerReferences": [owner]})
    assert ask(UNREFERENCED, IS, owned, **situation) is False
    assert explain(UNREFERENCED, IS, owned, **situation) == "in use: it has an owner, Widget w, with which it goes"
    known = thing(name="kube-root-ca.crt")
    assert ask(UNREFERENCED, IS, known, **situation) is False
    assert explain(UNREFERENCED, IS, known, **situation).startswith("in use: ")


def test_it_says_who_uses_it():
    """By kind and name."""
    _, web = USERS["a volume"]
    assert explain(UNREFERENCED, IS, thing(), targets=KINDS, related=[web]) == "in use: Deployment web names it"


@pytest.mark.parametrize("spec", [{"template": 5}, {"template": {"spec": {"volumes": {"a": 1}}}}])
def test_an_object_that_cannot_be_read_may_name_anything(spec):
    """In whichever namespace, for its arguments may name what is elsewhere."""
    odd = thing("Deployment", "odd", api_version="apps/v1", spec=spec)
    for namespace in "ab":
        with pytest.raises(Undecided, match="Deployment a/odd"):
            ask(UNREFERENCED, IS, thing(namespace=namespace), targets=KINDS, related=[odd])


def test_without_lists_nothing_is_known():
    """Nobody has looked."""
    with pytest.raises(Undecided, match="were not looked at"):
        ask(UNREFERENCED, IS, thing(), targets=KINDS)


@pytest.mark.parametrize(
    ("config", "targets", "wrong"),
    [
        (False, KINDS, "must be true"),
        (True, [("v1", "Service")], "Services are used by DNS, which no field shows: ask with related"),
        (
            True,
            [("v1", "ConfigMap"), ("batch/v1", "Job")],
            "Job objects may be used without being named: it is said of ConfigMap,",
        ),
        (True, [("acme.io/v1", "Widget")], "Widget objects may be used without being named"),
        ("yes", KINDS, "must be true or false"),
    ],
)
def test_it_is_asked_of_what_is_used_by_being_named_alone(config, targets, wrong):
    """Anything else is refused."""
    with pytest.raises(InputError, match=wrong):
        compile_keyword(UNREFERENCED, config, targets=targets)


def test_under_none_it_takes_what_is_used():
    """Then nothing goes because nobody is there."""
    for polarity, absent in ((Polarity.INCLUDES, True), (Polarity.EXCLUDES, False), (Polarity.EITHER, True)):
        relations = compile_keyword(UNREFERENCED, IS, targets=KINDS, polarity=polarity).relations
        assert [relation.absent for relation in relations] == [absent] * 4
