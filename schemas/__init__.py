"""Facts and wishes: what crosses a border of Stepstream, as frozen records.

Nothing here computes; nothing here knows the clock, Kafka, Redis or a model.
"""
