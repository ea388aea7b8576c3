"""Sample sizes: the numbers of persons or couples that a study needs."""

from intimacy_scales.planning.analysis import plan_sample_size
from intimacy_scales.planning.result import SamplePlan

__all__ = ["SamplePlan", "plan_sample_size"]
