"""A synthetic NTU RGB+D: motion programs, performers, a sensor, and files in NTU's format or others."""
