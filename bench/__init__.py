"""Benchmarks: ours and a peer side by side in one run; ratios are what counts."""
