"""What an expression is said to read is all that it needs: without the rest of the object, its answer is the same."""

from __future__ import annotations

import random

from tests.conformance.cel.generating import OBJECT, Generator
from tests.conformance.cel.published import same
from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment

SEED = random.SystemRandom().randrange(1 << 32)
COUNT = 4000


def cut(value, paths):
    """The value with the fields that paths lead to, and nothing beside them."""
    if () in paths or type(value) is not dict:
        return value
    below = {}
    for first, *rest in paths:
        below.setdefault(first, set()).add(tuple(rest))
    return {key: cut(value[key], rest) for key, rest in below.items() if key in value}


def outcome(program, value):
    try:
        return program(value)
    except ExpressionError as error:
        return error


def test_an_object_cut_to_what_is_read_is_judged_alike():
    """Random expressions, on the whole object and on what they are said to read of it."""
    generator, environment = Generator(random.Random(SEED)), Environment(("object",), check_types=False)
    smaller = 0
    for _ in range(COUNT):
        text = generator.expression()
        try:
            program = environment.compile(text)
        except ExpressionSyntaxError:
            continue
        part = cut(OBJECT, program.reads["object"]) if "object" in program.reads else None
        smaller += part != OBJECT
        whole, alone = outcome(program, OBJECT), outcome(program, part)
        agree = str(whole) == str(alone) if isinstance(whole, ExpressionError) else same(whole, alone)
        assert agree, f"seed {SEED}: {text} reads {program.reads}: {whole!r}, {alone!r}"
    assert smaller > COUNT / 2
