"""When things happen: the lease, the sweeps, the writes, and what is told of them."""
