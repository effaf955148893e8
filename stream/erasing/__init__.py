"""Erasing a person: every store, one after the other, and a receipt.

`erasure` is the order of the steps; `who` tells whose a message is; `namespaces`, `logs`, `files`
each know one sort of store.
"""
