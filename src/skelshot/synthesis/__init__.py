"""A synthetic NTU RGB+D and its twins: motion programs, performers, a sensor, and files."""
