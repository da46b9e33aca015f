"""Selectors, as tables: what a text takes, and what is refused."""

from __future__ import annotations

import pytest
from zen_gc_embedded.kinds.builtin_resources import builtin_resources
from zen_gc_embedded.statuses import StatusError
from zen_gc_embedded.store.objects import record_of
from zen_gc_embedded.wire.selecting import selection

RESOURCES = {resource.plural: resource for resource in builtin_resources() if resource.group in {"", "batch"}}
LABELS = {"app": "web", "tier": "1", "example.com/team": "a", "empty": ""}
POD = {
    "metadata": {"name": "one", "namespace": "here", "labels": LABELS},
    "spec": {"nodeName": "n1", "hostNetwork": True},
    "status": {"phase": "Failed"},
}


def takes(plural, labels="", fields="", content=POD):
    predicate = selection(RESOURCES[plural], labels, fields)
    return predicate is None or predicate(record_of(content, 1))


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app = web", True),
        ("app!=web", False),
        ("none!=web", True),
        ("app in (web,api)", True),
        ("app in (api)", False),
        ("app notin (web)", False),
        ("none notin (web)", True),
        ("none in (web)", False),
        ("app", True),
        ("!app", False),
        ("! none", True),
        ("example.com/team=a", True),
        ("empty=", True),
        ("none=", False),
        ("app=web,tier in (1, 2),!none", True),
        ("app=web,tier=2", False),
        ("tier>0", True),
        ("tier<1", False),
        ("app>0", False),
    ],
)
def test_label_selectors_take_what_kubernetes_takes(selector, taken):
    """A missing label is unlike every value."""
    assert takes("pods", labels=selector) is taken


@pytest.mark.parametrize("selector", ["a b", "=web", "app=a b", "app in web", "app,,tier", "app in ()x", "!", "a=b=c"])
def test_a_label_selector_that_cannot_be_read_takes_nothing(selector):
    """It is a bad request: never read as a wider selector."""
    with pytest.raises(StatusError) as raised:
        takes("pods", labels=selector)
    assert raised.value.code == 400


@pytest.mark.parametrize(
    ("plural", "selector", "taken"),
    [
        ("pods", "metadata.name=one", True),
        ("pods", "metadata.namespace!=here", False),
        ("pods", "status.phase=Failed,spec.nodeName=n1", True),
        ("pods", "status.phase!=Failed", False),
        ("pods", "spec.nodeName==n2", False),
        ("pods", "spec.hostNetwork=true", True),
        ("pods", r"metadata.name=o\,ne", False),
        ("jobs", "status.successful=0", True),
        ("nodes", "spec.unschedulable=false", True),
    ],
)
def test_field_selectors_take_what_the_kind_supports(plural, selector, taken):
    """A missing field reads as the zero value of its type."""
    assert takes(plural, fields=selector) is taken


@pytest.mark.parametrize(
    ("plural", "selector"),
    [
        ("pods", "status.message=x"),
        ("configmaps", "data.key=x"),
        ("jobs", "status.phase=x"),
        ("pods", "metadata.uid=x"),
        ("pods", "x"),
    ],
)
def test_a_field_that_cannot_be_asked_is_a_bad_request(plural, selector):
    """An unsupported field must not select everything."""
    with pytest.raises(StatusError) as raised:
        takes(plural, fields=selector)
    assert raised.value.code == 400
