"""The other engines of scripts/bench-peers.

    peers.py run MODEL SENTENCES   one JSON object a line for each engine and number format
    peers.py table RESULTS         a table of those lines and of `detente bench --json`

Every engine gets the same token ids, cut to 192, sorted by length, in batches of 32, and all cores. The best of three passes
counts.
"""
import json
import logging
import os
import sys
import tempfile
import time
import warnings

BATCH = 32
LONGEST = 192
PASSES = 3


def batches_of(model, sentences):
    """Arrays (ids, mask) of each batch; the number of sentences."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with open(sentences, encoding="utf-8") as lines:
        texts = [line.strip() for line in lines if line.strip()]
    rows = sorted((encoding.ids[:LONGEST] for encoding in tokenizer.encode_batch(texts)), key=len)
    batches = []
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        shape = (len(batch), len(batch[-1]))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        batches.append((ids, mask))
    return batches, len(rows)


def measure(engine, precision, batches, count, step, finish=lambda: None):
    """Prints sentences a second of the best pass."""
    best = float("inf")
    for _ in range(PASSES):
        begun = time.perf_counter()
        for ids, mask in batches:
            step(ids, mask)
        finish()
        best = min(best, time.perf_counter() - begun)
    print(json.dumps({"engine": engine, "precision": precision, "sentences_per_second": count / best}), flush=True)


def encoder(model, kind, **options):
    """The encoder with the weights of the folder, without the project's heads."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    network = AutoModel.from_config(AutoConfig.from_pretrained(model), torch_dtype=kind, **options).eval()
    report = network.load_state_dict(load_file(os.path.join(model, "model.safetensors")), strict=False)
    missing = [name for name in report.missing_keys if not name.startswith("pooler.")]
    if missing:
        sys.exit(f"{model}: not in the weights: {missing}")
    return network.to(kind)


def run(model, sentences):
    import torch

    batches, count = batches_of(model, sentences)
    cores = os.cpu_count()
    torch.set_num_threads(cores)
    with torch.inference_mode():
        for name, kind in (("f32", torch.float32), ("bf16", torch.bfloat16)):
            network = encoder(model, kind)
            tensors = [(torch.from_numpy(ids), torch.from_numpy(mask)) for ids, mask in batches]
            measure("PyTorch", name, tensors, count, lambda ids, mask: network(ids, attention_mask=mask))

    with tempfile.TemporaryDirectory() as folder:
        exported = os.path.join(folder, "model.onnx")
        network = encoder(model, torch.float32, attn_implementation="eager")
        axes = {0: "batch", 1: "length"}
        example = tuple(torch.from_numpy(array[:2]) for array in batches[0])
        torch.onnx.export(
            network, example, exported, input_names=["input_ids", "attention_mask"], output_names=["hidden"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "hidden": axes}, opset_version=17,
        )

        import onnxruntime
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantised = os.path.join(folder, "int8.onnx")
        quantize_dynamic(exported, quantised, weight_type=QuantType.QInt8)
        for name, path in (("f32", exported), ("int8", quantised)):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = cores
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            measure("ONNX Runtime", name, batches, count,
                    lambda ids, mask: session.run(None, {"input_ids": ids, "attention_mask": mask}))

        import openvino

        core = openvino.Core()
        for name in ("f32", "bf16"):
            hints = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": name, "INFERENCE_NUM_THREADS": cores}
            compiled = core.compile_model(core.read_model(exported), "CPU", hints)
            queue = openvino.AsyncInferQueue(compiled, compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
            measure("OpenVINO", name, batches, count,
                    lambda ids, mask: queue.start_async({"input_ids": ids, "attention_mask": mask}), queue.wait_all)


def table(results):
    with open(results, encoding="utf-8") as lines:
        measured = [json.loads(line) for line in lines]
    ours, peers = {}, {}
    for one in measured:
        if "engine" in one:
            peers[one["engine"], one["precision"]] = one["sentences_per_second"]
            continue
        for precision in {row["precision"] for row in one["rows"]}:
            best = max(row["sentences_per_second"] for row in one["rows"] if row["precision"] == precision)
            # The slower of the two runs.
            ours[precision] = min(ours.get(precision, float("inf")), best)
    peak = max(one["bf16_peak"] for one in measured if "rows" in one)
    operations = next(one["operations"] / one["sentences"] for one in measured if "rows" in one)
    best_peer = max(peers.values())
    rows = [("detente", precision, speed) for precision, speed in ours.items()]
    rows += [(engine, precision, speed) for (engine, precision), speed in peers.items()]
    print(f"bf16 matrix product: {peak:.2f} TFLOP/s")
    print("engine        precision  sentences/s  to the best peer  of the bf16 peak")
    for engine, precision, speed in sorted(rows, key=lambda row: -row[2]):
        share = speed * operations / 1e12 / peak
        print(f"{engine:<12}  {precision:<9}  {speed:>11.0f}  {speed / best_peer:>16.2f}  {share:>15.0%}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    if len(sys.argv) == 4 and sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 3 and sys.argv[1] == "table":
        table(sys.argv[2])
    else:
        sys.exit(__doc__)
