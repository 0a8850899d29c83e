"""What Bichron reaches on this machine, each figure beside its own limit from the same run."""
