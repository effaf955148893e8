"""How well outcomes are predicted: on kept answers and statements, and on made-up learners."""
