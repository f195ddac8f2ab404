"""Timings and brackets on known instances, beside the peers; see docs/benchmarks.md."""
