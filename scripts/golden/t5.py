"""Golden forward passes, gradients and searches of tiny T5 models, from `transformers`' T5ForConditionalGeneration.

Everything runs in float64. Parameters are float32 values, so the stored parameters are the exact ones used.
The library's T5LayerNorm takes its mean of squares in float32 whatever the model's type; `ExactNorm` below lifts
that to float64, and `check_against_float32` shows that the untouched float32 model agrees.

Tensor names: parameters under the library's names; `grad:<parameter>`; `after:<parameter>` after three AdamW updates on
the same batch; `input:*`; `output:*`; `search:*`.
A tied model's head is `shared.weight`; an untied one has `lm_head.weight` beside it.
"""

from __future__ import annotations

import copy
import itertools

import torch
from store import normal, random_generator, save_golden
from transformers import T5Config, T5ForConditionalGeneration
from transformers.models.t5.modeling_t5 import T5LayerNorm


def exact_norm_forward(self, hidden_states):
    variance = hidden_states.pow(2).mean(-1, keepdim=True)
    return self.weight * (hidden_states * torch.rsqrt(variance + self.variance_epsilon))


def build(seed: int, tied: bool, **sizes) -> T5ForConditionalGeneration:
    """A model whose norm gains, bias tables and logits are all well away from trivial values."""
    config = T5Config(
        **sizes,
        feed_forward_proj="relu",
        dropout_rate=0.0,
        layer_norm_epsilon=1e-6,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        attn_implementation="eager",
    )
    # This version always ties the head and keeps the d_model^-0.5 factor as a field of its own.
    config.scale_decoder_outputs = tied
    model = T5ForConditionalGeneration(config).eval()
    generator = random_generator(seed)
    if not tied:
        model.lm_head.weight = torch.nn.Parameter(torch.empty(config.vocab_size, config.d_model))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            fan_in = parameter.shape[-1]
            if "layer_norm" in name:
                value = normal(generator, *parameter.shape, scale=0.3, shift=1.0)
            elif "relative_attention_bias" in name or name == "shared.weight":
                value = normal(generator, *parameter.shape)
            elif ".q." in name:
                value = normal(generator, *parameter.shape, scale=0.5 * fan_in**-0.5)
            else:
                value = normal(generator, *parameter.shape, scale=fan_in**-0.5)
            parameter.copy_(value)
    return model


def run(model, input_ids, attention_mask, labels):
    model.zero_grad()
    output = model(input_ids=input_ids, attention_mask=attention_mask, labels=labels, use_cache=False)
    output.loss.backward()
    return output


UPDATES = 3
# eps of 1e-6: with 1e-8 an entry whose gradient is close to zero would move by its rounding alone.
ADAMW = {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-6, "weight_decay": 0.05}
CLIP = 1.0


def updates(model, *batch):
    """Parameters after three clipped AdamW updates of a copy; loss and gradient norm before each."""
    trained = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(trained.parameters(), **ADAMW)
    losses, norms = [], []
    for _ in range(UPDATES):
        losses.append(run(trained, *batch).loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(trained.parameters(), CLIP).item())
        optimizer.step()
    after = {f"after:{name}": value for name, value in trained.named_parameters()}
    settings = {**ADAMW, "betas": list(ADAMW["betas"]), "clip": CLIP}
    return after, {"training": {"updates": UPDATES, "settings": settings, "losses": losses, "norms": norms}}


def check_against_float32(model, output, *batch) -> float:
    """Largest logit difference between the float64 run and the untouched library in float32."""
    model.float()
    with torch.no_grad():
        plain = model(input_ids=batch[0], attention_mask=batch[1], labels=batch[2], use_cache=False)
    difference = (plain.logits.double() - output.logits).abs().max().item()
    assert difference < 1e-4, difference
    model.double()
    return difference


def golden(name, model, input_ids, attention_mask, labels, extra=None, extra_meta=None):
    library_forward = T5LayerNorm.forward
    model.double()
    T5LayerNorm.forward = exact_norm_forward
    output = run(model, input_ids, attention_mask, labels)
    searched, searched_meta = extra(model, input_ids, attention_mask) if extra else ({}, {})
    after, training = updates(model, input_ids, attention_mask, labels)
    T5LayerNorm.forward = library_forward
    difference = check_against_float32(model, output, input_ids, attention_mask, labels)

    config = model.config
    tied = model.lm_head.weight is model.shared.weight
    tensors = {key: value for key, value in model.named_parameters()}
    for key, value in model.named_parameters():
        assert value.grad is not None, key
        tensors[f"grad:{key}"] = value.grad
    tensors |= {
        "input:input_ids": input_ids,
        "input:attention_mask": attention_mask,
        "input:labels": labels,
        "input:decoder_input_ids": model._shift_right(labels),
        "output:encoder_last_hidden_state": output.encoder_last_hidden_state,
        "output:logits": output.logits,
        **after,
        **searched,
    }
    fields = (
        "vocab_size d_model d_kv d_ff num_layers num_decoder_layers num_heads relative_attention_num_buckets "
        "relative_attention_max_distance layer_norm_epsilon feed_forward_proj dropout_rate pad_token_id "
        "decoder_start_token_id scale_decoder_outputs"
    ).split()
    save_golden(
        "t5",
        name,
        tensors,
        {
            "source": "transformers T5ForConditionalGeneration, eager attention, float64, RMSNorm variance in float64",
            "config": {field: getattr(config, field) for field in fields},
            "tied_head": tied,
            "head": "logits = (h * d_model^-0.5) shared^T" if tied else "logits = h lm_head^T",
            "loss": output.loss.item(),
            "loss_rule": "mean cross-entropy over labels other than -100",
            "largest_difference_to_float32_library": difference,
            "parameter_count": sum(parameter.numel() for parameter in model.parameters()),
            **training,
            **searched_meta,
        },
    )


def padded(generator, vocabulary: int, width: int, lengths: list[int], fill: int):
    """Random tokens 1..V-1, right-padded with `fill`; returns tokens and the 0/1 mask."""
    tokens = torch.randint(1, vocabulary, (len(lengths), width), generator=generator)
    mask = (torch.arange(width)[None, :] < torch.tensor(lengths)[:, None]).long()
    return torch.where(mask == 1, tokens, torch.tensor(fill)), mask


STEPS = 3
FEW = 6


def searches(model, input_ids, attention_mask):
    """Exhaustive and beam results for the first input, three tokens, no end token.

    `few`: only tokens 0..5 may be chosen, log-probabilities still normalised over the whole vocabulary.
    `full`: all V^3 sequences; the 50 best, and the library's own beam search.
    """
    ids, mask, vocabulary = input_ids[:1], attention_mask[:1], model.config.vocab_size

    def step_log_probs(sequences):
        """log p of every token of every sequence [S, 3] -> [S, 3]"""
        with torch.no_grad():
            hidden = model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            start = torch.zeros(len(sequences), 1, dtype=torch.long)
            logits = model(
                encoder_outputs=(hidden.expand(len(sequences), -1, -1),),
                attention_mask=mask.expand(len(sequences), -1),
                decoder_input_ids=torch.cat([start, sequences[:, :-1]], 1),
                use_cache=False,
            ).logits
        return logits.log_softmax(-1).gather(2, sequences[:, :, None])[:, :, 0]

    few = torch.tensor(list(itertools.product(range(FEW), repeat=STEPS)))
    few_steps = step_log_probs(few)
    every = torch.cartesian_prod(*[torch.arange(vocabulary)] * STEPS)
    every_scores = torch.cat([step_log_probs(chunk).sum(1) for chunk in every.split(8000)])
    best = every_scores.sort(descending=True)
    gaps = best.values[:51].diff().abs().min().item()
    assert gaps > 2e-6, gaps

    def beam(width: int, tokens: int):
        """Plain beam search: scores are summed log-probabilities, ties to the smaller index."""
        beams, scores = torch.zeros(1, 0, dtype=torch.long), torch.zeros(1, dtype=torch.float64)
        for _ in range(STEPS):
            grown = torch.cat([beams.repeat_interleave(tokens, 0), torch.arange(tokens).repeat(len(beams))[:, None]], 1)
            padding = torch.zeros(len(grown), STEPS - grown.shape[1], dtype=torch.long)
            last = step_log_probs(torch.cat([grown, padding], 1))[:, grown.shape[1] - 1]
            order = (scores.repeat_interleave(tokens) + last).sort(descending=True, stable=True)
            gap = order.values[: width + 1].diff().abs().min().item()
            assert gap > 2e-6, (width, gap)  # float32 must be able to tell neighbours apart
            beams, scores = grown[order.indices[:width]], order.values[:width]
        return beams, scores

    tensors = {
        "search:few_sequences": few,
        "search:few_step_log_probs": few_steps,
        "search:few_log_probs": few_steps.sum(1),
        "search:full_best_sequences": every[best.indices[:50]],
        "search:full_best_log_probs": best.values[:50],
        "search:greedy_sequence": beam(1, vocabulary)[0],
    }
    widths = {"few": [2, 6, 36], "full": [1, 2, 5, 10, 50]}
    for kind, tokens in (("few", FEW), ("full", vocabulary)):
        for width in widths[kind]:
            found, scores = beam(width, tokens)
            tensors[f"search:{kind}_beam{width}_sequences"] = found
            tensors[f"search:{kind}_beam{width}_log_probs"] = scores
    # A width that keeps every prefix finds the exhaustive answer.
    order = few_steps.sum(1).sort(descending=True).indices[:36]
    assert torch.equal(tensors["search:few_beam36_sequences"], few[order])
    # The library's beam search agrees with the plain one.
    model.generation_config.eos_token_id = None
    generated = model.generate(
        input_ids=ids, attention_mask=mask, num_beams=10, num_return_sequences=10, max_new_tokens=STEPS,
        do_sample=False, length_penalty=0.0, early_stopping=False,
        return_dict_in_generate=True, output_scores=True,
    )  # fmt: skip
    assert torch.equal(generated.sequences[:, 1:], tensors["search:full_beam10_sequences"])
    assert torch.allclose(generated.sequences_scores.double(), tensors["search:full_beam10_log_probs"], atol=1e-5)
    return tensors, {
        "search": {
            "input_row": 0,
            "steps": STEPS,
            "few_tokens": FEW,
            "few": "choices limited to tokens 0..5, log-probabilities normalised over the whole vocabulary",
            "full": "all tokens may be chosen; full_best_* are the 50 best of all V^3 sequences",
            "beam_widths": widths,
            "score": "sum of log-probabilities, no length division, no end token",
        }
    }


def main():
    generator = random_generator(100)
    model = build(1, True, vocab_size=40, d_model=16, d_kv=8, num_heads=2, d_ff=32, num_layers=2, num_decoder_layers=2)
    ids, mask = padded(generator, 40, 9, [9, 6, 3], 0)
    labels, _ = padded(generator, 40, 5, [5, 5, 5], -100)
    golden("tied", model, ids, mask, labels, searches)

    model = build(2, False, vocab_size=37, d_model=16, d_kv=8, num_heads=3, d_ff=24, num_layers=1, num_decoder_layers=2)
    ids, mask = padded(generator, 37, 7, [7, 5], 0)
    labels, _ = padded(generator, 37, 4, [4, 4], -100)
    golden("untied", model, ids, mask, labels)

    model = build(3, True, vocab_size=40, d_model=16, d_kv=8, num_heads=2, d_ff=32, num_layers=2, num_decoder_layers=2)
    ids, mask = padded(generator, 40, 40, [40, 33, 17], 0)
    labels, _ = padded(generator, 40, 20, [20, 13, 1], -100)
    golden("long", model, ids, mask, labels)


if __name__ == "__main__":
    main()
