"""``notify: {}``: say that the object is due, and do nothing to it."""

from __future__ import annotations

from typing import Final

from zen_gc_core import Build, Compiled, Config, Decision, Keyword, Notify, Run


class Notification(Config):
    """Say that the object is due, once while it is, by an event of the policy; nothing is written to the object."""


def _compile(_config: Notification, _build: Build) -> Compiled[Notify]:
    request = Notify()

    def ask(_decision: Decision, _run: Run) -> Notify:
        return request

    return Compiled(ask, reads=())


NOTIFY: Final = Keyword("notify", Notification, _compile, requests=Notify)
