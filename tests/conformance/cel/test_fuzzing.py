"""A short run of the coverage-guided fuzzer, from a corpus of the expressions that the suite has."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.cel.cases import load

RUNS = int(os.environ.get("ZEN_GC_FUZZ_RUNS", "3000"))


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="NOT RUN (atheris is not installed)")
def test_the_fuzzer_finds_nothing(tmp_path):
    """Any bytes: a value or a declared error, the same in both tiers."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, case in enumerate(load()[::25]):
        (corpus / str(number)).write_bytes(case.expression.encode())
    (corpus / "object").write_bytes(b"object.spec.l.exists(x, x.y == 1)\x00" + b'{"spec": {"l": [{"y": 1}]}}')
    script = Path(__file__).with_name("fuzz_atheris.py")
    command = [
        sys.executable,
        str(script),
        f"-runs={RUNS}",
        "-max_len=512",
        f"-artifact_prefix={tmp_path}/",
        str(corpus),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr + done.stdout
