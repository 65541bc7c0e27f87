"""Pretrained models that are no larger than a test: a layer, 32 numbers wide, with random weights."""

from __future__ import annotations

from pathlib import Path

SENTENCE = (
    "the film meal book play song was awful boring bad lovely great moving number which is better long short a b "
    "say red blue sky sea colour of water yes no . , ? : ! 0 1 2 3 4 5 6 7 8 9"
)


def write_encoder(folder: Path) -> str:
    """Write a BERT that knows some words."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SENTENCE.split()]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        BertModel(
            BertConfig(
                vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                intermediate_size=64, max_position_embeddings=64,
            )
        ).save_pretrained(folder)  # fmt: skip
    return str(folder)


def write_causal(folder: Path) -> str:
    """Write a Llama that knows some words; it has no chat template."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = ["<unk>", "<end>", *dict.fromkeys(["###", "Instruction", "Response", *SENTENCE.split()])]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    folder.mkdir(parents=True)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<end>").save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                intermediate_size=64, max_position_embeddings=64, bos_token_id=None, eos_token_id=1,
                initializer_range=0.5,
            )
        ).save_pretrained(folder)  # fmt: skip
    return str(folder)
