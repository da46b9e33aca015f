"""The page of what uses what, made of the table of references; ``generate.py`` writes it."""  # noqa: INP001  as there

from __future__ import annotations

from typing import Final

from zen_gc_core import Exhaustive, Reference, WellKnown
from zen_gc_core.plugins import installed_entry_points, load_plugins

_REFERENCES: Final = """\
# What uses what

This page is generated from the table of the program. `unreferenced` asks it whether a ConfigMap, a Secret, a
PersistentVolumeClaim or a ServiceAccount is in use. Where it says too much, an object stays that could have gone.

**Kubernetes' own kinds are read by the fields below alone**; a test holds them to the schema that the API server serves. Beside
names, the words count that a program is told by flags and environment (`configmap=NAMESPACE/NAME`), and those of annotations.

**Of every other kind any text counts**: of a custom resource every word and key that equals a name, wherever it is, in the
object's namespace, in one that stands beside it (`namespace: …`), and as `NAMESPACE/NAME`, `NAMESPACE:NAME` or `NAME.NAMESPACE`;
of its status whole texts. A custom resource that lives in no namespace may mean any. Templates of claims (`volumeClaimTemplates`)
make claims TEMPLATE-OBJECT-ORDINAL. Rows of such kinds add what no text of theirs says; a kind that is not in any table is read whole. Where one
object has more than 10,000 such words, everything in the namespaces that it speaks of is in use.

**What the table cannot know**: that a program reads an object through the API by a name that it has in its code, in the data of a
ConfigMap, or finds by a label. Objects that are known for that are below. Others need a label that the policy leaves out, a Role
that names them (`resourceNames` counts), or [the keep mark](../how-to/protect-objects.md).

## Fields that name

*Any* is an object of any kind of that name. `[]` is each item of a list.

"""
_BEARING: Final = """
## Templates of Pods

What is in such a template counts as in a Pod.

"""
_TELLING: Final = """
## Kinds that tell of others

Objects of these kinds name others and use none of them.

"""
_WELL_KNOWN: Final = """
## Used without being named

"""
_ROWS_OF_YOUR_OWN: Final = """
## Rows of your own

A plugin adds rows by the hook `zen_gc_references`; see [your first plugin](../tutorial/first-plugin.md). They add to what is above;
none takes away from it.
"""


def references_page() -> str:
    """The reference of what uses what."""
    rows = load_plugins(installed_entry_points()).vocabulary.references.rows
    naming = [row for row in rows if isinstance(row, Reference)]
    in_a_pod = {row.path.removeprefix("spec.") for row in naming if (row.group, row.kind) == ("", "Pod")}
    places = {(row.group, row.kind): place for row in naming if (place := _place_of_pods(row, in_a_pod))}
    fields = ["| kind | field | names |", "|---|---|---|"]
    for row in naming:
        place = places.get((row.group, row.kind))
        if place is None or not row.path.startswith(f"{place}."):
            fields.append(f"| {_kind(row)} | `{row.path}` | {_named(row)} |")
    bearing = [
        "| kind | template |",
        "|---|---|",
        *(f"| {_shown(*kind)} | `{place}` |" for kind, place in places.items()),
    ]
    named = {(row.group, row.kind) for row in naming}
    telling = [row for row in rows if isinstance(row, Exhaustive) and (row.group, row.kind) not in named]
    told = ["| kind | why |", "|---|---|", *(f"| {_kind(row)} | {row.why} |" for row in telling)]
    known = ["| kind | which | used by |", "|---|---|---|"]
    known += [f"| {row.kind} | {_which(row)} | {row.why} |" for row in rows if isinstance(row, WellKnown)]
    parts = (_REFERENCES, fields, _BEARING, bearing, _TELLING, told, _WELL_KNOWN, known, _ROWS_OF_YOUR_OWN)
    return "".join(part if isinstance(part, str) else "\n".join(part) + "\n" for part in parts)


def _place_of_pods(row: Reference, in_a_pod: set[str]) -> str | None:
    """Where the template of Pods stands of which a row is a part; None where it is part of none."""
    place, found, below = row.path.partition(".spec.")
    while found and below not in in_a_pod:
        more, found, below = below.partition(".spec.")
        place = f"{place}.spec.{more}"
    return place if found and below == "serviceAccountName" else None


def _kind(row: Reference | Exhaustive) -> str:
    return _shown(row.group, row.kind)


def _shown(group: str, kind: str) -> str:
    name = "all" if kind == "*" else kind
    return f"{name} ({group})" if group else name


def _named(row: Reference) -> str:
    kind = "any" if row.to == "*" else row.to
    made = row.name.format(value="VALUE", name="NAME", ordinal="ORDINAL")
    notes = {
        "texts": "each text below it",
        "words": "each word below it",
        "parameters": "each word below it; `${…}` is any name",
        "all": "all that it may select",
        "name": f"`{made}`" if made != "VALUE" else "",
    }[row.how]
    spaces = "in any namespace" if row.namespace == "*" else f"in `{row.namespace}`" if row.namespace else ""
    when = f"with `{row.given}`" if row.given else f"without `{row.unless}`" if row.unless else ""
    said = ", ".join(filter(None, (notes, spaces, when)))
    return f"{kind}: {said}" if said else kind


def _which(row: WellKnown) -> str:
    words = {"name": row.name, "in": row.namespace, "type": row.type, "label": row.label, "annotation": row.annotation}
    return ", ".join(f"{what} `{value}`" for what, value in words.items() if value)
