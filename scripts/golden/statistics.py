"""Golden statistics: SciPy's paired tests on vectors like per-user NDCG and recall, full precision, JSON only."""

from __future__ import annotations

import numpy as np
import scipy
from scipy import stats
from store import save_golden


def ndcg_like(generator, users: int, hit: float, gain: float):
    """Two systems' NDCG@10: mostly zeros, shared hits, so there are many ties."""
    ranks = generator.integers(1, 11, size=users)
    first = np.where(generator.random(users) < hit, 1 / np.log2(ranks + 1), 0.0)
    moved = np.clip(ranks + generator.integers(-2, 3, size=users), 1, 10)
    second = np.where(generator.random(users) < gain, first, np.where(generator.random(users) < hit, 1 / np.log2(moved + 1), 0.0))
    return first, second


def holm(p_values):
    order, adjusted, largest = np.argsort(p_values), np.empty(len(p_values)), 0.0
    for k, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - k) * p_values[index]))
        adjusted[index] = largest
    return adjusted.tolist()


def case(name, first, second):
    t = stats.ttest_rel(first, second)
    signed = stats.wilcoxon(first, second, zero_method="wilcox", correction=False, method="approx")
    exact = None
    if len(first) <= 12:
        exact = stats.permutation_test(
            (first, second), lambda x, y: np.sum(x - y), permutation_type="samples", n_resamples=np.inf
        ).pvalue
    return {
        "name": name,
        "first": [float(value) for value in first],
        "second": [float(value) for value in second],
        "t": float(t.statistic),
        "t_p": float(t.pvalue),
        "wilcoxon": float(signed.statistic),
        "wilcoxon_p": float(signed.pvalue),
        "exact_sign_flip_p": None if exact is None else float(exact),
    }


if __name__ == "__main__":
    generator = np.random.default_rng(11)
    cases = [
        case("small, no ties", generator.normal(0.2, 1, 12), generator.normal(0, 1, 12)),
        case("eight users, tied sizes", np.array([1, 1, 0, 1, 0, 1, 0, 0.5]), np.array([0, 0, 0, 1, 1, 0.5, 0, 0])),
        case("ndcg, 150 users", *ndcg_like(generator, 150, 0.4, 0.6)),
        case("ndcg, 300 users, close systems", *ndcg_like(generator, 300, 0.1, 0.9)),
        case("recall, 250 users", generator.integers(0, 2, 250) * 1.0, (generator.random(250) < 0.4) * 1.0),
    ]
    p_values = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04]
    tails = [0.0, 0.1, 0.5, 1.0, 1.5, 2.0, 2.49, 2.51, 3.0, 4.0, 6.0]
    save_golden(
        "blocks",
        "paired_tests",
        {},
        {
            "source": f"scipy {scipy.__version__}: ttest_rel, wilcoxon(zero_method='wilcox', correction=False, method='approx'), permutation_test, special.erfc; Holm's definition in NumPy",
            "cases": cases,
            "holm": {"p": p_values, "adjusted": holm(np.array(p_values))},
            "erfc": [[x, float(scipy.special.erfc(x))] for x in tails],
        },
    )
