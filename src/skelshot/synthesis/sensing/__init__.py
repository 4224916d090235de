"""A simulated Kinect v2 that records performances, and its likeness to the real one."""
