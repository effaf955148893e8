"""The engine, pure: statement -> event -> trace -> state and features -> learning -> queue.

Nothing here reads a clock, draws a random number or touches the world: time and seeds are handed
in, effects come back as values. The same events in the same order give the same bytes.
"""
