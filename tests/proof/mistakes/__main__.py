"""``python -m tests.proof.mistakes --minutes 60``: writes policies with one mistake each and prints what they would take."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import time
from collections import Counter
from pathlib import Path

from tests.proof.mistakes.judging import Tally, one_batch
from tests.proof.mistakes.telling import cannot_be_told


def argument_parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(1 << 32)))
    parser.add_argument("--findings", type=Path, help="a file for every finding, a JSON line each")
    return parser


def main() -> None:
    """Run for a while, then print the table; exits 1 when something is deleted that could have been told."""
    arguments = argument_parser().parse_args()
    print(f"seed {arguments.seed}, {arguments.minutes:g} minutes", flush=True)
    tally, began, turns = Tally(), time.monotonic(), 0
    # The runner of click keeps what each command printed: a process for every twenty batches gives it back.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=20) as pool:
        while time.monotonic() - began < 60 * arguments.minutes:
            tally.add(pool.apply(one_batch, (f"{arguments.seed}/{turns}",)))
            turns += 1
            if turns % 200 == 0:
                print(
                    f"{(time.monotonic() - began) / 60:.0f} min: {turns} batches, {len(tally.findings)} take more",
                    flush=True,
                )
    print(f"{'mistake':18}{'place':42}{'tried':>8}{'refused':>9}{'warned':>8}{'keeps':>8}{'more':>7}{'told':>6}")
    untold: Counter[tuple[str, str]] = Counter()
    for finding in tally.findings:
        if cannot_be_told(finding) is None:
            untold[finding.mistake.kind, finding.mistake.place] += 1
    for (kind, place), counts in sorted(tally.counts.items()):
        print(
            f"{kind:18}{place[:41]:42}{counts['tried']:8}{counts['refused']:9}{counts['warned']:8}{counts['keeps']:8}"
            f"{counts['deletes more']:7}{untold[kind, place]:6}"
        )
    total = sum(counts["tried"] for counts in tally.counts.values())
    print(
        f"{turns} batches, {total} mistakes, {len(tally.findings)} take more, {sum(untold.values())} of these could be told"
    )
    for reason, number in Counter(
        cannot_be_told(finding) or "COULD BE TOLD" for finding in tally.findings
    ).most_common():
        print(f"{number:8}  {reason}")
    for fault in tally.faults[:20]:
        print(fault)
    if arguments.findings:
        lines = (
            json.dumps(
                {
                    "told": cannot_be_told(one),
                    "kind": one.mistake.kind,
                    "place": one.mistake.place,
                    "from": one.mistake.before,
                    "to": one.mistake.after,
                    "warnings": one.warnings,
                    "taken": one.taken[:3],
                    "spec": one.after,
                }
            )
            for one in tally.findings
        )
        arguments.findings.write_text("\n".join(lines) + "\n")
    raise SystemExit(1 if untold or tally.faults else 0)


if __name__ == "__main__":
    main()
