"""How a kube-janitor is run: its flags, from the manifest by which it is deployed, or their defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_NAMES: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_SWITCHES: Final = frozenset({"--dry-run", "--debug", "-d", "--once", "--include-cluster-resources"})
_UNHEARD: Final = frozenset({"--rules-file", "--parallelism", "--wait-after-delete"})
"""Flags with a value that changes nothing of what is deleted."""


@dataclass(frozen=True, slots=True)
class Flags:
    """How a kube-janitor is run.

    Args:
        include_resources: The plurals that it looks at; ``all`` for every one.
        exclude_resources: The plurals that it leaves out.
        include_namespaces: The namespaces that it looks at; ``all`` for every one.
        exclude_namespaces: The namespaces that it leaves out.
        deployment_time: The annotation from which a TTL counts; empty: the creation.
        dry_run: Whether it only says what it would do.
        interval: Seconds between its runs.
        notice: Seconds by which it warns before; 0 for no warning.
        place: The manifest that says so; empty where the defaults are assumed.
        unknown: Flags that are not understood, and values that are no plain names.
    """

    include_resources: frozenset[str] = frozenset({"all"})
    exclude_resources: frozenset[str] = frozenset({"events", "controllerrevisions"})
    include_namespaces: frozenset[str] = frozenset({"all"})
    exclude_namespaces: frozenset[str] = frozenset({"kube-system"})
    deployment_time: str = ""
    dry_run: bool = False
    interval: int = 30
    notice: int = 0
    place: str = ""
    unknown: tuple[str, ...] = field(default=())

    def takes_resource(self, plural: str) -> bool:
        """Whether kube-janitor looks at a resource."""
        return ("all" in self.include_resources or plural in self.include_resources) and (
            plural not in self.exclude_resources
        )

    def takes_namespace(self, namespace: str) -> bool:
        """Whether kube-janitor looks into a namespace."""
        return ("all" in self.include_namespaces or namespace in self.include_namespaces) and (
            namespace not in self.exclude_namespaces
        )

    @property
    def globs(self) -> list[str]:
        """The namespaces as a target writes them."""
        included = ["*"] if "all" in self.include_namespaces else sorted(self.include_namespaces)
        return [*included, *(f"!{name}" for name in sorted(self.exclude_namespaces))]


def flags_of(manifest: Mapping[str, Any], place: str) -> Flags | None:
    """The flags of the kube-janitor that a Deployment, CronJob or Pod runs; None where it runs none."""
    for container in _containers(manifest.get("spec")):
        words = [*_texts(container.get("command")), *_texts(container.get("args"))]
        image = str(container.get("image", "")).rpartition("/")[2]
        if image.partition(":")[0].partition("@")[0] == "kube-janitor" or "kube-janitor" in words:
            flags = _read(words, container.get("env"), place)
            return replace(flags, unknown=(*flags.unknown, "envFrom")) if container.get("envFrom") else flags
    return None


def _containers(spec: Any) -> Iterator[dict[str, Any]]:
    while isinstance(spec, dict):
        yield from (each for each in spec.get("containers") or () if isinstance(each, dict))
        template = spec.get("jobTemplate") or spec.get("template")
        spec = template.get("spec") if isinstance(template, dict) else None


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _read(words: list[str], environment: Any, place: str) -> Flags:
    flags = replace(Flags(), place=place, unknown=tuple(f"in '{word}'" for word in words if _is_a_script(word)))
    for variable in environment if isinstance(environment, list) else ():
        name = str(variable.get("name", "")).lower().replace("_", "-") if isinstance(variable, dict) else ""
        if name in _LISTS:
            flags = _with(flags, f"--{name}", variable.get("value"))
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name == "--dry-run":
            flags = replace(flags, dry_run=True)
        if name in _SWITCHES or not name.startswith("-"):
            continue
        flags = _with(flags, name, value if equals else next(rest, None))
    return flags


def _is_a_script(word: str) -> bool:
    """Whether a word of a command line is a command line of its own (``sh -c "kube-janitor --dry-run"``)."""
    return not word.startswith("-") and len(word.split()) > 1


def _with(flags: Flags, name: str, value: Any) -> Flags:
    """The flags with one more; what is not understood is remembered, for it may keep something."""
    text = value if isinstance(value, str) else ""
    key = name.removeprefix("--")
    if key in _LISTS:
        names = frozenset(part.strip() for part in text.split(",") if part.strip())
        odd = sorted(each for each in names if not _NAMES.fullmatch(each))
        if odd or not names:
            return replace(flags, unknown=(*flags.unknown, f"{name} {text}".strip()))
        return _LISTS[key](flags, names)
    if key == "deployment-time-annotation" and text:
        return replace(flags, deployment_time=text)
    if key in {"interval", "delete-notification"} and text.isascii() and text.isdigit():
        return replace(flags, interval=int(text)) if key == "interval" else replace(flags, notice=int(text))
    if name in _UNHEARD:
        return flags
    return replace(flags, unknown=(*flags.unknown, name))


def first_of(manifests: Iterable[tuple[Mapping[str, Any], str]]) -> Flags:
    """The flags of the first manifest that runs a kube-janitor; the defaults where none does."""
    return next((found for manifest, place in manifests if (found := flags_of(manifest, place))), Flags())


_LISTS: Final[Mapping[str, Callable[[Flags, frozenset[str]], Flags]]] = {
    "include-resources": lambda flags, names: replace(flags, include_resources=names),
    "exclude-resources": lambda flags, names: replace(flags, exclude_resources=names),
    "include-namespaces": lambda flags, names: replace(flags, include_namespaces=names),
    "exclude-namespaces": lambda flags, names: replace(flags, exclude_namespaces=names),
}
"""The flags that are lists of names, and what they set."""
