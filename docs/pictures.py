"""Draws the pictures of the pages, ``docs/images/*.svg``; a test compares. ``python docs/pictures.py`` writes them anew.

The way of an object and what holds it back are drawn by hand. How ``retain`` holds back is what the engine plans, hour by hour,
for the policy and the objects that stand here. They follow the reader's light or dark.
"""  # noqa: INP001  a script beside the pictures that it makes

from __future__ import annotations

import datetime as dt
import itertools
import json
import tempfile
import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.plans.offline import plan_files
from zen_gc_core.cli.reading.input import read_manifests
from zen_gc_core.controller.settings import Allowing
from zen_gc_core.engine.asking import Asking
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES: Final = Path(__file__).parent / "images"
_STYLE: Final = (
    ":root{--paper:#fff;--ink:#1f2328;--soft:#57606a;--line:#8c959f;--box:#f6f8fa;--go:#cf222e;--stay:#1a7f37;--wait:#9a6700}"
    "@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#656c76;--box:#151b23;"
    "--go:#f85149;--stay:#3fb950;--wait:#d29922}}"
    "text{fill:var(--ink);font-size:12.5px}.title{font-size:18px;font-weight:bold}.name{font-weight:bold;font-size:14px}"
    ".soft{fill:var(--soft)}.stay{fill:var(--stay)}.go{fill:var(--go)}.box{fill:var(--box);stroke:var(--line)}"
    ".arrow{stroke:var(--line);stroke-width:1.5;fill:none;marker-end:url(#head)}.rule{stroke:var(--line);stroke-dasharray:2 4}"
)
_HEAD: Final = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="var(--line)"/></marker>'
)
_LINE: Final = 17

WAY: Final = (
    ("List", "pages, whole and well-formed, or the run ends", "not selected"),
    ("Judge", "protections, conditions, TTL: due, not yet, or cannot tell", "cannot tell: kept, with the reason"),
    ("Plan", "oldest first; vetoes, breaker, retain and relations look at it as a whole", "too much: nothing is done"),
    ("Read again", "this object, from the quorum", "changed or gone: dropped"),
    ("Judge again", "the same decision on what came back, then and now", "not due any more: dropped"),
    (
        "Ask last",
        "policy and kill switch at most 8 s old, a window open, the right to write not over",
        "any no: the run ends",
    ),
    ("DELETE", "with the uid and the resourceVersion that was judged", "409: it changed, and is left alone"),
)
"""The steps: their name, what is done, and what keeps the object there."""

LAYERS: Final = (
    ("Selectors", "kind, namespaces, names, labels, fields", "the policy"),
    ("The mark keep", "on the object or its Namespace: for ever, or until a date", "who put it there"),
    (
        "Protected kinds, namespaces and Secrets",
        "kube-system, Namespaces, CRDs, RBAC, webhooks …",
        "flags of the controller",
    ),
    (
        "Somebody looks after it",
        "a controller owns it and it has not finished; Argo CD, Flux or Helm tracks it",
        "includeOwned, includeManaged",
    ),
    ("Conditions", "all must hold; what cannot be told keeps", "the policy"),
    ("Its time", "the TTL, by the local clock and by the server's", "the policy"),
    ("Its place, its use", "the newest of its group; referenced by something that is there", "the policy"),
    ("The breaker", "more at once than maxObjects or maxPercent: nothing goes", "an approval, digest/number"),
    ("Windows, blackouts, the kill switch", "asked right before each request", "who set them"),
    ("uid and resourceVersion", "the API server refuses what has changed since it was judged", "nothing"),
)
"""What holds an object back, in the order in which it is asked: its name, what it looks at, and who lifts it."""

POLICY: Final[dict[str, Any]] = {
    "apiVersion": "gc.kube-zen.io/v1alpha1",
    "kind": "GarbageCollectionPolicy",
    "metadata": {"name": "builds", "namespace": "ci"},
    "spec": {
        "targetResources": [{"apiVersion": "batch/v1", "kind": "Job"}],
        "ttl": {"afterFinished": "3h"},
        "retain": {"groupBy": ["metadata.labels['pipeline']"], "last": 2},
    },
}
JOBS: Final = (("build-1", 0), ("build-2", 2), ("build-3", 4), ("build-4", 9), ("build-5", 14))
"""The Jobs of one pipeline, and the hours at which they finished."""
_FIRST: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_HOURS: Final = 20


def job(name: str, hour: int) -> dict[str, Any]:
    """A Job that finished at that hour."""
    at = (_FIRST + dt.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": "ci",
            "uid": name,
            "creationTimestamp": at,
            "labels": {"pipeline": "build"},
        },
        "status": {
            "completionTime": at,
            "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": at}],
        },
    }


def text(place: tuple[float, float], words: str, style: str = "", anchor: str = "start") -> str:
    """A line of text."""
    return f'<text x="{place[0]:g}" y="{place[1]:g}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'


def lines(place: tuple[float, float], words: str, width: int, style: str = "") -> list[str]:
    """Text of several lines, each of at most `width` characters."""
    wrapped = textwrap.wrap(words, width)
    return [text((place[0], place[1] + _LINE * number), line, style) for number, line in enumerate(wrapped)]


def picture(title: str, size: tuple[int, int], parts: list[str]) -> str:
    """A picture with its title."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" font-family="sans-serif" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n<defs>{_HEAD}</defs>\n"
        f'<rect width="{size[0]}" height="{size[1]}" fill="var(--paper)"/>\n'
        + text((24, 36), title, "title")
        + "\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def way_of_an_object() -> str:
    """From the list to the DELETE, with what keeps an object at each step."""
    parts: list[str] = []
    width, gap, top, height = 196, 30, 64, 132
    for number, (name, done, kept) in enumerate(WAY):
        row, column = divmod(number, 4)
        left, above = 24 + column * (width + gap), top + row * (height + 96)
        parts.append(f'<rect x="{left}" y="{above}" width="{width}" height="{height}" rx="6" class="box"/>')
        parts.append(text((left + 12, above + 24), f"{number + 1}  {name}", "name"))
        parts += lines((left + 12, above + 46), done, 28)
        below = above + height
        parts.append(f'<path d="M{left + 24} {below}v22" class="arrow"/>')
        parts += lines((left + 36, below + 18), kept, 26, "stay")
        if column < 3 and number < len(WAY) - 1:
            parts.append(f'<path d="M{left + width} {above + height / 2:g}h{gap}" class="arrow"/>')
    turn = top + height + 66
    right = 24 + 3 * (width + gap) + width
    parts.append(f'<path d="M{right} {top + height / 2:g}h16V{turn}H{24 + width / 2:g}v28" class="arrow"/>')
    return picture("The way of an object: every step can keep it", (960, top + 2 * height + 96 + 56), parts)


def what_protects() -> str:
    """What holds an object back, from the outside in."""
    parts: list[str] = [text((70, 66), "what is asked", "soft"), text((700, 66), "lifted by", "soft")]
    for number, (name, what, lifted) in enumerate(LAYERS):
        top, left, width = 78 + number * 48, 24 + number * 5, 912 - number * 10
        parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="42" rx="6" class="box"/>')
        parts.append(text((84, top + 18), name, "name"))
        parts.append(text((84, top + 34), what, "soft"))
        parts.append(text((700, top + 26), lifted, "stay" if lifted == "nothing" else ""))
    bottom = 78 + len(LAYERS) * 48
    parts.append(f'<path d="M480 {bottom}v24" class="arrow"/>')
    parts.append(text((480, bottom + 44), "deleted", "name go", "middle"))
    return picture("What holds an object back, in this order", (960, bottom + 64), parts)


def verdicts(there: list[dict[str, Any]], hour: int, directory: Path) -> dict[str, str]:
    """What the engine plans for these Jobs at an hour: the verdict on each, by name."""
    source = directory / "all.json"
    source.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [POLICY, *there]}), encoding="utf-8")
    plugins = load_plugins(installed_entry_points())
    asking = Asking(_FIRST + dt.timedelta(hours=hour, minutes=1), Allowing().grants("zen-gc-system"))
    (planned,) = plan_files(read_manifests([str(source)]), plugins, asking, lambda _line: None)
    decisions = planned.plan.decisions if planned.plan is not None else ()
    return {each.name: str(each.verdict) for each in decisions}


def history() -> dict[str, list[str]]:
    """What was planned for each Job, hour by hour, when what is due goes at once: `wait`, `keep`, `act`; empty: not there."""
    told: dict[str, list[str]] = {name: [] for name, _ in JOBS}
    gone: set[str] = set()
    with tempfile.TemporaryDirectory() as directory:
        for hour in range(_HOURS):
            there = [job(name, at) for name, at in JOBS if at <= hour and name not in gone]
            now = verdicts(there, hour, Path(directory))
            for name, _ in JOBS:
                told[name].append(now.get(name, ""))
            gone |= {name for name, verdict in now.items() if verdict == "act"}
    return told


def retained() -> str:
    """The Jobs of one pipeline under ``retain: {last: 2}``, as the engine plans it."""
    left, top, hour_wide = 120, 92, 40
    parts = [text((left + hour * hour_wide, 76), f"{hour} h", "soft", "middle") for hour in range(0, _HOURS + 1, 2)]
    for number, (name, hours) in enumerate(history().items()):
        above = top + number * 44
        parts.append(text((24, above + 20), name, "name"))
        for verdict, (first, last) in _spans(hours):
            place, width = left + first * hour_wide, (last - first) * hour_wide
            if verdict == "act":
                parts.append(f'<path d="M{place} {above - 4}v36" stroke="var(--go)" stroke-width="3"/>')
                parts.append(text((place + 8, above + 20), "goes", "go"))
                continue
            fill = {"wait": "var(--wait)", "keep": "var(--stay)"}[verdict]
            parts.append(f'<rect x="{place}" y="{above}" width="{width}" height="28" fill="{fill}" opacity="0.35"/>')
            words = {"wait": "not due", "keep": "due, one of the newest two"}[verdict]
            parts.append(text((place + 8, above + 19), words if width > 7 * len(words) else words.partition(",")[0]))
    below = top + len(JOBS) * 44 + 20
    spec = "ttl: {afterFinished: 3h}, retain: {groupBy: [metadata.labels['pipeline']], last: 2}"
    parts.append(text((24, below), spec, "soft"))
    return picture("Five Jobs of a pipeline: each is due after 3 h, and two of them stay", (960, below + 24), parts)


def _spans(hours: list[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Runs of equal verdicts, with the hours from and to which they last."""
    hour = 0
    for verdict, run in itertools.groupby(hours):
        last = hour + len(list(run))
        if verdict:
            yield verdict, (hour, last)
        hour = last


DRAWINGS: Final = {"way-of-an-object": way_of_an_object, "what-holds-back": what_protects, "retained": retained}
"""The pictures, by the names of their files."""

if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for file, drawing in DRAWINGS.items():
        (PICTURES / f"{file}.svg").write_text(drawing(), encoding="utf-8")
