"""A second opinion on a CEL expression: cel-python's interpreter is asked, in a process of its own, and compared.

It decides nothing: policies are judged by this project's compiler alone. It is for whoever doubts an answer, and for the
differential test that holds the two together. Where they are known to differ, ``KNOWN`` says why.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

TIMEOUT_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an interpreter says of an expression on one object.

    Args:
        value: What it yields, as JSON.
        type: CEL's name of the value's type.
        error: Why it yields nothing, in one line; None when it yields something.
    """

    value: Any = None
    type: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A kind of difference that is known: cel-python's fault, or what it does not have. Kubernetes' meaning is ours.

    Args:
        reason: What cel-python does, in one line.
        theirs: A pattern that its error, or its value, matches.
        ours: A pattern that our error matches, or our value.
        expression: A pattern that is found in the expression.
    """

    reason: str
    theirs: str = ""
    ours: str = ""
    expression: str = ""

    def fits(self, expression: str, ours: Opinion, theirs: Opinion) -> bool:
        """Whether a difference is of this kind."""
        return (
            re.search(self.theirs, _spelt(theirs)) is not None
            and re.search(self.ours, _spelt(ours)) is not None
            and re.search(self.expression, expression) is not None
        )


KNOWN: Final = (
    Difference("it has no optional values (`.?`, `[?`, `{?`)", r"^error: it does not compile", expression=r"\?"),
    Difference("it lacks this function of Kubernetes or of CEL's extensions", r"^error: undeclared reference to "),
    Difference("it lacks this macro or member function", r"^error: (too many values to unpack|.*cel\.bind)"),
    Difference("it has fewer overloads", r"^error: (found )?no (matching|such) overload", r"^(?!error)"),
    Difference("an error inside of a map or list is a value of it", r"<class |CELEvalError"),
    Difference("string() spells doubles as Python does", expression=r"size\(string\("),
    Difference("has() is false where it should fail", ours=r"^error", expression=r"has\("),
    Difference("has() is false of a map that holds an error", r"^bool: False", expression=r"has\("),
    Difference("doubles are divided as integers are", r"^error: modulus or divide by zero", expression=r" / "),
    Difference("logic does not absorb an error beside a macro", r"^error: no such member", r"^bool", r"&&|\|\|"),
    Difference("its arithmetic and comparisons mix types", ours=r"^error: (no such overload|.*overflow)"),
    Difference("a value that is no boolean is taken by Python's truth", ours=r"^error: .*where a bool must"),
    Difference("bool() of a text takes any text", ours=r"^error: .* is no bool"),
    Difference("its macros go over texts and bytes", ours=r"^error: a macro goes over a list or map"),
    Difference("a negative index counts from the end", ours=r"^error: index out of bounds: -"),
    Difference("a value that can be no key of a map is looked for in one", ours=r"is no key of a map"),
    Difference(
        "string() spells booleans and doubles as Python does", expression=r"string\(.*", theirs=r"True|False|\d\.0"
    ),
    Difference("contains() is also asked of lists and maps", ours=r"^error: .*contains", expression=r"\.contains\("),
    Difference("a macro over what is no list or map fails where logic should absorb it", r"^error: .* not iterable"),
    Difference("a division of doubles by zero has another result", r"^(?!error)", expression=r" / "),
    Difference("booleans equal 0 and 1", r"^bool: ", r"^bool: ", r"==|!=| in "),
    Difference("its interpreter breaks on an error in a condition", r"^error: pop from empty list"),
    Difference(
        "an error inside of a map or list that is only looked into is lost", ours=r"^error", expression=r"[{\[]"
    ),
    Difference(
        "an error beside a macro or a logical operator is absorbed", ours=r"^error", expression=r"exists|all\(|&&|\|\|"
    ),
)
"""Known differences, the first that fits is told; what fits none is worth a report."""


def explain(expression: str, ours: Opinion, theirs: Opinion) -> str | None:
    """Why the two differ about an expression; None: nobody knows yet."""
    return next((known.reason for known in KNOWN if known.fits(expression, ours, theirs)), None)


def _spelt(opinion: Opinion) -> str:
    return f"error: {opinion.error}" if opinion.error is not None else f"{opinion.type}: {opinion.value}"


def agree(ours: Opinion, theirs: Opinion) -> bool:
    """Whether two opinions are one: both fail, or both yield the same value of the same type."""
    if ours.error is not None or theirs.error is not None:
        return ours.error is not None and theirs.error is not None
    return ours.type == theirs.type and ours.value == theirs.value


def ask(expression: str, now: dt.datetime, cases: Sequence[Mapping[str, Any]]) -> list[Opinion]:
    """Ask cel-python's interpreter about an expression.

    Args:
        expression: The text.
        now: What ``now`` is.
        cases: The other variables (``object``, ``namespaceObject``, ``policy``), once an object, as decoded JSON.

    Returns:
        An opinion a case. Cases that it had no time for are errors.

    Raises:
        InputError: cel-python is not installed here.
    """
    question = json.dumps({"expression": expression, "now": now.isoformat().replace("+00:00", "Z"), "cases": cases})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zen_gc_core.cli.evaluating.cel_python"],
            input=question,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        lines, ended = done.stdout.splitlines(), done.stderr.strip().splitlines()
    except subprocess.TimeoutExpired as late:
        lines, ended = (
            (late.stdout or b"").decode(errors="replace").splitlines(),
            [f"no answer in {TIMEOUT_SECONDS:g} s"],
        )
    if any("No module named 'celpy'" in line for line in ended):
        raise InputError("--second-opinion needs cel-python, which is not installed here")
    answers = [Opinion(**json.loads(line)) for line in lines]
    missing = Opinion(error=f"cel-python gave no answer: {ended[-1] if ended else 'it was ended'}")
    return answers + [missing] * (len(cases) - len(answers))
