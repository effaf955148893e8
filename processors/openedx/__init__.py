"""Tracking events of Open edX as xAPI statements, as its event-routing-backends makes them.

Begin with `processors.openedx.conversion`; what becomes of which event is in `table`.
"""
