"""SQL over the archive: documented views whose text runs on more than one engine.

`views/*.sql` are written in SQL that DuckDB, DataFusion, Spark, BigQuery, Snowflake and Trino have
in common. They read four relations, which each engine must be told of in its own words, because
folders of files and lists in columns are where the dialects part: `archive_events`,
`archive_queues`, `archive_queue_items` and `archive_rejects`. For DuckDB, `relations` does.
"""
