"""`./shop bench`: speed as ratios to a baseline in the same run, since machines are shared and noisy."""
