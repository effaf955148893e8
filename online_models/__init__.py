"""What learns from every event: small models whose whole memory is named numbers.

Nothing here knows the clock, the disk, a topic or a record of the other packages.
"""
