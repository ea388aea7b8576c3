"""Simulated answers from a known model, the same for a seed on every machine."""

from intimacy_scales.simulation.drawing import Simulation, simulate, simulate_diary

__all__ = ["Simulation", "simulate", "simulate_diary"]
