"""What one simulated partner sees: their own scores, and their partner's on two scales."""

from intimacy_scales import couple_feedback, score, simulate
from intimacy_scales.dyads import Consent
from intimacy_scales.plots import couple_profiles

answers = simulate("scii-24", 2, couples=0.5, rng=3).answers.drop(columns=["couple", "partner"])
anna, ben = (score("scii-24", row.to_dict()) for _, row in answers.iterrows())
agreed = {"a": Consent.everything(), "b": Consent.to(["trust", "caring"])}
feedback = couple_feedback(anna, ben, consent=agreed)
axes = couple_profiles(feedback.for_a)
