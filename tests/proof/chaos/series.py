"""A mutator of series: objects of which only the newest few are to stay, and of which somebody else deletes the newest."""

from __future__ import annotations

from typing import Any

from tests.cluster.controller.churn import KEEP, Mutator

GROUPS = 4
PREFIX = "s-"
LEFT = 8
"""Members of the series that is left behind."""


class SeriesMutator(Mutator):
    """Makes members of some series, marks them, lets them change their series, and deletes the newest of one."""

    def _change(self, stem: str) -> None:
        collection = f"/api/v1/namespaces/{self.namespace}/configmaps"
        stem = f"{PREFIX}{stem}"
        name = self._named(stem)
        series = f"series-{self._chance.randrange(GROUPS)}"
        path = f"{collection}/{name}"
        choice = self._chance.random()
        if choice < 0.1:
            self._patch(path, {"data": {"series": self._chance.choice([series, series, series, None])}})
        elif choice < 0.2:
            self._patch(path, {"data": {"state": self._chance.choice(["done", "done", "busy"])}})
        elif choice < 0.3:
            self._patch(path, {"metadata": {"annotations": {KEEP: self._chance.choice(["true", "false", "false"])}}})
        elif choice < 0.32:  # seldom: a group of which a keeper is gone is left alone for a while
            self._remove(self._newest(collection) or path)
        else:
            self._make(collection, stem, _member(name, series))

    def end(self) -> None:
        """Make it end, and leave a series behind that nobody touches any more: of some the oldest are to go, whatever went before."""
        super().end()
        for number in range(LEFT):
            item = _member(f"{PREFIX}left-{number}", "left")
            self.connection.request("POST", f"/api/v1/namespaces/{self.namespace}/configmaps", item)

    def _newest(self, collection: str) -> str | None:
        """The path of the newest member of all series."""
        answer = self.connection.request("GET", f"{collection}?labelSelector=gc%3Dseries")
        if answer.status != 200:
            return None
        made = [(each["metadata"]["creationTimestamp"], each["metadata"]["name"]) for each in answer.body["items"]]
        return f"{collection}/{max(made)[1]}" if made else None


def _member(name: str, series: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {"gc": "series"}},
        "data": {"state": "done", "series": series},
    }
