"""The periodic job: archive, warehouse, recalibration and evaluation will run from here."""
