#!/usr/bin/env python3
"""Outputs of the authors' MPNet implementation, for tests/reference.rs (transformers 4.44.2, torch 2.4.0, safetensors).

    make_reference.py tiny FOLDER   makes a tiny model with random weights and writes config.json, model.safetensors, reference.safetensors
    make_reference.py real FOLDER   writes reference.safetensors for the MPNet model in FOLDER

reference.safetensors holds ids and mask [4, 160], and hidden [4, 160, width], the last hidden states in f32. Rows have 160, 97, 20 and 1
tokens: farther apart than the last bucket of relative positions (128), and padded.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import MPNetConfig, MPNetModel

LENGTHS = (160, 97, 20, 1)


def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    torch.manual_seed(20261125)
    if kind == "tiny":
        config = MPNetConfig(
            vocab_size=120,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=164,
            initializer_range=0.3,
        )
        model = MPNetModel(config, add_pooling_layer=False)
        # Biases and norms start at 0 and 1, where an error in them would not show.
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name.endswith("bias") or "LayerNorm" in name:
                    parameter.add_(torch.randn_like(parameter) * 0.2)
        save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / "model.safetensors")
        config.save_pretrained(folder)
    else:
        model = MPNetModel.from_pretrained(folder, add_pooling_layer=False, torch_dtype=torch.float32)
    model.eval()
    pad = model.config.pad_token_id
    ids = torch.randint(5, model.config.vocab_size, (len(LENGTHS), LENGTHS[0]))
    mask = torch.zeros_like(ids)
    for row, length in enumerate(LENGTHS):
        ids[row, length:] = pad
        mask[row, :length] = 1
    with torch.no_grad():
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    save_file({"ids": ids, "mask": mask, "hidden": hidden.contiguous()}, folder / "reference.safetensors")


if __name__ == "__main__":
    main()
