"""The inputs of the benchmarks: OR-Library's graphs, and seeded clouds of tokens."""
