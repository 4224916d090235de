"""What a Kinect v2 makes of a performance, and how like the real one it is."""
