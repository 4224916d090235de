"""Drawing: cameras, rooms, bodies and things as pictures, on the processor alone."""
