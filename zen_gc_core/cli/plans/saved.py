"""Plans that are saved to be approved and carried out later: what stands in the file, and who may not carry it out.

A plan file is what ``plan -o json`` prints of live objects, and beside it whose cluster that is, the policies with their
digests in full, who made it, and a digest of all of that. It is no signature: who may write the file may write another one.
It keeps what was looked at from being something else by accident.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core import __version__
from zen_gc_core.cli.plans.output import as_document, as_json
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.durations import format_duration
from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.approved import Approved, Wanted
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.policy import CLUSTER, GROUP, NAMESPACED
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.plugins import Plugins

FORM: Final = f"{GROUP}/plan/1"
"""What the file says that it is; another number means that it reads differently."""

AHEAD: Final = dt.timedelta(minutes=5)
"""How far a plan may be from the future: clocks differ."""

LARGEST: Final = 2**30
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


class NoPlanError(InputError):
    """A file that is not carried out; the text begins with the file and says why."""


@dataclass(frozen=True, slots=True)
class SavedPolicy:
    """A policy of a plan file.

    Args:
        document: The policy, as it was planned.
        uid: Its uid, where it was installed; empty for one of a file.
        full_digest: Its digest.
        approved: What may be done.
    """

    document: Document
    uid: str
    full_digest: str
    approved: Approved


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan file.

    Args:
        policies: Its policies.
        cluster: The uid of the Namespace kube-system of its cluster.
        name: The file.
    """

    policies: tuple[SavedPolicy, ...]
    cluster: str
    name: str


def saved_document(
    now: dt.datetime, planned: Sequence[Planned], manifests: Sequence[Mapping[str, Any]], cluster: str, made_by: Any
) -> dict[str, Any]:
    """What stands in a plan file.

    Args:
        now: The instant of the plans.
        planned: Policies and their plans; each has one.
        manifests: The policies as they were read, in the same order.
        cluster: The uid of the Namespace kube-system.
        made_by: Who makes it (``made_by``).

    Raises:
        InputError: A policy has no digest that could name it.
    """
    document = as_document(now, planned)
    for shown, one, manifest in zip(document["policies"], planned, manifests, strict=True):
        compiled, plan = one.compilation.compiled, one.plan
        if compiled is None or plan is None or not compiled.policy.full_digest:
            raise InputError(f"--out: {shown['kind']} {one.compilation.reference} has no plan, or no digest: not saved")
        shown["policyDigest"] = compiled.policy.full_digest
        shown["uid"] = compiled.reference.uid
        shown["policy"] = _bare(manifest, one)
        owed = {each.uid for each in plan.owed}
        for decision in shown["decisions"]:
            if decision["uid"] in owed:
                decision["unmark"] = True
    whole = {"form": FORM, "madeBy": made_by, "cluster": cluster, **document}
    return {**whole, "contentDigest": content_digest(whole)}


def _bare(manifest: Mapping[str, Any], one: Planned) -> dict[str, Any]:
    """A policy without what the cluster adds to it; its namespace is that in which it was planned."""
    metadata = manifest.get("metadata") or {}
    kept: dict[str, Any] = {"name": metadata.get("name")}
    if one.compilation.reference.namespace:
        kept["namespace"] = one.compilation.reference.namespace
    for name in ("labels", "annotations"):
        values = {key: value for key, value in (metadata.get(name) or {}).items() if key != _LAST_APPLIED}
        if values:
            kept[name] = values
    return {name: manifest[name] for name in ("apiVersion", "kind")} | {"metadata": kept, "spec": manifest["spec"]}


def made_by(plugins: Plugins) -> dict[str, Any]:
    """Who plans here: the program, and the plugins that are loaded, with their versions."""
    loaded = {
        each.name: f"{each.distribution} {each.version}" for each in plugins.plugins if each.name in plugins.loaded
    }
    return {"zen-gc": __version__, "plugins": dict(sorted(loaded.items()))}


def content_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document without its ``contentDigest``: as JSON in ASCII, with sorted keys and without spaces."""
    content = {name: value for name, value in document.items() if name != "contentDigest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def save(path: Path, document: Mapping[str, Any]) -> None:
    """Write a plan file, whole or not at all, for its owner alone: reasons may quote values of objects.

    Args:
        path: Where to; a plan that is there is replaced, and nothing else is.
        document: What stands in it.

    Raises:
        InputError: There is something else, or it cannot be written.
    """
    if path.exists() and not _is_plan(path):
        raise InputError(f"--out {visible(str(path))}: there is something that is no plan: give another name")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{as_json(document)}\n")
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"--out {visible(str(path))}: {error.strerror}") from None


def _is_plan(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return FORM.encode() in file.read(200)
    except OSError:
        return False


def read_plan(path: Path) -> dict[str, Any]:
    """Read a plan file, and see that it is whole and as it was written.

    Raises:
        NoPlanError: It is not, or no plan at all.
    """
    name = visible(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise NoPlanError(f"{name}: {error.strerror}") from None
    if not content.strip():
        raise NoPlanError(f"{name}: the file is empty: no plan")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NoPlanError(f"{name}: {_unread(content, name)}") from None
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise NoPlanError(f"{name}: {_other(document, name)}")
    if document.get("contentDigest") != _digest(document):
        raise NoPlanError(f"{name}: it was edited since it was saved: plan anew, and save that")
    return document


def _digest(document: dict[str, Any]) -> str | None:
    try:
        return content_digest(document)
    except (ValueError, RecursionError):
        return None


def _unread(content: bytes, name: str) -> str:
    """What a file is that is no JSON."""
    if content.lstrip().startswith(b"{") and FORM.encode() in content[:200]:
        return "it is cut short, or was edited: plan anew, and save that"
    if NAMESPACED.encode() in content:  # a cluster policy says so, too
        return f"it is no plan: policies are given with -f: zen-gc run -f {name}"
    return "it is no plan: zen-gc plan … --out FILE saves one"


def _other(document: object, name: str) -> str:
    """What a document is that is no plan of this form."""
    if isinstance(document, dict):
        if str(document.get("form", "")).startswith(f"{GROUP}/plan/"):
            return "it was made by another version of zen-gc: plan anew, and save that"
        if document.get("kind") in {NAMESPACED, CLUSTER, "List"}:
            return f"it is no plan: policies are given with -f: zen-gc run -f {name}"
        if "policies" in document and "now" in document:
            return "it is what -o json prints, and was not saved to be run: zen-gc plan … --out FILE does that"
    return "it is no plan: zen-gc plan … --out FILE saves one"


def _check(name: str, document: Mapping[str, Any], plugins: Plugins, now: dt.datetime, max_age: dt.timedelta) -> None:
    """Refuse a plan that is too old, or of other programs."""
    here, there = made_by(plugins), document["madeBy"]
    if here["zen-gc"] != there["zen-gc"]:
        raise NoPlanError(
            f"{name}: it was made by zen-gc {visible(there['zen-gc'])}, and this is {here['zen-gc']}: plan anew"
        )
    for plugin in sorted({*here["plugins"], *there["plugins"]}):
        before, after = there["plugins"].get(plugin, "none"), here["plugins"].get(plugin, "none")
        if before != after:
            raise NoPlanError(
                f"{name}: it was made with plugin {visible(plugin)} of {visible(before)}, and here it is {visible(after)}: "
                "plan anew"
            )
    age = now - parse_instant(document["now"])
    if age > max_age:
        raise NoPlanError(
            f"{name}: it is {format_duration(_whole(age))} old, and --max-age is {format_duration(max_age)}: plan anew"
        )
    if age < -AHEAD:
        raise NoPlanError(f"{name}: it is of {document['now']}, which is to come: set the clock right, and plan anew")


def _whole(age: dt.timedelta) -> dt.timedelta:
    return dt.timedelta(minutes=age // dt.timedelta(minutes=1)) or dt.timedelta(seconds=age // dt.timedelta(seconds=1))


def saved_of(
    name: str, document: Mapping[str, Any], plugins: Plugins, now: dt.datetime, max_age: dt.timedelta
) -> Saved:
    """A plan file, understood.

    Args:
        name: The file.
        document: What stands in it.
        plugins: The plugins that are loaded here.
        now: The present.
        max_age: How old it may be.

    Raises:
        NoPlanError: It is too old, of other programs, or not what this program writes, although its digest says so.
    """
    name = visible(name)
    try:
        _check(name, document, plugins, now, max_age)
        policies = tuple(_policy(name, each) for each in document["policies"])
        return Saved(policies, _text(document["cluster"]), name)
    except NoPlanError:
        raise
    except (KeyError, TypeError, AttributeError, InputError) as error:
        raise NoPlanError(
            f"{name}: it is no plan that zen-gc has written ({type(error).__name__}): plan anew"
        ) from None


def _policy(name: str, shown: Mapping[str, Any]) -> SavedPolicy:
    objects = {_text(each["uid"]): _wanted(each) for each in shown["decisions"] if each["verdict"] == Verdict.ACT}
    unmarks = frozenset(_text(each["uid"]) for each in shown["decisions"] if each.get("unmark") is True)
    policy = shown["policy"]
    _text(policy["metadata"]["name"]), _text(policy["metadata"].get("namespace", ""))
    return SavedPolicy(
        Document(policy, _text(policy["apiVersion"]), _text(policy["kind"]), name),
        _text(shown["uid"]),
        _text(shown["policyDigest"]),
        Approved({uid: wanted for uid, wanted in objects.items() if uid}, unmarks - {""}),
    )


def _wanted(shown: Mapping[str, Any]) -> Wanted:
    return Wanted(
        _text(shown["apiVersion"]).rpartition("/")[0],
        *(_text(shown[each]) for each in ("kind", "namespace", "name", "action")),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value
