"""Fitting the models on the archive: several passes, calibration, labels from what came later."""
