"""Schedules: operations started by the clock; any number of workers starts each slot once."""
