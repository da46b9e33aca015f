"""Every figure of the project, as ratios taken in one run: ``make bench``."""
