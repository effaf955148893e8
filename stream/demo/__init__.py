"""Simulated learners: people with hidden knowledge who send xAPI statements."""
