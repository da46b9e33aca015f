"""``python -m tests.proof.mutation --sample 500 --minutes 60``: writes what stands before a delete differently.

What no test notices is printed, with the reason that ``survivors.tsv`` gives for it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.proof.figures import record
from tests.proof.mutation.mutants import mutants
from tests.proof.mutation.reached import recorded
from tests.proof.mutation.trees import AT_A_TIME, MODULES, ROOT, End, copied, tried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.proof.mutation.mutants import Mutant

KILLED = 0.95
"""The share of the mutants that some test has to notice."""

REASONS = Path(__file__).with_name("survivors.tsv")


def argument_parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--module", default="", help="only modules with this in their names; keeps no figures")
    return parser


def main() -> None:
    """Print the table; exits 1 when too many live, one without a reason, none was tried, or the tests fail without one."""
    parser = argument_parser()
    arguments = parser.parse_args()
    modules = [module for module in MODULES if arguments.module in module]
    if not modules:
        parser.error(f"no module has {arguments.module} in its name; they are {', '.join(MODULES)}")
    everything = [each for module in modules for each in mutants(ROOT, module)]
    chosen = random.Random(arguments.seed).sample(everything, min(arguments.sample, len(everything)))
    print(
        f"seed {arguments.seed}: {len(chosen)} of {len(everything)} mutants, {arguments.minutes:g} minutes", flush=True
    )
    began = time.monotonic()
    ends = began + 60 * arguments.minutes
    found = _judged(chosen, ends)
    ended = [(mutant, end) for mutant, end in found if end is not None]
    good = _tell(ended)
    if late := len(found) - len(ended):
        print(f"NOT RUN: {late} mutants, for which there was no time")
    if not arguments.module and ended:
        killed = sum(end is not End.LIVES for _, end in ended)
        seen = f"{killed} of {len(ended)} mutants killed ({100 * killed / len(ended):.1f} %), of {len(everything):,}, in {time.monotonic() - began:.0f} s"
        record("mutation", seen, str(arguments.seed), f"make mutate SAMPLE={len(chosen)} SEED={arguments.seed}")
    raise SystemExit(0 if good and ended else 1)


def _judged(chosen: Sequence[Mutant], ends: float) -> list[tuple[Mutant, End | None]]:
    """Of each mutant what became of it; None where there was no time."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_A_TIME) as pool:
        trees: SimpleQueue[Path] = SimpleQueue()
        first, *others = (copied(Path(place) / str(number)) for number in range(AT_A_TIME))
        reached = recorded(first)
        none = replace(chosen[0], after=chosen[0].before)
        if tried(first, none, *reached.of(none)) is not End.LIVES:
            raise SystemExit(f"tests of {none.module} fail when they run alone, without any mutant")
        for tree in (first, *others):
            trees.put(tree)

        def judged(mutant: Mutant) -> End | None:
            if time.monotonic() > ends:
                return None
            tree = trees.get()
            try:
                end = tried(tree, mutant, *reached.of(mutant))
            finally:
                trees.put(tree)
            if end is not End.KILLED:
                print(f"{end.value}: {mutant}", flush=True)
            return end

        return list(zip(chosen, pool.map(judged, chosen), strict=True))


def reasons() -> dict[str, str]:
    """Why some mutants live, by their places."""
    lines = REASONS.read_text(encoding="utf-8").splitlines()
    return {place: reason for place, _, reason in (line.rpartition("\t") for line in lines)}


def _tell(ended: Sequence[tuple[Mutant, End]]) -> bool:
    """Print the table and who lives, and say whether enough are killed and all others have their reasons."""
    known = reasons()
    print(f"\n{'module':44}{'mutants':>9}{'killed':>9}{'of them':>9}{'hung':>9}")
    number = Counter(mutant.module for mutant, _ in ended)
    killed = Counter(mutant.module for mutant, end in ended if end is not End.LIVES)
    hung = Counter(mutant.module for mutant, end in ended if end is End.HUNG)
    for module, of_it, dead, endless in (
        *((module, number[module], killed[module], hung[module]) for module in sorted(number)),
        ("all", number.total(), killed.total(), hung.total()),
    ):
        print(f"{module:44}{of_it:9}{dead:9}{f'{100 * dead / max(of_it, 1):.0f} %':>9}{endless:9}")
    living = sorted((mutant for mutant, end in ended if end is End.LIVES), key=lambda each: (each.module, each.line))
    for mutant in living:
        print(f"lives: {mutant}\n       {known.get(mutant.place, 'no reason is known')}")
    return killed.total() >= KILLED * number.total() and all(mutant.place in known for mutant in living)


if __name__ == "__main__":
    main()
