"""The frozen teachers, a file each, and how their weights are found and loaded."""
