"""What judging one object costs: hand-written Python, this project's CEL and JMESPath, and other engines.

``python benchmarks/expressions.py`` prints one table, every engine measured side by side in this process (CPU time, best
of several rounds in turn, so that a busy machine slows them alike), and holds the bounds: ok or MISSED, and exit 1.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jmespath

from benchmarks import jmespath_rows
from benchmarks.figures import Figure, show
from benchmarks.jmespath_rows import pod
from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import Environment, timestamp_from_datetime
from zen_gc_core.expressions.jmespath import compile_jmespath

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
MOST_TIMES_THE_LAMBDA = 2.5
MOST_TIMES_THE_LAMBDA_FOR_TIMES = 4.0
LEAST_TIMES_FASTER_THAN_CELPY = 1000
MOST_MICROSECONDS_OF_AN_ERROR = 10.0
MOST_MILLISECONDS_TO_COMPILE = 2.0
MOST_MILLISECONDS_OF_AN_ATTACK = 250.0

CEL = {
    "phase": "object.status.phase == 'Succeeded'",
    "label": "has(object.metadata.labels.app) && object.metadata.labels['app'].startsWith('ci-')",
    "images": "object.spec.containers.exists(c, c.image.contains(':latest'))",
    "age": "timestamp(object.metadata.creationTimestamp) < now - duration('24h') && !has(object.metadata.ownerReferences)",
    "annotations": "object.metadata.annotations.all(k, !k.startsWith('keep.'))",
}
"""The conditions of the table."""

LAMBDAS: dict[str, Callable[..., Any]] = {
    "phase": lambda o, _n, _w, _p: o["status"]["phase"] == "Succeeded",
    "label": lambda o, _n, _w, _p: (
        "app" in o["metadata"]["labels"] and o["metadata"]["labels"]["app"].startswith("ci-")
    ),
    "images": lambda o, _n, _w, _p: any(":latest" in c["image"] for c in o["spec"]["containers"]),
    "age": lambda o, _n, w, _p: (
        datetime.fromisoformat(o["metadata"]["creationTimestamp"]) < w - DAY and "ownerReferences" not in o["metadata"]
    ),
    "annotations": lambda o, _n, _w, _p: all(not k.startswith("keep.") for k in o["metadata"]["annotations"]),
}

ERRORS = {
    "missing field": "object.spec.nope == 1",
    "absorbed": "object.spec.nope == 1 || object.kind == 'Pod'",
    "in a macro": "object.spec.containers.exists(c, c.nope == 1)",
}
"""Conditions that meet an error on every object."""

ATTACKS = {
    "nested macros": "object.l.all(a, object.l.all(b, object.l.all(c, a + b + c >= 0)))",
    "nested macros, all failing": "object.k.exists(a, object.k.exists(b, b / 0 == 1))",
    "doubling": "['0123456789']" + ".map(x, x + x)" * 40 + ".size() > 0",
    "(a+)+$ on 100 kB": "object.s.matches('^(a+)+$')",
    "a pattern without end": "object.s.matches('"
    + "(((((((a*)*)*)*)*)*)*)*" * 40
    + "') || object.s.matches('(a*)*(a*)*(a*)*')",
    "patterns of data": "object.k.exists(x, 'a'.matches('" + "\\\\pL" * 60 + "' + string(x)))",
    "all matches": "object.s.findAll('a').size() > 0 || object.s.findAll('').size() > 0",
    "errors over a long list": "object.h.exists(x, x.y == 1)",
    "parsing over a long list": "object.h.map(x, string(timestamp(x))).size() + object.nope > 1",
    "hostile duration": "duration(object.u) > duration('1s')",
    "maps compared": "object.k.all(a, object.m == object.m.transformMap(k, v, v))",
}
"""Conditions that are made to cost."""


def varied_pod(number: int) -> dict[str, Any]:
    """A Pod; a third have succeeded, one in five runs ``:latest``, three in four are old, one in six has an owner."""
    made = pod(number)
    made["status"]["phase"] = ("Succeeded", "Running", "Failed")[number % 3]
    made["metadata"]["creationTimestamp"] = "2026-06-01T11:15:42Z" if number % 4 == 0 else "2026-05-30T08:15:42Z"
    made["spec"]["containers"][0]["image"] += "" if number % 5 else ":latest"
    made["metadata"].pop("ownerReferences", None)
    if number % 6 == 0:
        made["metadata"]["ownerReferences"] = [{"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "u"}]
    return made


PODS = [varied_pod(number) for number in range(200)]


class Bench:
    """Functions of an object, measured in turn.

    Args:
        functions: What to measure, by the name of its column: a function of an object, its Namespace, the instant and
            the policy; the instant as it wants it; how many objects a round has.
    """

    def __init__(self, functions: dict[str, tuple[Callable[..., Any], Any, int]]) -> None:
        self._functions = functions

    def run(self) -> dict[str, float]:
        """The best time of each, in microseconds per object."""
        best = dict.fromkeys(self._functions, float("inf"))
        for _ in range(ROUNDS):
            for name, (function, now, count) in self._functions.items():
                objects = PODS * (count // len(PODS)) or PODS[:count]
                start = time.process_time()
                for value in objects:
                    function(value, None, now, None)
                best[name] = min(best[name], (time.process_time() - start) / len(objects) * 1e6)
        return best


def celpy_functions() -> dict[str, Callable[..., Any]]:
    """The conditions by cel-python's interpreter, with the conversion of the object that it needs."""
    import celpy  # noqa: PLC0415  the other engine, imported where it is measured
    from celpy import celtypes  # noqa: PLC0415
    from celpy.adapter import json_to_cel  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    environment = celpy.Environment()
    now = celtypes.TimestampType(NOW)
    programs = {name: environment.program(environment.compile(text)) for name, text in CEL.items()}

    def evaluate(program: Any, value: Any, *_others: Any) -> Any:
        return program.evaluate({"object": json_to_cel(value), "now": now})

    return {name: functools.partial(evaluate, program) for name, program in programs.items()}


def cpp_functions() -> dict[str, Callable[..., Any]]:
    """The conditions by Google's C++ engine; none where it is not installed."""
    if importlib.util.find_spec("cel_expr_python") is None:
        return {}
    from cel_expr_python import cel  # noqa: PLC0415  the other engine, imported where it is measured

    environment = cel.NewEnv(variables={"object": cel.Type.DYN, "now": cel.Type.TIMESTAMP})
    programs = {name: environment.compile(text) for name, text in CEL.items()}

    def evaluate(program: Any, value: Any, *_others: Any) -> Any:
        return program.eval(data={"object": value, "now": NOW}).value()

    return {name: functools.partial(evaluate, program) for name, program in programs.items()}


def jmespath_functions() -> dict[str, dict[str, Callable[..., Any]]]:
    """The conditions in JMESPath, by the library and by this project."""
    texts = dict(zip(CEL, jmespath_rows.EXPRESSIONS.values(), strict=False))

    def of_object(search: Callable[[Any], Any]) -> Callable[..., Any]:
        return lambda value, *_others: search(value)

    return {
        "jmespath": {name: of_object(jmespath.compile(text).search) for name, text in texts.items()},
        "our jmespath": {name: of_object(compile_jmespath(text)) for name, text in texts.items()},
    }


def measure_conditions() -> list[Figure]:
    """Print the table of conditions; the bounds that it was held to."""
    environment = Environment()
    now = timestamp_from_datetime(NOW)
    celpy, cpp, in_jmespath = celpy_functions(), cpp_functions(), jmespath_functions()
    columns = ["lambda", "ours", "celpy", "C++", *in_jmespath]
    print(
        f"{'microseconds per object':14}"
        + "".join(f"{column:>14}" for column in (*columns, "ours/lambda", "celpy/ours"))
    )
    bounds = []
    for name, text in CEL.items():
        program = environment.compile(text)
        wanted = [LAMBDAS[name](value, None, NOW, None) for value in PODS]
        assert [program.evaluate(value, None, now, None) for value in PODS] == wanted
        functions: dict[str, tuple[Callable[..., Any], Any, int]] = {
            "lambda": (LAMBDAS[name], NOW, 4000),
            "ours": (program.evaluate, now, 4000),
            "celpy": (celpy[name], NOW, 10),
            **({"C++": (cpp[name], NOW, 200)} if cpp else {}),
            **{column: (rows[name], NOW, 2000) for column, rows in in_jmespath.items()},
        }
        times = Bench(functions).run()
        slower, faster = times["ours"] / times["lambda"], times["celpy"] / times["ours"]
        cells = "".join(f"{times[column]:14.2f}" if column in times else f"{'-':>14}" for column in columns)
        print(f"{name:23}{cells}{slower:14.2f}{faster:14.0f}")
        most = MOST_TIMES_THE_LAMBDA_FOR_TIMES if name == "age" else MOST_TIMES_THE_LAMBDA
        bounds.append(Figure(f"{name}: of the lambda's time", slower, most))
        bounds.append(Figure(f"{name}: as fast as celpy", faster, LEAST_TIMES_FASTER_THAN_CELPY, least=True))
    return bounds


def measure_errors() -> list[Figure]:
    """Time conditions that meet errors."""
    environment, now = Environment(), timestamp_from_datetime(NOW)
    bounds = []
    for name, text in ERRORS.items():
        program = environment.compile(text)

        def judge(*values: Any, evaluate: Callable[..., Any] = program.evaluate) -> Any:
            try:
                return evaluate(*values)
            except ExpressionError as error:
                return error

        taken = Bench({"ours": (judge, now, 2000)}).run()["ours"]
        bounds.append(Figure(f"an error, {name}", taken, MOST_MICROSECONDS_OF_AN_ERROR, "us"))
    return bounds


def measure_compiling() -> list[Figure]:
    """Time the compilation of each condition, the first of all apart."""
    environment = Environment()
    bounds = []
    for name, text in CEL.items():
        best = min(_milliseconds(functools.partial(environment.compile, text)) for _ in range(50))
        bounds.append(Figure(f"compiling, {name}", best, MOST_MILLISECONDS_TO_COMPILE, "ms"))
    return bounds


def measure_attacks() -> list[Figure]:
    """Time conditions and objects that are made to cost; the best of three, whatever the end."""
    target = {
        "l": list(range(100)),
        "k": list(range(1000)),
        "h": list(range(60_000)),
        "s": "a" * 100_000,
        "u": "ms" * 50_000 + "!",
        "m": {str(number): number for number in range(5000)},
    }
    environment = Environment()
    bounds = []
    for name, text in ATTACKS.items():
        program = environment.compile(text)

        def judge(evaluate: Callable[..., Any] = program.evaluate) -> Any:
            try:
                return evaluate(target, None, timestamp_from_datetime(NOW), None)
            except ExpressionError as error:
                return error

        taken = min(_milliseconds(judge) for _ in range(3))
        bounds.append(Figure(f"an attack, {name}", taken, MOST_MILLISECONDS_OF_AN_ATTACK, "ms"))
    return bounds


def _milliseconds(function: Callable[[], Any]) -> float:
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1e3


def measure_jmespath() -> list[Figure]:
    """Time JMESPath against its library."""
    measured = jmespath_rows.rows()
    ratios = {name: library / ours for name, _, library, ours in measured}
    figures = [Figure(f"{name}: as fast as the library", ratio, 1.0, least=True) for name, ratio in ratios.items()]
    median = Figure("the median row", statistics.median(ratios.values()), jmespath_rows.MEDIAN_BOUND, least=True)
    return [*figures, median]


def main() -> int:
    """Print everything; 1 if a bound is missed."""
    conditions = measure_conditions()
    held = [
        show("CEL, conditions", conditions),
        show("CEL, errors", measure_errors()),
        show("CEL, compiling", measure_compiling()),
        show("CEL, attacks", measure_attacks()),
        show("JMESPath", measure_jmespath()),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
