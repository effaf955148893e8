"""Dashboards and alerts as code; `python -m serving.dashboards` writes what is made of it."""
