"""What events show of retention, duration, engagement and gain, and what their models read."""
