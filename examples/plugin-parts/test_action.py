"""An action: which request is made of an object that is due; the program sends it, pinned and guarded like its own."""

from __future__ import annotations

from zen_gc_core import Build, Compiled, Config, Decision, Delete, Keyword, Mark, Run, hookimpl
from zen_gc_core.testing import check_keyword, request_of


class Retire(Config):
    """Label the object with who asked for it; once that is done, deleting is another policy's."""

    by: str


def compile_retire(config: Retire, build: Build) -> Compiled[Mark]:
    if why := build.reserved("acme.io/retired-by"):
        raise build.error("", why)
    mark = Mark(labels={"acme.io/retired-by": config.by})

    def ask(_decision: Decision, _run: Run) -> Mark:
        return mark

    return Compiled(ask, reads=[])


RETIRE = Keyword("acme.io/retire", Retire, compile_retire, requests=Mark)  # its rights are asked for before a run


@hookimpl
def zen_gc_actions() -> list[Keyword[Retire, Mark]]:
    return [RETIRE]


def test_it_asks_for_a_label_and_nothing_else() -> None:
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    asked = request_of(RETIRE, {"by": "finance"}, thing)
    assert asked == Mark(labels={"acme.io/retired-by": "finance"})
    assert not isinstance(asked, Delete)
    check_keyword(RETIRE, {"by": "finance"})
