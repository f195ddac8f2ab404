"""How far prompt and image lie apart: per layer, and whether there are two clusters of inputs."""
