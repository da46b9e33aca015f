"""What the demo shows: its policies, and objects with a past, each of which must go or must stay.

Data only; the demo's policies are in ``demo_policies.yaml``.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from zen_gc_core.cli.reading.yamls import YamlDocument, read_yaml
from zen_gc_core.instants import format_instant

SHOP: Final = "shop"
KEEP: Final = "gc.kube-zen.io/keep"
SOON: Final = dt.timedelta(seconds=4)
"""When the last object of the demo becomes due."""

_POLICIES: Final = "demo_policies.yaml"
_HOUR: Final = dt.timedelta(hours=1)
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Prop:
    """An object of the demo.

    Args:
        manifest: The object, with its past.
        goes: Whether it must be gone in the end.
    """

    manifest: dict[str, Any]
    goes: bool

    @property
    def uid(self) -> str:
        """Its uid."""
        uid: str = self.manifest["metadata"]["uid"]
        return uid

    @property
    def kind(self) -> str:
        """Its kind."""
        kind: str = self.manifest["kind"]
        return kind

    @property
    def place(self) -> str:
        """Where it is: ``NAMESPACE/NAME``."""
        metadata = self.manifest["metadata"]
        return f"{metadata['namespace']}/{metadata['name']}"


def policies() -> list[tuple[str, dict[str, Any]]]:
    """The policies, each with the sentence that stands above it."""
    text = resources.files(__package__).joinpath(_POLICIES).read_text(encoding="utf-8")
    return [(_sentence(text, document), document.value) for document in read_yaml(text)]


def _sentence(text: str, document: YamlDocument) -> str:
    return text.splitlines()[document.line - 2].removeprefix("# ")


def surroundings() -> list[dict[str, Any]]:
    """Objects that are there and that no policy looks at: Namespaces, and an owner."""
    release = {"name": "ci-release", "labels": {KEEP: "true"}}
    return [
        *({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata} for metadata in ({"name": SHOP}, release)),
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web", "namespace": SHOP, "uid": _WEB}},
    ]


def props(now: dt.datetime) -> list[Prop]:
    """The objects.

    Args:
        now: The instant that their past is counted from.
    """
    past = _Past(now)
    return [*_jobs(past), *_pods(past), *_configmaps(past), *_secrets(past), *_ci(past)]


_WEB: Final = str(uuid.UUID(int=1))
_OWNER: Final = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": _WEB, "controller": True}


@dataclass(frozen=True, slots=True)
class _Past:
    """Makes objects whose times lie before an instant."""

    now: dt.datetime

    def ago(self, age: dt.timedelta) -> str:
        return format_instant((self.now - age).replace(microsecond=0))

    def job(self, name: str, age: dt.timedelta, ended: str | None, *, labels: dict[str, str] | None = None) -> Any:
        """A Job made twice ``age`` ago, and ended ``age`` ago with this condition (``Complete``, ``Failed``)."""
        status: dict[str, Any] = {"startTime": self.ago(2 * age)}
        if ended:
            status["conditions"] = [{"type": ended, "status": "True", "lastTransitionTime": self.ago(age)}]
        return self._object("batch/v1", "Job", name, 2 * age, {"metadata": {"labels": labels or {}}, "status": status})

    def pod(self, name: str, age: dt.timedelta, phase: str, **more: Any) -> Any:
        """A Pod made ``age`` ago; ``more`` are ``reason``, ``owner`` and ``namespace``."""
        status = {
            "phase": phase,
            "startTime": self.ago(age),
            **({"reason": more["reason"]} if "reason" in more else {}),
            "conditions": [
                {"type": "Ready", "status": str(phase == "Running"), "lastTransitionTime": self.ago(age)},
            ],
        }
        metadata = {"ownerReferences": [_OWNER]} if "owner" in more else {}
        namespace = more.get("namespace", SHOP)
        return self._object(
            "v1", "Pod", name, age, {"metadata": {"namespace": namespace, **metadata}, "status": status}
        )

    def held(self, kind: str, name: str, age: dt.timedelta, **more: Any) -> Any:
        """A ConfigMap or a Secret made ``age`` ago; ``more`` are ``labels``, ``annotations`` and ``type``."""
        kept = {"type": more.pop("type")} if "type" in more else {}
        return self._object("v1", kind, name, age, {"metadata": more, **kept})

    def _object(self, version: str, kind: str, name: str, age: dt.timedelta, rest: dict[str, Any]) -> dict[str, Any]:
        metadata = {
            "name": name,
            "namespace": SHOP,
            "uid": str(uuid.uuid4()),
            "creationTimestamp": self.ago(age),
            **rest["metadata"],
        }
        return {"apiVersion": version, "kind": kind, **rest, "metadata": metadata}


def _jobs(past: _Past) -> list[Prop]:
    return [
        Prop(past.job("import-1", 3 * _HOUR, "Complete"), goes=True),
        Prop(past.job("import-2", 2 * _HOUR, "Failed"), goes=True),
        Prop(past.job("import-3", _HOUR / 6, "Complete"), goes=False),
        Prop(past.job("import-4", 5 * _HOUR, None), goes=False),
        Prop(past.job("year-end", 5 * _DAY, "Complete", labels={KEEP: "true"}), goes=False),
    ]


def _pods(past: _Past) -> list[Prop]:
    return [
        Prop(past.pod("web-1", 2 * _HOUR, "Failed", reason="Evicted", owner=True), goes=True),
        Prop(past.pod("web-2", 3 * _HOUR, "Failed", reason="Evicted", owner=True), goes=True),
        Prop(past.pod("web-3", 2 * _HOUR, "Running", owner=True), goes=False),
        Prop(past.pod("mailer", 4 * _HOUR, "Failed", reason="DeadlineExceeded"), goes=False),
    ]


def _configmaps(past: _Past) -> list[Prop]:
    temp = {"labels": {"temp": "true"}}
    snoozed = {"annotations": {KEEP: past.ago(-_DAY)}}
    settings = [Prop(past.held("ConfigMap", name, 90 * _DAY), goes=False) for name in ("prices", "taxes", "routes")]
    return [
        Prop(past.held("ConfigMap", "scratch-1", 2 * _HOUR, **temp), goes=True),
        Prop(past.held("ConfigMap", "scratch-2", 9 * _DAY, **temp), goes=True),
        Prop(past.held("ConfigMap", "scratch-3", _HOUR - SOON, **temp), goes=True),
        Prop(past.held("ConfigMap", "scratch-4", 9 * _DAY, **temp, **snoozed), goes=False),
        *settings,
    ]


def _secrets(past: _Past) -> list[Prop]:
    auto = {"labels": {"cleanup": "auto"}}
    return [
        Prop(past.held("Secret", "token-october", 45 * _DAY, type="Opaque", **auto), goes=False),
        Prop(past.held("Secret", "release-v7", 45 * _DAY, type="helm.sh/release.v1", **auto), goes=False),
        Prop(past.held("Secret", "database", 300 * _DAY, type="Opaque"), goes=False),
    ]


def _ci(past: _Past) -> list[Prop]:
    return [
        Prop(past.pod("lint-31", 2 * _HOUR, "Succeeded", namespace="ci-web"), goes=True),
        Prop(past.pod("tests-31", 2 * _HOUR, "Failed", namespace="ci-app"), goes=True),
        Prop(past.pod("tests-32", _HOUR / 12, "Running", namespace="ci-app"), goes=False),
        Prop(past.pod("build-7", 2 * _HOUR, "Succeeded", namespace="ci-release"), goes=False),
    ]
