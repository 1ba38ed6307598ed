"""The stage and the sides of benchmarks/delivery.py, each run in a process of its own."""
