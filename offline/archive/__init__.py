"""The log as Parquet files: whole or not at all, each offset exactly once for readers.

    <topic>/day=YYYY-MM-DD/partition=P/<first>-<last>.parquet

What has been archived is what the names of the files say; there is no other bookkeeping that could
disagree with them. `names` and `schemas` declare, `appending` and `compaction` write, `listing`
says which files count, `reading` gives the events back in the order of time.
"""
