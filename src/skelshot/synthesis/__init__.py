"""A synthetic NTU RGB+D: motion programs, performers, a sensor, files in three formats."""
