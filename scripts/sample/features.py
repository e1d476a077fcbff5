"""What the simulated users see of an item: a text embedding, a topic inside its domain, a colour class."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

COLOUR_CLASSES = ("neutral", "warm", "green", "cool")


def text_embedding(items: list[dict], dims: int) -> np.ndarray:
    """TF-IDF of title words, keywords and category folders, reduced by SVD; unit rows, shape [items, dims].

    weight(term, item) = (1 + log tf) * log(N / df), rows scaled to length 1 before the SVD. Category folders count
    twice. Terms of a single item are left out. Rounded to 6 decimals, so that equal texts have exactly equal rows and
    the clusters and rankings built on them do not hang on the summation order of the linear-algebra library.
    """
    documents: list[Counter[str]] = []
    for item in items:
        words = re.findall(r"[^\W\d_]{2,}", item["title"].lower())
        folders = ["/" + folder for folder in item["categories"]]
        documents.append(Counter(words + list(item["keywords"]) + folders + folders))
    frequency = Counter(term for document in documents for term in document)
    terms = {term: k for k, term in enumerate(sorted(t for t, n in frequency.items() if n > 1))}
    matrix = np.zeros((len(items), len(terms)))
    for row, document in enumerate(documents):
        for term, count in document.items():
            if term in terms:
                matrix[row, terms[term]] = (1 + np.log(count)) * np.log(len(items) / frequency[term])
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-12
    u, s, _ = np.linalg.svd(matrix, full_matrices=False)
    reduced = u[:, :dims] * s[:dims]
    return np.round(reduced / (np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-12), 6)


def colour_class(pixels: np.ndarray) -> int:
    """Index into COLOUR_CLASSES of a [64, 64, 3] picture: the hue that its saturated pixels lean to."""
    flat = pixels.reshape(-1, 3).astype(np.float64)
    chroma = flat.max(axis=1) - flat.min(axis=1)
    if np.mean(chroma > 48) < 0.05:
        return 0
    red, green, blue = (flat * chroma[:, None]).sum(axis=0) / chroma.sum()
    if green >= red and green >= blue:
        return 2
    return 1 if red >= blue else 3


def k_means(points: np.ndarray, k: int, min_size: int, rng: np.random.Generator, rounds: int = 40) -> np.ndarray:
    """Lloyd's k-means with k-means++ seeding; returns the cluster of each row, 0..at most k-1 without gaps.

    Clusters below `min_size` are dissolved, the smallest first, and the rest runs on.
    """
    centres = [points[rng.integers(len(points))]]
    while len(centres) < k:
        gaps = np.min([((points - c) ** 2).sum(axis=1) for c in centres], axis=0)
        centres.append(points[rng.choice(len(points), p=gaps / gaps.sum())])
    centre = np.stack(centres)
    while True:
        for _ in range(rounds):
            labels = ((points[:, None, :] - centre[None]) ** 2).sum(axis=2).argmin(axis=1)
            for c in range(len(centre)):
                if np.any(labels == c):
                    centre[c] = points[labels == c].mean(axis=0)
        sizes = np.bincount(labels, minlength=len(centre))
        if sizes.min() >= min_size:
            return labels
        centre = np.delete(centre, sizes.argmin(), axis=0)
