"""Grace periods: who gets one, how long it is, and what is answered meanwhile."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import Lab, brief, ending, pod

HELD = "example.com/hold"


def pod_on_a_node(lab: Lab) -> Any:
    """It gets its grace period, 30 seconds unless told otherwise; the deletion time lies that far ahead."""
    lab.put_up(pod("one", node="nowhere"))
    lab.put_up(pod("two", node="nowhere"))
    answer = lab.ask("DELETE", f"{lab.pods}/one")
    return [
        [answer.status, answer.body["kind"], ending(answer.body)],
        ending(lab.ask("DELETE", f"{lab.pods}/two", {"gracePeriodSeconds": 5}).body),
        ending(lab.ask("DELETE", f"{lab.pods}/one?gracePeriodSeconds=3").body),
        ending(lab.ask("DELETE", f"{lab.pods}/one?gracePeriodSeconds=60").body),
        brief(lab.ask("DELETE", f"{lab.pods}/one?gracePeriodSeconds=0").body),
        lab.ask("GET", f"{lab.pods}/one").status,
    ]


def pod_on_no_node(lab: Lab) -> Any:
    """Nothing has to stop: it goes at once, and the answer is the Pod with a grace period of 0."""
    lab.put_up(pod("one"))
    answer = lab.ask("DELETE", f"{lab.pods}/one")
    return [answer.status, brief(answer.body), ending(answer.body), lab.ask("GET", f"{lab.pods}/one").status]


def pod_that_has_finished(lab: Lab) -> Any:
    """On a node or not, it goes at once."""
    told = []
    for phase in ("Succeeded", "Failed"):
        at = f"{lab.pods}/{phase.lower()}"
        lab.put_up(pod(phase.lower(), node="nowhere", phase=phase))
        answer = lab.ask("DELETE", at)
        told.append([answer.status, brief(answer.body), ending(answer.body), lab.ask("GET", at).status])
    return told


def pod_with_a_grace_period_of_its_own(lab: Lab) -> Any:
    """The Pod's terminationGracePeriodSeconds is what a delete that names none gives."""
    item = pod("one", node="nowhere")
    item["spec"]["terminationGracePeriodSeconds"] = 7
    lab.put_up(item)
    return ending(lab.ask("DELETE", f"{lab.pods}/one").body)


def pod_with_a_finalizer(lab: Lab) -> Any:
    """Grace period over, finalizer still there: accepted, not gone."""
    lab.put_up(pod("one", finalizers=[HELD]))
    answer = lab.ask("DELETE", f"{lab.pods}/one")
    left = lab.ask("GET", f"{lab.pods}/one").status
    lab.release(f"{lab.pods}/one")
    return [answer.status, ending(answer.body), left, lab.ask("GET", f"{lab.pods}/one").status]


def grace_period_of_what_has_none(lab: Lab) -> Any:
    """A ConfigMap goes at once whatever the grace period; a negative one is refused or ignored."""
    lab.make("one")
    lab.make("two")
    return [
        lab.tell("DELETE", f"{lab.configmaps}/one", {"gracePeriodSeconds": 60}),
        lab.tell("DELETE", f"{lab.configmaps}/two", {"gracePeriodSeconds": -5}),
        lab.names(lab.configmaps),
    ]
