"""Where candidates come from: one small file each, all of one form.

A source reads the learner's view and yields *streams*: candidates in order of preference, without
end in sight. `gather` takes the first few of each stream that the rules let pass.
"""
