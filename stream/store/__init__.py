"""Where partitions keep their checkpoints: Redis, and its twin in memory."""
