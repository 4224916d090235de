"""Motion programs performed: from YAML to moving bodies and things."""
