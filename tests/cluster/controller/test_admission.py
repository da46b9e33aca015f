"""The admission webhook on a real API server: what kubectl shows of wrong policies, and of right ones to look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.hooked import await_trust, bundle, configuration, installed, new_name
from tests.cluster.controller.served import Served
from tests.cluster.controller.stage import LABELS, MERGE, TARGET, Stage, until
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Inside
    from tests.harness.real import RealCluster

ANYWHERE = "127.0.0.1:0"
WRONG = {
    "targetResources": [TARGET],
    "conditions": {"phase": ["Succeeded"], "hasLabel": [{"key": "a"}], "cel": "object.metadata.nme == 'a'"},
    "ttl": {"afterCreation": "0d"},
}


@pytest.fixture
def hooked(real: Stage, inside: Callable[..., Inside]) -> Iterator[tuple[Stage, Inside, str]]:
    """A stage on the real API server whose policies a controller's webhook is asked about; and its configuration's path."""
    name = new_name()
    controller = inside(real, webhook_addr=ANYWHERE, webhook_name=name)
    with installed(real.cluster, configuration(name, controller.controller.webhook_port)) as path:
        await_trust(controller)
        until(lambda: apply(real, document(real, WRONG)).returncode != 0, "the configuration is in force")
        yield real, controller, path


def document(stage: Stage, spec: dict[str, Any], name: str = "written", **metadata: Any) -> dict[str, Any]:
    """A policy of the stage's namespace."""
    return {
        "apiVersion": API_VERSION,
        "kind": NAMESPACED,
        "metadata": {"name": name, "namespace": stage.namespace, **metadata},
        "spec": spec,
    }


def apply(stage: Stage, policy: dict[str, Any], *more: str) -> Any:
    """Apply a policy with kubectl."""
    return stage.cluster.kubectl("apply", "-f", "-", *more, stdin=json.dumps(policy))


def test_a_wrong_policy_is_refused_with_all_of_its_paths(hooked: tuple[Stage, Inside, str]) -> None:
    """As kubectl prints what the API server refuses itself."""
    stage, controller, _ = hooked
    refused = apply(stage, document(stage, WRONG))
    assert refused.returncode == 1
    warning, first, *lines = refused.stderr.strip().splitlines()
    assert warning == (
        "Warning: spec.conditions.phase[0]: 'Succeeded' is never the phase of a ConfigMap (it has none); "
        "it is one of Pod and Job"
    )
    assert first == 'The GarbageCollectionPolicy "written" is invalid: '
    assert lines == [
        "* spec.conditions.cel: object.metadata has no field 'nme'; did you mean 'name'? (line 1, column 1)",
        "object.metadata.nme == 'a'",
        "^",
        (
            "* spec.conditions: unknown 'hasLabel'; did you mean 'hasLabels'? (installed: all, any, cel, fields, "
            "hasAnnotations, hasLabels, jmespath, none, olderThan, owner, phase, related, unreferenced)"
        ),
        "* spec.ttl.afterCreation: a duration must be more than 0, not '0d'",
    ]
    assert stage.cluster.request("GET", stage.path("written")).status == 404
    assert controller.records("policy refused", policy="written", operation="CREATE")
    denied = controller.scrape().total("gc_admission_requests_total", result="denied", kind=NAMESPACED)
    assert denied >= 1


def test_a_right_policy_is_stored_and_its_warnings_are_printed(hooked: tuple[Stage, Inside, str]) -> None:
    """By a create, by an edit, and by a dry run, which stores nothing."""
    stage, _, _ = hooked
    right = {"targetResources": [TARGET], "ttl": {"afterCreation": "7d"}, "paused": True}
    odd = {**right, "conditions": {"phase": ["Failed"]}}
    assert apply(stage, document(stage, odd), "--dry-run=server").stderr.startswith("Warning: spec.conditions.phase[0]")
    assert stage.cluster.request("GET", stage.path("written")).status == 404
    assert apply(stage, document(stage, right)).stderr == ""
    edited = apply(stage, document(stage, odd))
    assert edited.returncode == 0
    assert edited.stderr.startswith("Warning: spec.conditions.phase[0]: 'Failed' is never the phase of a ConfigMap")
    assert stage.read("written")["spec"]["conditions"] == odd["conditions"]


def test_an_edit_that_makes_a_policy_wrong_leaves_it_as_it_is(hooked: tuple[Stage, Inside, str]) -> None:
    """Server-side, client-side, and by a patch."""
    stage, _, _ = hooked
    right = {"targetResources": [TARGET], "ttl": {"afterCreation": "7d"}, "paused": True}
    assert apply(stage, document(stage, right)).returncode == 0
    for flags in ((), ("--server-side", "--force-conflicts")):
        refused = apply(stage, document(stage, {**right, "ttl": {"afterCreation": "0d"}}), *flags)
        assert refused.returncode == 1
        assert "is invalid: spec.ttl.afterCreation: a duration must be more than 0, not '0d'" in refused.stderr
    patched = stage.cluster.request(
        "PATCH", stage.path("written"), {"spec": {"paused": "no"}}, content_type="application/merge-patch+json"
    )
    assert patched.status == 422
    assert stage.read("written")["spec"] == right


def test_a_wrong_policy_that_is_there_can_be_labelled_and_deleted(real: Stage, inside: Callable[..., Inside]) -> None:
    """It came before the webhook did; who cleans up is not held up."""
    name = new_name()
    controller = inside(real, webhook_addr=ANYWHERE, webhook_name=name)
    real.cluster.create(document(real, WRONG, finalizers=["example.com/hold"]))
    with installed(real.cluster, configuration(name, controller.controller.webhook_port, matchConditions=[])):
        await_trust(controller)
        until(lambda: apply(real, document(real, WRONG, "other")).returncode != 0, "the configuration is in force")
        real.patch(real.path("written"), {"metadata": {"labels": LABELS}})
        real.delete(real.path("written"))
        real.patch(real.path("written"), {"metadata": {"finalizers": []}})
        assert real.cluster.request("GET", real.path("written")).status == 404


def test_a_webhook_that_does_not_answer_holds_nobody_up(real: Stage, inside: Callable[..., Inside]) -> None:
    """By the manifest's failurePolicy: the policy is stored, and the controller refuses it as it always did."""
    name = new_name()
    inside(real)
    with installed(real.cluster, configuration(name, 1, failurePolicy="Ignore")):
        assert apply(real, document(real, WRONG)).returncode == 0
    until(lambda: real.reason("written") == "InvalidPolicy", "the controller refuses it")


def test_readiness_waits_for_trust_and_not_for_a_configuration(real: Stage, inside: Callable[..., Inside]) -> None:
    """Without a configuration it is Ready; with one that trusts somebody else it is not; without the webhook nothing is said."""
    name = new_name()
    controller = inside(real, webhook_addr=ANYWHERE, webhook_name=name)
    ready = "[+] webhook-trusted"
    until(lambda: ready in probe(controller), "it is Ready without a configuration")
    assert controller.scrape().total("gc_webhook_trusted") == 0
    assert controller.records("webhook not trusted", message="there is no such configuration")
    foreign = {"annotations": {"cert-manager.io/inject-ca-from": "a/b"}}
    hook = configuration(name, controller.controller.webhook_port)
    hook["metadata"] |= foreign
    with installed(real.cluster, hook) as path:
        until(lambda: "[-] webhook-trusted" in probe(controller), "it is not Ready")
        assert "cert-manager writes the bundle" in controller.await_record("webhook not looked after")["message"]
        real.patch(path, {"metadata": {"annotations": {"cert-manager.io/inject-ca-from": None}}})
        await_trust(controller)
        assert ready in probe(controller)
        assert bundle(real.cluster, path)
    plain = inside(real)
    assert "webhook" not in fetch(plain.controller.health_port, "/readyz")[1]


def test_the_audit_log_says_how_many_problems_there_were_and_where(
    own_real_cluster: RealCluster, real: Stage, stream: io.StringIO
) -> None:
    """No word of the policy is in it."""
    real.policy("written", paused=True)
    name = new_name()
    with Served(real.cluster, name, real.home) as webhook, installed(real.cluster, configuration(name, webhook.port)):
        webhook.await_trust()
        wrong = {"spec": {"conditions": {"phaze": [], "olderThan": "0s"}}}

        def refused() -> bool:
            answer = real.cluster.request("PATCH", real.path("written") + "?dryRun=All", wrong, content_type=MERGE)
            assert answer.status in {200, 422}
            return "the policy is invalid" in answer.text

        until(refused, "the configuration is in force")

    def noted() -> list[dict[str, str]]:
        # other tests of this server write objects that are nested too deeply to be read here
        lines = [line for line in own_real_cluster.audit_log.read_text().splitlines() if real.namespace in line]
        events = [json.loads(line) for line in lines]
        ours = [each for each in events if each.get("objectRef", {}).get("namespace") == real.namespace]
        found = [each.get("annotations", {}) for each in ours]
        return [each for each in found if "policies.gc.kube-zen.io/errors" in each]

    (annotations, *_) = until(noted, "it is written down")
    assert annotations["policies.gc.kube-zen.io/errors"] == "2"
    assert annotations["policies.gc.kube-zen.io/paths"] == "spec.conditions.olderThan, spec.conditions"


def probe(controller: Inside) -> str:
    """What the readiness probe is told."""
    return fetch(controller.controller.health_port, "/readyz")[1]
