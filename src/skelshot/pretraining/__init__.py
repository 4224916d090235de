"""Pre-training: transfer, supervised and episodic stages in one loop."""
