"""Moving pictures: cameras, rendering, encoding."""
