"""When a policy acts: its scheduled times, and whether it may write at an instant. Arithmetic alone; the clock is the caller's."""
