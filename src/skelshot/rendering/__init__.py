"""Drawing: the theme, charts and stick figures; bodies and things on the processor alone."""
