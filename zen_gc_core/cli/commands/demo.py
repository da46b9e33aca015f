"""``zen-gc demo``: what policies do, shown on an embedded cluster. It checks itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from zen_gc_core.cli.demonstrating.cluster import DemoCluster, DemoError
from zen_gc_core.cli.demonstrating.objects import SHOP, policies, props, surroundings
from zen_gc_core.cli.plans.output import as_table, columns
from zen_gc_core.cli.reading.input import printing_aside
from zen_gc_core.controller.process import logs
from zen_gc_core.controller.runs.previewing import plan_live
from zen_gc_core.controller.settings import DEFAULT_NAMESPACE
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.protections import Grants
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.policy import CLUSTER, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zen_gc_core.cli.demonstrating.objects import Prop
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.plugins import Plugins

_PATIENCE: Final = 45.0
"""Seconds that the demo waits for what must happen."""

_LOOK: Final = 0.05
"""Seconds between two looks at the cluster."""

_STOPPED: Final = {"too-much": "BreakerTripped", "misspelt": "InvalidPolicy"}
"""The policies that must not act, and the reason in their status."""


@click.command(epilog="\b\nExamples:\n  zen-gc demo\n  zen-gc demo --log controller.log")
@click.option(
    "--log",
    type=click.File("w", lazy=False),
    metavar="FILE",
    help="Where the controller's log goes; nowhere when not given.",
)
def command(log: TextIO | None) -> None:
    """Show it all on an embedded cluster: policies, their plan, the controller at work, what stays, and why.

    Takes about ten seconds, needs neither a cluster nor a network, and leaves nothing behind. Exits with 1 when
    anything is not as it should be.
    """
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        stream = log or stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        stack.enter_context(logs.configure("info", "console", stream))
        cast = _play(stack.enter_context(DemoCluster.served()))
    gone, seconds = sum(prop.goes for prop in cast), time.monotonic() - began
    click.echo(f"\nAll as it should be: {gone} objects are gone, {len(cast) - gone} are kept, after {seconds:.0f} s.")


def _play(cluster: DemoCluster) -> list[Prop]:
    """Show it and check it; what was shown is returned."""
    plugins = load_plugins(installed_entry_points())
    click.echo("zen-gc on a Kubernetes API server inside this process. Nothing outside of it is touched.")
    _heading("1. Seven policies, two of them mistakes", "kubectl apply -f policies.yaml")
    click.echo(columns([(policy["metadata"]["name"], sentence) for sentence, policy in policies()]))
    cast = props(dt.datetime.now(dt.UTC))
    cluster.put([*crd_documents(plugins.vocabulary), *surroundings(), *(prop.manifest for prop in cast)])
    cluster.put(policy for _, policy in policies())

    _heading("2. What they would do; nothing has happened yet", "zen-gc plan --live -f policies.yaml")
    before = _plan(cluster, plugins)
    click.echo(as_table(dt.datetime.now(dt.UTC), DEFAULT_NAMESPACE, before))
    click.echo("".join(f"  {problem}" for one in before for problem in one.compilation.errors))

    _heading("3. What goes, as it goes", "zen-gc controller --gc-interval 1s")
    _watch(cluster, cast, {uid: because for uid, verdict, because in _reasons(before) if verdict is not Verdict.KEEP})
    _heading("4. What stays, and why", "zen-gc plan --live --all -f policies.yaml")
    _show_kept(cast, _plan(cluster, plugins, skipped=True), cluster.present())
    _show_standings(cluster)
    return cast


def _heading(title: str, shown: str) -> None:
    click.echo(f"\n=== {title}\n$ {shown}")


def _plan(cluster: DemoCluster, plugins: Plugins, *, skipped: bool = False) -> list[Planned]:
    compilations = [compile_policy(parse_policy(policy), plugins.vocabulary) for _, policy in policies()]
    asking = Asking(
        dt.datetime.now(dt.UTC), Grants(own_namespace=DEFAULT_NAMESPACE), skipped=skipped, veto=plugins.veto
    )
    with printing_aside():
        return plan_live(cluster.connection, compilations, asking)


def _reasons(planned: Iterable[Planned]) -> Iterator[tuple[str, Verdict, str]]:
    """What plans say of each object: its uid, the verdict, and why; what a plan will not carry out, and why not."""
    for one in planned:
        plan, compiled = one.plan, one.compilation.compiled
        if plan is None or compiled is None:
            continue
        for decision in plan.decisions:
            verdict, because = decision.verdict, decision.because
            if verdict is Verdict.ACT and plan.tripped is not None:
                verdict, because = Verdict.KEEP, f"the breaker of {one.compilation.reference.name} is tripped"
            elif verdict is Verdict.ACT and compiled.policy.behavior.dry_run:
                verdict, because = Verdict.KEEP, f"{one.compilation.reference.name} is a dry run; {because}"
            yield decision.uid, verdict, because


def _watch(cluster: DemoCluster, cast: Iterable[Prop], because: Mapping[str, str]) -> None:
    """Run the controller and show what goes, until all has gone that must, and every policy says how it stands."""
    there = {prop.uid: prop for prop in cast}
    going = sum(prop.goes for prop in there.values())
    deadline = time.monotonic() + _PATIENCE
    with cluster.controlled() as controller:
        while any(prop.goes for prop in there.values()) or not _told(cluster, going):
            controller.check()
            if time.monotonic() > deadline:
                late = ", ".join(f"{prop.kind} {prop.place}" for prop in there.values() if prop.goes)
                raise DemoError(f"after {_PATIENCE:.0f} s there still is: {late or 'a policy without its status'}")
            time.sleep(_LOOK)
            present = cluster.present()
            for uid in there.keys() - present:
                _show_gone(there.pop(uid), because)


def _told(cluster: DemoCluster, going: int) -> bool:
    """Whether every policy says how it stands, and all together what has gone."""
    standings = cluster.standings().values()
    return all(found.get("phase") for found in standings) and going == sum(
        found.get("totalDeleted", 0) for found in standings
    )


def _show_gone(prop: Prop, because: Mapping[str, str]) -> None:
    if not prop.goes:
        raise DemoError(f"{prop.kind} {prop.place} is gone, and should have stayed")
    if prop.uid not in because:
        raise DemoError(f"{prop.kind} {prop.place} is gone, and the plan did not say so")
    click.echo(f"  {dt.datetime.now(dt.UTC):%H:%M:%S}  deleted  {prop.kind:9}  {prop.place:16}  {because[prop.uid]}")


def _show_kept(cast: Iterable[Prop], planned: Iterable[Planned], present: frozenset[str]) -> None:
    told: dict[str, str] = {}
    for uid, verdict, because in _reasons(planned):
        if verdict is not Verdict.SKIP:
            told.setdefault(uid, because)
    kept = [prop for prop in cast if not prop.goes]
    for prop in kept:
        if prop.uid not in present:
            raise DemoError(f"{prop.kind} {prop.place} is gone, and should have stayed")
    rows = [(prop.kind, prop.place, told.get(prop.uid, "no policy selects it")) for prop in kept]
    click.echo(columns([("KIND", "OBJECT", "BECAUSE"), *rows]))


def _show_standings(cluster: DemoCluster) -> None:
    _heading("5. How the policies stand", f"kubectl get gcpolicy -n {SHOP}")
    click.echo(columns(cluster.listed(NAMESPACED)))
    click.echo("\n$ kubectl get cgcpolicy")
    click.echo(columns(cluster.listed(CLUSTER)) + "\n")
    for name, found in cluster.standings().items():
        ready = next(entry for entry in found["conditions"] if entry["type"] == "Ready")
        standing = f"{name}: {ready['reason']}: {ready['message']}"
        if ready["reason"] != _STOPPED.get(name, "Evaluated"):
            raise DemoError(f"policy {standing}")
        if name in _STOPPED:
            click.echo(f"  {standing}")
