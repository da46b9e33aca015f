"""Mutators of what is copied before it goes, of what others name, of what is scaled, and of what comes in masses."""

from __future__ import annotations

from typing import Any

from tests.cluster.controller.churn import KEEP, Mutator

LEFT = 4
"""Objects that a mutator leaves behind, and nobody touches any more: of each kind some are to go, whatever went before."""


RECENT = 60
"""Of how many objects that came last some are changed: about as many as come in an interval."""


class BinMutator(Mutator):
    """Makes objects that are copied before they are deleted, changes and marks them."""

    prefix = "b-"
    label = "binned"

    def _change(self, stem: str) -> None:
        stem = f"{self.prefix}{stem}"
        name = self._named(stem)
        path = f"{self._collection}/{name}"
        choice = self._chance.random()
        if choice < 0.3:
            self._patch(path, {"data": {"state": self._chance.choice(["done", "done", "busy"])}})
        elif choice < 0.4:
            self._patch(path, {"metadata": {"annotations": {KEEP: self._chance.choice(["true", "false", "false"])}}})
        elif choice < 0.45:
            self._remove(path)
        else:
            self._make(self._collection, stem, self._item(name, self._chance.choice(["done", "busy"])))

    @property
    def _collection(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/configmaps"

    def _item(self, name: str, state: str) -> dict[str, Any]:
        return _config_map(name, self.label, state=state)

    def end(self) -> None:
        """Make it end, and leave some behind that are to go."""
        super().end()
        for number in range(LEFT):
            self.connection.request("POST", self._collection, self._item(f"{self.prefix}left-{number}", "done"))


class FloodMutator(BinMutator):
    """Makes objects that are due, each under a name of its own, and takes it back of some right away."""

    prefix = "f-"
    label = "yes"
    made = 0

    def _change(self, stem: str) -> None:
        choice = self._chance.random()
        recent = f"{self._collection}/{self.prefix}{self.made - self._chance.randrange(1, RECENT)}"
        if choice < 0.1:
            self._patch(recent, {"data": {"state": "busy"}})
        elif choice < 0.15:
            self._patch(recent, {"metadata": {"annotations": {KEEP: "true"}}})
        elif choice < 0.2:
            self._remove(recent)
        else:
            self.connection.request("POST", self._collection, self._item(f"{self.prefix}{self.made}", "done"))
            self.made += 1


class UseMutator(BinMutator):
    """The same of objects that others name, which come and go, too."""

    prefix = "u-"
    label = "used"

    def run(self) -> None:
        """Begin with somebody who names nobody: a field that no object has may be misspelt."""
        self.connection.request("POST", self._collection, _config_map("of-nobody", "user", uses="nobody"))
        super().run()

    def _change(self, stem: str) -> None:
        choice = self._chance.random()
        name = self._named(f"{self.prefix}{stem}")
        user = f"of-{name}"
        if choice < 0.15:
            self.connection.request("POST", self._collection, _config_map(user, "user", uses=name))
        elif choice < 0.3:
            self._patch(f"{self._collection}/{user}", {"data": {"uses": self._chance.choice([name, "nobody"])}})
        elif choice < 0.5:
            self._remove(f"{self._collection}/{user}")
        else:
            super()._change(stem)


class DeploymentMutator(BinMutator):
    """The same of Deployments, which are scaled up again; they are paused, so that none has Pods."""

    prefix = "d-"

    @property
    def _collection(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments"

    def _change(self, stem: str) -> None:
        path = f"{self._collection}/{self._named(f'{self.prefix}{stem}')}"
        choice = self._chance.random()
        if choice < 0.3:
            self._patch(path, {"spec": {"replicas": self._chance.randrange(4)}})
        elif choice < 0.5:
            state = self._chance.choice(["done", "done", "busy"])
            self._patch(path, {"metadata": {"labels": {"state": state}}})
        else:
            super()._change(stem)

    def _item(self, name: str, state: str) -> dict[str, Any]:
        labels = {"gc": "yes", "state": state}
        pod = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "app", "image": "example/app"}]}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "labels": labels},
            "spec": {"paused": True, "replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": pod},
        }


def _config_map(name: str, label: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"gc": label}}, "data": data}
