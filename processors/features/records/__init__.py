"""What is kept of a learner: packed rows, and pure functions from a row to its successor.

An event unpacks the few rows that it touches and packs them again; all others stay the bytes that
the store gave. So a state costs little to load, to keep in memory and to store.
"""
