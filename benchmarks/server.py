"""An embedded cluster in a process of its own, so that its work is not measured: prints its URL, serves until its input ends."""

from __future__ import annotations

import sys

from zen_gc_embedded import EmbeddedCluster

from benchmarks.objects import pod


def main() -> None:
    """Serve as many Pods as the first argument says."""
    with EmbeddedCluster() as cluster:
        cluster.seed(pod(number) for number in range(int(sys.argv[1])))
        cluster.write_kubeconfig(sys.argv[2])
        print(cluster.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
