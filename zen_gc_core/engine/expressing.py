"""Expressions of a policy: CEL and JMESPath programs as callables over candidates.

The program decides over plain data; here it is fed no more of an object than it reads, and what it cannot judge
becomes ``Undecided``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from zen_gc_core import expressions
from zen_gc_core.engine.possibility import findings_in_cel, findings_in_jmespath, shape_of
from zen_gc_core.errors import ExpressionError, Missing, OpenQuestionError, Undecided
from zen_gc_core.fieldpaths import spell
from zen_gc_core.keywords import Compiled
from zen_gc_core.model.metadata_types import POLICY
from zen_gc_core.model.object_types import Kind, object_shape

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.expressions import cel
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.polarity import Polarity
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.shapes import Shape

    MakesExpression = Callable[[str, Polarity, Callable[[str], None]], Compiled[Any]]

_NAMESPACE = object_shape([Kind("v1", "Namespace", own=True)])
VARIABLES = ("object", "namespaceObject", "now", "policy")
"""The variables of a CEL expression, in the order in which a program takes them."""


class Expressions:
    """Compiles the expressions of one policy.

    Args:
        policy: The policy; expressions may read its metadata.
        functions: Functions that plugins add to CEL.
        shape: What the objects may hold.

    Attributes:
        policy_reads: Which fields of the policy the expressions compiled so far read.
        metered: How many of them may cost more than their text shows.
    """

    def __init__(
        self, policy: PolicyReference, functions: Iterable[cel.Function] = (), shape: Shape | None = None
    ) -> None:
        self._functions = tuple(functions)
        self._policy = policy_variable(policy)
        self.policy_reads: set[tuple[str, ...]] = set()
        self.metered = 0
        self._shape = shape_of(()) if shape is None else shape

    @cached_property
    def _environment(self) -> cel.Environment:
        return expressions.cel.Environment(VARIABLES, self._functions, zero_time=False)

    def cel_program(self, text: str, polarity: Polarity, warn: Callable[[str], None]) -> cel.Program:
        """Compile a CEL expression and hold it against what objects may hold; as ``cel``."""
        program = self._environment.compile(text)
        shapes = {"object": self._shape, "namespaceObject": _NAMESPACE, "policy": POLICY}
        for finding in findings_in_cel(program, shapes, polarity):
            warn(finding.message)
        return program

    def jmespath_program(
        self, text: str, polarity: Polarity, warn: Callable[[str], None]
    ) -> expressions.jmespath.JMESProgram:
        """Compile a JMESPath expression and hold it against what objects may hold; as ``jmespath``."""
        program = expressions.jmespath.compile_jmespath(text, as_condition=True)
        for finding in findings_in_jmespath(text, program.root, self._shape, polarity):
            warn(finding.message)
        return program

    def cel(self, text: str, polarity: Polarity, warn: Callable[[str], None]) -> Compiled[Any]:
        """Compile a CEL expression; a timestamp is answered as an aware ``datetime``.

        Args:
            text: The expression.
            polarity: What becomes of an object for which it is false.
            warn: Takes what the author should look at.

        Raises:
            ExpressionSyntaxError: It does not compile, or asks what can never be where that could collect.
        """
        program = self.cel_program(text, polarity, warn)
        self.policy_reads |= program.reads.get("policy", frozenset())
        self.metered += program.metered
        document = _reader(program.reads.get("object"))
        names_namespace = "namespaceObject" in program.reads
        policy = self._policy
        moment = _Moment()
        timestamp = expressions.cel.Timestamp
        run_program = program.evaluate

        def evaluate(candidate: Candidate, run: Run) -> Any:
            namespace = namespace_variable(candidate, run) if names_namespace else None
            try:
                value = run_program(document(candidate), namespace, moment.of(run.now), policy)
            except ExpressionError as error:
                raise Undecided(f"cel: {error}") from error
            return value.to_datetime() if isinstance(value, timestamp) else value

        return Compiled(evaluate, _declared(program.reads.get("object")))

    def jmespath(self, text: str, polarity: Polarity, warn: Callable[[str], None]) -> Compiled[Any]:
        """Compile a JMESPath expression over the object; as ``cel``."""
        program = self.jmespath_program(text, polarity, warn)
        self.metered += 1
        document = _reader(program.reads)

        def evaluate(candidate: Candidate, run: Run) -> Any:
            try:
                return program(document(candidate), run.now)
            except OpenQuestionError as error:
                raise Missing(f"jmespath: {error}") from error
            except ExpressionError as error:
                raise Undecided(f"jmespath: {error}") from error

        return Compiled(evaluate, _declared(program.reads))


class _Moment:
    """The last instant as a CEL timestamp: one conversion a run, not one an object."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: tuple[dt.datetime, Any] | None = None

    def of(self, now: dt.datetime) -> Any:
        last = self._last
        if last is None or last[0] is not now:
            self._last = last = (now, expressions.cel.timestamp_from_datetime(now))
        return last[1]


def _reader(paths: frozenset[tuple[str, ...]] | None) -> Callable[[Candidate], Any]:
    if paths is None:
        return lambda _candidate: None
    if () in paths:
        return lambda candidate: candidate.object
    roots = sorted({path[0] for path in paths})
    return lambda candidate: candidate.only(roots)


def _declared(paths: frozenset[tuple[str, ...]] | None) -> list[str] | None:
    if paths is None:
        return []
    if () in paths:
        return None
    return sorted(map(spell, paths))


def policy_variable(policy: PolicyReference) -> dict[str, Any]:
    """What the variable ``policy`` holds: the policy's metadata."""
    return {
        "name": policy.name,
        "namespace": policy.namespace,
        "uid": policy.uid,
        "generation": policy.generation,
        "labels": dict(policy.labels),
        "annotations": dict(policy.annotations),
    }


def namespace_variable(candidate: Candidate, run: Run) -> Mapping[str, Any] | None:
    """What the variable ``namespaceObject`` holds: the object's Namespace, or None for a cluster-scoped object.

    Raises:
        Undecided: The Namespace is not known.
    """
    if not candidate.namespace:
        return None
    namespace = run.namespace(candidate.namespace)
    if namespace.object is None:
        raise Undecided(f"namespaceObject: Namespace {candidate.namespace} is not known")
    return namespace.object
