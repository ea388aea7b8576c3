"""Make simulated-couples.csv: simulated answers of 60 couples to scii-24. Nobody gave them.

Run from the root of a checkout: python data/examples/make_simulated_couples.py
"""

from pathlib import Path

from intimacy_scales import load, simulate

form = load("scii-24")
simulated = simulate(
    form,
    120,
    loadings=0.7,
    scale_correlations=0.6,
    # most people in studies of couples agree with most statements
    thresholds=(-2.4, -1.8, -1.3, -0.7, -0.1, 0.9),
    couples={"trust": 0.5, "mutuality": 0.5, "commitment": 0.4, "knowledge": 0.3, "caring": 0.3,
             "interdependence": 0.4},
    missing=0.02,
    rng=20260101,
)  # fmt: skip
path = Path(__file__).with_name("simulated-couples.csv")
answers = simulated.answers.astype(dict.fromkeys(form.item_ids, "Int64"))
answers.to_csv(path, index=False)
print(f"{path.name}: {len(answers)} simulated persons; {answers.attrs['simulated']}")
