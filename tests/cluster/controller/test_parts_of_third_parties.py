"""What a third party's plugin says of its kinds, and asks for, in a running controller: the example package, live."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.stage import Stage, until
from tests.docs.policies import REPOSITORY, load_module, points_with
from tests.harness.crds import custom_kind
from zen_gc_core.controller.program import controller
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside

RENDERS = custom_kind("acme.io", "renders", "Render")
SOON = {"afterCreation": 1}


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """Controllers of this process have the example package, as if it were installed."""
    module = load_module(REPOSITORY / "examples" / "plugin-acme" / "acme_zen_gc" / "__init__.py")
    points = points_with(module)
    monkeypatch.setattr(controller, "installed_entry_points", lambda: points)


@pytest.fixture
def renders(stage: Stage) -> Stage:
    """A stage whose cluster serves the kind of the example."""
    if stage.cluster.request("GET", "/apis/acme.io/v1/renders").status == 404:
        stage.cluster.create(RENDERS)
        until(lambda: stage.cluster.request("GET", "/apis/acme.io/v1/renders").status == 200, "the kind is served")
    return stage


def render(stage: Stage, name: str, step: str, **spec: str) -> None:
    """A Render, long ago made, and where it is at one of the last steps, ended a day later."""
    metadata = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    status = {"step": step, "endedAt": "2026-01-02T00:00:00Z"}
    stage.make(name, kind="Render", api_version="acme.io/v1", metadata=metadata, spec=spec, status=status)


def read(stage: Stage, name: str) -> dict[str, Any]:
    """A Render as it is."""
    return dict(stage.cluster.request("GET", f"/apis/acme.io/v1/namespaces/{stage.namespace}/renders/{name}").body)


@pytest.mark.usefixtures("acme")
def test_a_relation_keeps_what_its_objects_name(renders: Stage, inside: Callable[..., Inside]) -> None:
    """A scene that a Render still draws; the one that is drawn goes."""
    for name in ("drawing", "drawn"):
        renders.make(name)
    render(renders, "a", "queued", scene="drawing")
    render(renders, "b", "done", scene="drawn")
    time.sleep(2.1)
    renders.policy(conditions={"acme.io/undrawn": {"steps": ["queued"]}}, ttl=SOON)
    inside(renders, once=True).finish()
    assert renders.names() == {"drawing"}


@pytest.mark.usefixtures("acme", "patient")
def test_a_reference_row_keeps_what_no_text_names(renders: Stage, inside: Callable[..., Inside]) -> None:
    """The palette of any Render, and whatever its texts name; another palette goes."""
    for name in ("palette-night", "palette-day", "drawn"):
        renders.make(name)
    render(renders, "a", "done", scene="drawn", palette="night")
    time.sleep(2.1)
    renders.policy(conditions={"unreferenced": True}, ttl=SOON)
    inside(renders, once=True).finish()
    assert renders.names() == {"palette-night", "drawn"}


@pytest.mark.usefixtures("acme")
def test_a_finish_row_and_a_request_park_what_has_finished(renders: Stage, inside: Callable[..., Inside]) -> None:
    """Signed by the policy, and nothing else of it is changed; what has not finished stays where it is."""
    render(renders, "a", "done", queue="day", scene="s")
    render(renders, "b", "drawing", queue="day", scene="s")
    target = {"apiVersion": "acme.io/v1", "kind": "Render", "namespaces": [renders.namespace]}
    policy = renders.policy(
        kind=CLUSTER,
        targetResources=[target],
        ttl={"afterFinished": "1h"},
        action={"acme.io/park": {"queue": "night"}},
    )
    inside(renders, once=True).finish()
    parked, left = read(renders, "a"), read(renders, "b")
    assert (parked["spec"], left["spec"]) == ({"queue": "night", "scene": "s"}, {"queue": "day", "scene": "s"})
    assert policy in parked["metadata"]["annotations"]["gc.kube-zen.io/marked-by"]
    assert "annotations" not in left["metadata"]
