"""Apache Kafka and Valkey as processes of our own: no container, nothing to install by hand.

`stream.embedded.stack` is the door; nothing is fetched or started by an import.
"""
