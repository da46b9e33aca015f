"""When things happen: the schedule of policies and resources, the main loop, the pool of sweeps."""
