"""The errors of zen-gc, split by what the reader should do about them.

    ZenGCError
    ├── InputError                 the user's text is wrong: mend it (exit 2)
    │   └── ExpressionSyntaxError  an expression that does not compile, with its place
    ├── ExpressionError            an expression met an object it cannot judge: the object is kept
    │   ├── BudgetExceededError    … because judging it costs too much
    │   └── OpenQuestionError      … because the object leaves open what is asked, which is no evaluation error
    ├── Undecided                  a keyword cannot tell: the object is kept, with the reason
    │   └── Missing                … because a field is not there, which is no evaluation error
    ├── ClusterError               the API server, by what the caller should do (see ``zen_gc_core.cluster.errors``)
    ├── Stopped                    a run must end before its plan does; it says why (``controller.runs.stopping``)
    ├── NotRecycled            there is no copy of an object: it is kept (``controller.runs.recycling``)
    ├── Withheld                   what is retained is not as it was: the object is kept (``controller.runs.keepers``)
    ├── UndeclaredReadError        a keyword reads what it did not declare: the object is kept (``model.candidate``)
    ├── RefusedRequestError        an action asks for what it may not: the object is kept (``engine.requesting``)
    ├── CompilingTooLong           a policy costs too much to compile: it is refused (``engine.building``)
    ├── ImpossibleError            no object has such a place: the policy is refused (``model.shapes``)
    ├── ScalarError                YAML that JSON cannot hold, or that kubectl reads otherwise (``cli.reading.scalars``)
    ├── PluginMissingError         a required plugin is not loaded: mend the installation (``cli.commands.plan``)
    ├── CannotListenError          a port is taken or no address: mend the flags (``controller.process.serving``)
    └── DemoError                  the demo did not go as it should (``cli.demonstrating.cluster``)

Every error's text is one line that a stranger can act on.
"""

from __future__ import annotations


class ZenGCError(Exception):
    """The root of every error that zen-gc raises on purpose."""


class InputError(ZenGCError):
    """The user's input is wrong; ``str(error)`` says what and where, in one line."""


class ExpressionSyntaxError(InputError):
    """An expression that does not compile.

    Args:
        message: What is wrong, in one line, without the place.
        expression: The whole text of the expression.
        line: Line of the fault, from 1.
        column: Column of the fault, from 1.
    """

    def __init__(self, message: str, expression: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.expression = expression
        self.line = line
        self.column = column
        super().__init__(f"{line}:{column}: {message}")

    @property
    def excerpt(self) -> str:
        """The faulty line of the expression with a caret under the fault (two lines)."""
        lines = self.expression.splitlines() or [""]
        text = lines[min(self.line, len(lines)) - 1]
        return f"{text}\n{' ' * (self.column - 1)}^"


class ExpressionError(ZenGCError):
    """An expression could not be evaluated on an object; the object is kept."""


class BudgetExceededError(ExpressionError):
    """An evaluation went over its budget of steps or bytes; never absorbed by an operator."""


class OpenQuestionError(ExpressionError):
    """A condition compares a field that is not there, or negates a text: the object leaves the answer open, and is kept."""


class Undecided(ZenGCError):  # noqa: N818  it is an answer, the third beside true and false
    """Raised by a keyword that cannot tell; the object is kept and the text is the reason.

    Attributes:
        place: Which keyword of the policy it was (``cel``), as far as that is known; what may be told of it to those
            who may not read the object, whose values the text may quote.
        told: As much of the text as may be told to them, too: it quotes no object.
    """

    place: str = ""
    told: str = ""


class Missing(Undecided):
    """Raised by a keyword that cannot tell because of what the object lacks; no evaluation error, but kept all the same."""


class ClusterError(ZenGCError):
    """An answer of the API server, or none; the subclasses say what the caller should do."""
