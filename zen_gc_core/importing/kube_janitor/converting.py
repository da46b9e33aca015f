"""From kube-janitor's annotations and rules to policies: one for each annotation, one for each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import InputError
from zen_gc_core.importing.conversion import Conversion, Document
from zen_gc_core.importing.kube_janitor.meaning import EXPIRY_ANNOTATION, TTL_ANNOTATION, KubeJanitor
from zen_gc_core.importing.kube_janitor.rules import EVERY, FOREVER
from zen_gc_core.importing.kube_janitor.truth import compares, condition_of, may_yield_number, settled
from zen_gc_core.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.kinds import Kinds, KnownKind
    from zen_gc_core.importing.kube_janitor.flags import Flags
    from zen_gc_core.importing.kube_janitor.rules import Rule

TOOL: Final = "kube-janitor"

_TTL_VALUE: Final = "^[0-9]+[smhdw]$"
_EXPIRY_VALUE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$"


def convert(flags: Flags, rules: tuple[Rule, ...], kinds: Kinds, place: str) -> Conversion:
    """What comes of a kube-janitor.

    Args:
        flags: How it is run.
        rules: Its rules, in order.
        kinds: What is known of kinds.
        place: Where its rules, or its manifest, stand; empty for its annotations alone.
    """
    return _Converting(flags, rules, kinds, place).converted()


class _Converting:
    def __init__(self, flags: Flags, rules: tuple[Rule, ...], kinds: Kinds, place: str) -> None:
        self._flags = flags
        self._rules = rules
        self._kinds = kinds
        self._it = Conversion(TOOL, TOOL, place, original=KubeJanitor(flags, rules))
        self._doubtful = bool(flags.unknown)

    def converted(self) -> Conversion:
        self._say_flags()
        everything = self._everything()
        if everything:
            self._add_annotations(everything)
        conditions = self._conditions()
        for index, rule in enumerate(self._rules):
            self._add_rule(index, rule, conditions)
        return self._it

    def _say_flags(self) -> None:
        flags, it = self._flags, self._it
        for word in flags.unknown:
            it.impossible(word.partition(" ")[0], f"'{word}' is not understood, and might keep something")
        if not flags.place:
            it.assumed.append(
                "kube-janitor runs with its defaults: all namespaces but kube-system, all resources but events and "
                "controllerrevisions; its Deployment, given with -f, says otherwise"
            )
        it.assumed.append(
            "kube-janitor may delete whatever it looks at; what its roles do not allow, zen-gc's must not, either"
        )
        if flags.dry_run:
            it.exact("--dry-run", "behavior.dryRun: true")
        if flags.place:
            it.exact("--interval", f"evaluationInterval: {flags.interval}s")
            it.exact("--include-namespaces, --exclude-namespaces", f"namespaces: [{', '.join(flags.globs)}]")

    def _frame(self, targets: list[Document], ttl: Document, conditions: Document) -> Document:
        flags = self._flags
        spec: Document = {"targetResources": targets}
        if conditions:
            spec["conditions"] = conditions
        spec["ttl"] = ttl
        behavior: Document = {}
        if flags.dry_run:
            behavior["dryRun"] = True
        if flags.notice >= 60:
            behavior["notice"] = f"{flags.notice}s"
        if behavior:
            spec["behavior"] = behavior
        if flags.place:
            spec["evaluationInterval"] = f"{max(flags.interval, 1)}s"
        return spec

    def _everything(self) -> list[Document]:
        """Targets for all that kube-janitor looks at."""
        flags, it = self._flags, self._it
        if "all" in flags.include_resources:
            excepted = [kind for plural in sorted(flags.exclude_resources) for kind in self._excepted(plural)]
            it.narrower(
                "resources",
                "every kind that opts in by the annotation; Namespaces and other protected kinds are kept, name them in a "
                "policy of their own",
            )
            target: Document = {"apiVersion": "*", "kind": "*", "namespaces": flags.globs}
            return [{**target, "except": excepted} if excepted else target]
        plurals = sorted(flags.include_resources - flags.exclude_resources)
        return [target for plural in plurals for target in self._targets(plural, "--include-resources")]

    def _excepted(self, plural: str) -> Iterator[str]:
        found = self._kinds.of_plural(plural)
        if not found:
            self._doubtful = True
            self._it.impossible(
                "--exclude-resources",
                f"{plural}: its kind is not known; give its CustomResourceDefinition with -f, so that it can be left out",
            )
        yield from dict.fromkeys(each.kind for each in found)

    def _targets(self, plural: str, path: str, only: Sequence[KnownKind] = ()) -> Iterator[Document]:
        found = [each for each in only if each.plural == plural] or self._kinds.of_plural(plural)
        for each in found:
            if each.namespaced:
                yield {"apiVersion": each.api_version, "kind": each.kind, "namespaces": self._flags.globs}
            elif each.kind == "Namespace":
                names = self._flags.globs
                yield {
                    "apiVersion": each.api_version,
                    "kind": each.kind,
                    **({"names": names} if names != ["*"] else {}),
                }
        if not found:
            self._it.narrower(
                path, f"{plural}: its kind is not known, and left out; give its CustomResourceDefinition with -f"
            )

    def _starts(self, ttl_of_policy: str) -> Iterator[tuple[str, Document, Document]]:
        """The TTLs of a policy, each with a suffix and a condition: one, or two where a deployment time may count."""
        wait: object = ttl_of_policy or {"path": _path(TTL_ANNOTATION)}
        annotation = self._flags.deployment_time
        if not annotation:
            ttl: Document = {"afterCreation": wait} if ttl_of_policy else {"after": {"since": "created", "wait": wait}}
            yield "", ttl, {}
            return
        missing = {"hasAnnotations": [{"key": annotation, "operator": "DoesNotExist"}]}
        yield "", {"after": {"since": "created", "wait": wait}}, missing
        yield "-deployed", {"after": {"since": {"path": _path(annotation)}, "wait": wait}}, {}

    def _add_annotations(self, targets: list[Document]) -> None:
        it = self._it
        it.exact(TTL_ANNOTATION, "ttl.after.wait.path; values that kube-janitor does not read are kept here, too")
        it.narrower(EXPIRY_ANNOTATION, "ttl.expiresAt.path; a time without seconds and zone (2026-02-25T09:26) is kept")
        if self._flags.deployment_time:
            it.narrower(
                "--deployment-time-annotation",
                "ttl.after.since.path, in a policy of its own; where it holds no time, the object is kept",
            )
        self._say_kept()
        for suffix, ttl, condition in self._starts(""):
            guard = {"cel": f"object.metadata.annotations['{TTL_ANNOTATION}'].matches('{_TTL_VALUE}')"}
            spec = self._frame(targets, ttl, {**guard, **condition})
            it.add(f"{TOOL}-ttl{suffix}", spec, paused=self._doubtful)
        guard = {"cel": f"object.metadata.annotations['{EXPIRY_ANNOTATION}'].matches('{_EXPIRY_VALUE}')"}
        spec = self._frame(targets, {"expiresAt": {"path": _path(EXPIRY_ANNOTATION)}}, guard)
        it.add(f"{TOOL}-expires", spec, paused=self._doubtful)

    def _say_kept(self) -> None:
        self._it.narrower(
            "what a controller looks after",
            "unfinished objects with a controller owner, or that Argo CD, Flux or Helm tracks, are kept; "
            "behavior.includeOwned and behavior.includeManaged take them, as kube-janitor does",
        )

    def _left_out(self, rule: Rule) -> str | None:
        """A rule's expression as a condition that leaves out; None where there is none."""
        try:
            return condition_of(settled(rule.expression))
        except InputError:
            return None

    def _conditions(self) -> list[str | None]:
        """Each rule's expression as a condition; None where there is none."""
        found: list[str | None] = []
        for rule in self._rules:
            path = f"{rule.path}.jmespath"
            try:
                condition = condition_of(rule.expression)
            except InputError as error:
                self._it.impossible(path, str(error))
                found.append(None)
                continue
            found.append(condition)
            same = "as it is" if condition == rule.expression else "what Python calls true, written out"
            if may_yield_number(rule.expression):
                self._it.narrower(
                    path, f"conditions.jmespath, {same}; a number is kept, which counts there unless it is 0"
                )
            elif compares(rule.expression):
                self._it.narrower(
                    path, f"conditions.jmespath, {same}; an object without a field that is compared is kept"
                )
            else:
                self._it.exact(path, f"conditions.jmespath, {same}")
        return found

    def _add_rule(self, index: int, rule: Rule, conditions: Sequence[str | None]) -> None:
        it, path = self._it, rule.path
        plurals = self._plurals(rule)
        if plurals is None:
            it.impossible(
                f"{path}.resources", "'*' without --include-resources: say with --kinds which kinds it is for"
            )
            return
        if rule.ttl == FOREVER:
            it.exact(path, f"{rule.name}: no policy; what it matches is left out of the rules after it")
            return
        condition = conditions[index]
        if condition is None:
            return
        only = self._kinds.named if EVERY in rule.resources else ()
        alike: dict[tuple[int, ...], list[str]] = {}
        for plural in plurals:
            before = tuple(at for at, earlier in enumerate(self._rules[:index]) if earlier.is_for(plural))
            alike.setdefault(before, []).append(plural)
        it.exact(f"{path}.ttl", f"{rule.ttl} from creation, where {TTL_ANNOTATION} is not there")
        for number, (before, group) in enumerate(alike.items(), 1):
            targets = [target for plural in group for target in self._targets(plural, f"{path}.resources", only)]
            untold = [self._rules[at].name for at in before if conditions[at] is None]
            if untold:
                it.impossible(path, f"{rule.name}: comes after {listed(untold)}, whose matches cannot be left out")
            elif before:
                named = listed([self._rules[at].name for at in before])
                it.exact(path, f"{rule.name}: the first rule counts: conditions.none has {named}")
            if targets:
                none = [{"jmespath": told} for at in before if (told := self._left_out(self._rules[at])) is not None]
                name = rule.name if number == 1 else f"{rule.name}-{number}"
                self._add_policies(name, rule.ttl, targets, {"jmespath": condition, "none": none}, paused=bool(untold))

    def _add_policies(self, name: str, ttl: str, targets: list[Document], asked: Document, *, paused: bool) -> None:
        """The policies of a rule for kinds of which the same rules come before it."""
        for suffix, starts, beside in self._starts(ttl):
            annotations = [{"key": TTL_ANNOTATION, "operator": "DoesNotExist"}, *beside.get("hasAnnotations", [])]
            written = {"hasAnnotations": annotations, **{key: value for key, value in asked.items() if value}}
            spec = self._frame(targets, starts, written)
            self._it.add(f"{TOOL}-{name}{suffix}", spec, paused=paused or self._doubtful)

    def _plurals(self, rule: Rule) -> list[str] | None:
        """The resources that a rule is for; None where that is every one."""
        flags = self._flags
        if EVERY not in rule.resources:
            return [plural for plural in rule.resources if flags.takes_resource(plural)]
        if "all" in flags.include_resources:
            named = sorted({each.plural for each in self._kinds.named if flags.takes_resource(each.plural)})
            if not named:
                return None
            self._it.narrower(f"{rule.path}.resources", f"'*': those of --kinds alone: {', '.join(named)}")
            return named
        return sorted(flags.include_resources - flags.exclude_resources)


def _path(annotation: str) -> str:
    return f"metadata.annotations['{annotation}']"
