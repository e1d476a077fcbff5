"""The generative process behind the simulated users; README.md of the sample holds the same equations in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from features import COLOUR_CLASSES, colour_class, k_means, text_embedding


@dataclass(frozen=True)
class Parameters:
    """Every number of the process."""

    seed: int = 20240607
    users: int = 6000
    min_length: int = 5
    max_length: int = 20
    mean_extra_length: float = 5.0  # Poisson mean of the length beyond min_length, before its gamma spread
    embedding_dims: int = 32
    topics_per_domain: int = 16
    min_topic_size: int = 16  # smaller clusters are dissolved into their neighbours
    archetypes: int = 16
    main_topic_shares: tuple[float, ...] = (0.55, 0.30)  # of an archetype's taste in a domain; the rest goes by topic size
    home_share: float = 0.70  # share of a user's fresh choices that fall in the home domain
    popularity_exponent: float = 0.65
    colour_boost: float = 3.0
    complements: int = 8
    complement_decay: float = 0.6
    complement_colour_bonus: float = 0.5
    complement_crowding: float = 0.1  # taken off the score of a candidate for each item that already points at it
    cross_domain_links: float = 0.25  # share of topics whose successor lies in another domain
    share_complement: float = 0.35
    share_session: float = 0.25
    share_taste: float = 0.40
    anchor_last: float = 0.6  # the complement belongs to the last item, else to the one before it
    new_items: float = 0.06  # share of items that appear only at the last two positions


@dataclass
class Process:
    """The fixed world (items, topics, complements, archetypes) that users draw from.

    `pixels` are the decoded pictures, [64, 64, 3] each, in the order of `items`; ids must be 0..N-1 in that order.
    """

    items: list[dict]
    pixels: list[np.ndarray]
    p: Parameters = field(default_factory=Parameters)

    def __post_init__(self) -> None:
        p = self.p
        rng = np.random.default_rng([p.seed, 1])
        n = len(self.items)
        self.domains = sorted({item["domain"] for item in self.items})
        self.domain = np.array([self.domains.index(item["domain"]) for item in self.items])
        self.colour = np.array([colour_class(picture) for picture in self.pixels])
        self.embedding = text_embedding(self.items, p.embedding_dims)
        self.topic = np.zeros(n, dtype=np.int64)
        topics: list[int] = []
        for d in range(len(self.domains)):
            mine = np.flatnonzero(self.domain == d)
            labels = k_means(self.embedding[mine], p.topics_per_domain, p.min_topic_size, rng)
            self.topic[mine] = len(topics) + labels
            topics += [d] * (int(labels.max()) + 1)
        self.topic_domain = np.array(topics)

        self.popularity = np.zeros(n)
        for d in range(len(self.domains)):
            mine = np.flatnonzero(self.domain == d)
            self.popularity[mine] = (rng.permutation(len(mine)) + 1.0) ** -p.popularity_exponent
        self.is_new = np.zeros(n, dtype=bool)
        self.is_new[rng.choice(n, round(p.new_items * n), replace=False)] = True

        self.successor = self._successors(rng)
        self.complement_ids, self.complement_weights = self._complements()
        self.taste = self._archetypes(rng)
        self.hypotheses = [
            (z, h, c)
            for z in range(p.archetypes)
            for h in range(len(self.domains))
            for c in range(len(COLOUR_CLASSES))
        ]
        # Index 0: new items hidden (all but the last two positions); index 1: all items.
        self.session_table = np.stack([self._session_rows(shown) for shown in (False, True)])
        self.taste_table = np.stack([self._taste_rows(self.session_table[k]) for k in (0, 1)])
        self.complement_table = np.stack([self._complement_rows(shown) for shown in (False, True)])

    def _successors(self, rng: np.random.Generator) -> np.ndarray:
        following = np.zeros(len(self.topic_domain), dtype=np.int64)
        for d in range(len(self.domains)):
            cycle = rng.permutation(np.flatnonzero(self.topic_domain == d))
            following[cycle] = np.roll(cycle, -1)
        count = round(self.p.cross_domain_links * len(following))
        for k in rng.choice(len(following), count, replace=False):
            following[k] = rng.choice(np.flatnonzero(self.topic_domain != self.topic_domain[k]))
        return following

    def _complements(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        ids, weights = [], []
        pointed_at = np.zeros(len(self.items))
        for i in range(len(self.items)):
            candidates = np.flatnonzero(self.topic == self.successor[self.topic[i]])
            score = self.embedding[candidates] @ self.embedding[i]
            score = score + self.p.complement_colour_bonus * (self.colour[candidates] == self.colour[i])
            score = score - self.p.complement_crowding * pointed_at[candidates]
            best = candidates[np.argsort(-np.round(score, 9), kind="stable")[: self.p.complements]]
            pointed_at[best] += 1
            weight = (np.arange(len(best)) + 1.0) ** -self.p.complement_decay
            ids.append(best)
            weights.append(weight / weight.sum())
        return ids, weights

    def _archetypes(self, rng: np.random.Generator) -> np.ndarray:
        p = self.p
        taste = np.zeros((p.archetypes, len(self.topic_domain)))
        for z in range(p.archetypes):
            for d in range(len(self.domains)):
                mine = np.flatnonzero(self.topic_domain == d)
                size = np.array([(self.topic == k).sum() for k in mine])
                taste[z, mine] = (1 - sum(p.main_topic_shares)) * size / size.sum()
                main = rng.choice(mine, len(p.main_topic_shares), replace=False, p=size / size.sum())
                taste[z, main] += p.main_topic_shares
        return taste

    def _session_rows(self, shown: bool) -> np.ndarray:
        """q_c(i | topic): [colours, topics, items]."""
        rows = np.zeros((len(COLOUR_CLASSES), len(self.topic_domain), len(self.items)))
        for c in range(len(COLOUR_CLASSES)):
            appeal = self.popularity * np.where(self.colour == c, self.p.colour_boost, 1.0)
            if not shown:
                appeal = np.where(self.is_new, 0.0, appeal)
            for k in range(len(self.topic_domain)):
                row = np.where(self.topic == k, appeal, 0.0)
                rows[c, k] = row / row.sum() if row.sum() > 0 else row
        return rows

    def _taste_rows(self, session: np.ndarray) -> np.ndarray:
        """Fresh choice for each hypothesis (archetype, home domain, colour): [hypotheses, items]."""
        rows = []
        other = (1 - self.p.home_share) / (len(self.domains) - 1)
        for z, h, c in self.hypotheses:
            share = np.where(self.topic_domain == h, self.p.home_share, other)
            row = (share * self.taste[z]) @ session[c]
            rows.append(row / row.sum())
        return np.stack(rows)

    def _complement_rows(self, shown: bool) -> np.ndarray:
        rows = np.zeros((len(self.items), len(self.items)))
        for i, (ids, weights) in enumerate(zip(self.complement_ids, self.complement_weights, strict=True)):
            weights = weights if shown else np.where(self.is_new[ids], 0.0, weights)
            if weights.sum() > 0:
                rows[i, ids] = weights / weights.sum()
        return rows

    def next_item(self, history: list[int], hypothesis: int | slice, late: bool, at: object = slice(None)) -> np.ndarray:
        """Unnormalised next-item weights, before seen items are removed: [items] or [hypotheses, items].

        `late` says that the position is one of the last two, where new items exist. `at` picks item columns.
        """
        k = int(late)
        fresh = self.taste_table[k][hypothesis][..., at]
        if not history:
            return fresh
        p, last = self.p, history[-1]
        if isinstance(hypothesis, slice):
            colours = [c for _, _, c in self.hypotheses[hypothesis]]
        else:
            colours = self.hypotheses[hypothesis][2]
        session = self.session_table[k][:, self.topic[last]][:, at][colours]
        earlier = history[-2] if len(history) > 1 else last
        follow = p.anchor_last * self.complement_table[k][last, at]
        follow = follow + (1 - p.anchor_last) * self.complement_table[k][earlier, at]
        return p.share_complement * follow + p.share_session * session + p.share_taste * fresh

    def simulate(self) -> tuple[list[list[int]], list[int]]:
        """All sequences, oldest item first, and the hidden hypothesis of each user."""
        p = self.p
        rng = np.random.default_rng([p.seed, 2])
        sequences, hidden = [], []
        for _ in range(p.users):
            hypothesis = int(rng.integers(len(self.hypotheses)))
            rate = p.mean_extra_length * rng.gamma(2.0, 0.5)
            length = min(p.min_length + int(rng.poisson(rate)), p.max_length)
            history: list[int] = []
            for t in range(length):
                weights = self.next_item(history, hypothesis, late=t >= length - 2).copy()
                weights[history] = 0.0
                total = np.cumsum(weights)
                drawn = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
                history.append(drawn)
            sequences.append(history)
            hidden.append(hypothesis)
        return sequences, hidden

    def posterior(self, history: list[int]) -> np.ndarray:
        """P(hypothesis | history), flat prior; `history` is a full sequence without its last item."""
        log = np.zeros(len(self.hypotheses))
        for t, item in enumerate(history):
            late = t == len(history) - 1  # one of the last two positions of the full sequence
            before = history[:t]
            seen = self.next_item(before, slice(None), late, at=np.array(before + [item]))
            # Rows of the tables sum to 1 except for items without a visible complement: the constant cancels.
            whole = self._mass(before, late)
            log += np.log(seen[:, -1] + 1e-300) - np.log(whole - seen[:, :-1].sum(axis=1))
        log = np.exp(log - log.max())
        return log / log.sum()

    def _mass(self, history: list[int], late: bool) -> float:
        if not history:
            return 1.0
        p, k = self.p, int(late)
        earlier = history[-2] if len(history) > 1 else history[-1]
        follow = p.anchor_last * self.complement_table[k][history[-1]].sum()
        follow += (1 - p.anchor_last) * self.complement_table[k][earlier].sum()
        session = self.session_table[k][0, self.topic[history[-1]]].sum()
        return float(p.share_complement * follow + p.share_session * session + p.share_taste)
