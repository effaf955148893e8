"""The curriculum as a map: which activities it shows, where each stands, and the learner on it."""
