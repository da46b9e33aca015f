"""The proof on a cluster that somebody else runs: as far as it can be judged without the server's processes and its audit log."""
