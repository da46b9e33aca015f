"""Plans over files, with what is worth telling of the files: what ``plan`` prints and ``test`` compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.reading.input import as_stored, compile_documents, namespace_written, printing_aside
from zen_gc_core.cli.terminal.waiting import waiting, waiting_for_each
from zen_gc_core.engine.files import DEFAULT_NAMESPACE, Files
from zen_gc_core.engine.offline import plans_offline
from zen_gc_core.texts import counted, placed, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zen_gc_core.cli.reading.documents import Document
    from zen_gc_core.cli.reading.input import Manifests
    from zen_gc_core.engine.asking import Asking, Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.plugins import Plugins

    Tell = Callable[[str], None]

_MOST_REPEATED: Final = 5
"""How many objects that are there twice are named."""


def plan_files(
    manifests: Manifests, plugins: Plugins, asking: Asking, tell: Tell, namespace: str | None = None
) -> Iterator[Planned]:
    """Plan the policies of files over the objects of files.

    Args:
        manifests: The policies and objects.
        plugins: The installed plugins.
        asking: The instant, and what is allowed.
        tell: Takes what is worth telling of the files, a line each.
        namespace: Where what names no namespace is; None: in ``default``, which is told.

    Returns:
        A plan a policy, in the order of the files, each made when it is asked for.

    Raises:
        FileError: An object has no name.
    """
    default = namespace or DEFAULT_NAMESPACE
    compilations = compile_documents(manifests.policies, plugins, asking.grants, default)
    with waiting(lambda: f"looking through {counted(len(manifests.objects), 'object')} of the files"):
        files = Files(as_stored(manifests.objects), compilations, default)
    known = files.looked_at
    _repeated(files, manifests.objects, tell)
    if not namespace:
        _assumed(compilations, manifests.policies, files, tell)
    plans = _with_plugins(plans_offline(compilations, files, asking))
    return waiting_for_each(plans, lambda: f"planning: {files.looked_at - known:,} objects judged")


def _with_plugins(plans: Iterator[Planned]) -> Iterator[Planned]:
    while True:
        with printing_aside():
            one = next(plans, None)
        if one is None:
            return
        yield one
        del one


def _assumed(compilations: Sequence[Compilation], documents: Sequence[Document], files: Files, tell: Tell) -> None:
    """Say which policies are planned in ``default`` because they name no namespace, while all their objects are elsewhere."""
    for compilation, document in zip(compilations, documents, strict=True):
        if compilation.compiled is None or namespace_written(document) != "":
            continue
        kinds = {(target.api_version, target.kind) for target in compilation.compiled.policy.targets}
        found = {place for kind in kinds for place in files.places_of(*kind)}
        if found - {""} and DEFAULT_NAMESPACE not in found:
            tell(
                f"{visible(document.place('metadata'))}: note: no namespace is written: {DEFAULT_NAMESPACE} is assumed, "
                "and -n names another"
            )


def _repeated(files: Files, documents: Sequence[Document], tell: Tell) -> None:
    """Warn of objects that are there twice."""
    for later, earlier in files.repeated[:_MOST_REPEATED]:
        candidate = documents[later].candidate()
        place = placed(candidate.namespace, candidate.name)
        tell(
            f"{visible(documents[later].place())}: warning: {candidate.kind} {visible(place)} is in "
            f"{visible(documents[earlier].place())}, too: this one counts"
        )
    if (more := len(files.repeated) - _MOST_REPEATED) > 0:
        tell(f"warning: {counted(more, 'more object is', 'more objects are')} there twice")
