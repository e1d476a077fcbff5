"""A tiny picture autoencoder as two ONNX files, and what `onnxruntime` makes of five pictures with it.

Stands for a published one (MAR's KL-VAE halves the side four times and has 16 channels): the encoder halves the side once
and gives mean and log-variance of 3 channels side by side, always of 2 pictures; the decoder doubles it, of any number. Channels first, pixels in [-1, 1].
Tensors: `pixels` [N, S, S, 3] bytes; `mean` and `logVariance` [N, s, s, 3], channels last; `decoded` [N, S, S, 3] of the means.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from store import ROOT, VERSIONS, normal, random_generator, save_golden

SIDE, CHANNELS, PICTURES, BATCH = 8, 3, 5, 2
OPSET, IR = 17, 8


def weights(name: str, tensor) -> onnx.TensorProto:
    return numpy_helper.from_array(tensor.numpy().astype(np.float32), name)


def model(name: str, nodes: list, source: tuple, result: tuple, held: list) -> onnx.ModelProto:
    port = lambda label, shape: helper.make_tensor_value_info(label, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, name, [port(*source)], [port(*result)], held)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="tessera golden")
    made.ir_version = IR
    onnx.checker.check_model(made, full_check=True)
    return made


def encoder(generator) -> onnx.ModelProto:
    convolution = lambda name, inputs, outputs: [
        weights(f"{name}.weight", normal(generator, outputs, inputs, 3, 3, scale=(9 * inputs) ** -0.5)),
        weights(f"{name}.bias", normal(generator, outputs, scale=0.1)),
    ]
    nodes = [
        helper.make_node("Conv", ["sample", "in.weight", "in.bias"], ["a"], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]),
        helper.make_node("Sigmoid", ["a"], ["gate"]),
        helper.make_node("Mul", ["a", "gate"], ["b"]),
        helper.make_node("Conv", ["b", "out.weight", "out.bias"], ["moments"], kernel_shape=[3, 3], pads=[1] * 4),
    ]
    held = convolution("in", 3, 4) + convolution("out", 4, 2 * CHANNELS)
    half = SIDE // 2
    return model("encoder", nodes, ("sample", [BATCH, 3, SIDE, SIDE]), ("moments", [BATCH, 2 * CHANNELS, half, half]), held)


def decoder(generator) -> onnx.ModelProto:
    held = [
        weights("out.weight", normal(generator, 12, CHANNELS, 3, 3, scale=0.3)),
        weights("out.bias", normal(generator, 12, scale=0.1)),
    ]
    nodes = [
        helper.make_node("Conv", ["latent", "out.weight", "out.bias"], ["a"], kernel_shape=[3, 3], pads=[1] * 4),
        helper.make_node("DepthToSpace", ["a"], ["sample"], blocksize=2),
    ]
    half = SIDE // 2
    return model("decoder", nodes, ("latent", ["batch", CHANNELS, half, half]), ("sample", ["batch", 3, SIDE, SIDE]), held)


def main():
    generator = random_generator(31)
    pixels = torch.randint(0, 256, (PICTURES, SIDE, SIDE, 3), generator=generator).numpy()
    folder = ROOT / "models/utgrec/golden"
    for name, made in (("encoder", encoder(generator)), ("decoder", decoder(generator))):
        (folder / f"onnx_vae_{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))
    run = lambda name, feeds: onnxruntime.InferenceSession(folder / f"onnx_vae_{name}.onnx").run(None, feeds)[0]
    sample = (pixels / np.float32(127.5) - 1).astype(np.float32).transpose(0, 3, 1, 2)
    padded = np.concatenate([sample, np.zeros_like(sample[: -PICTURES % BATCH])])
    moments = np.concatenate([run("encoder", {"sample": padded[at : at + BATCH]}) for at in range(0, len(padded), BATCH)])
    moments = moments[:PICTURES]
    mean, variance = moments[:, :CHANNELS], moments[:, CHANNELS:]
    last = lambda x: x.transpose(0, 2, 3, 1)
    save_golden(
        "utgrec",
        "onnx_vae",
        {
            "pixels": pixels,
            "mean": last(mean),
            "logVariance": last(variance),
            "decoded": last(run("decoder", {"latent": mean})),
        },
        {
            "source": "onnxruntime on the two files beside this one",
            "versions": VERSIONS | {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
            "side": SIDE,
            "channels": CHANNELS,
        },
    )


if __name__ == "__main__":
    main()
