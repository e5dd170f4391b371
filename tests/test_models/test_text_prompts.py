import pytest

from avs_mm.models.text_prompts import write_prompts


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    transformers = pytest.importorskip("transformers")
    from published_networks import write_grounding_dino

    folder = tmp_path_factory.mktemp("dino")
    write_grounding_dino(folder)
    return transformers.AutoTokenizer.from_pretrained(folder)


def test_each_name_knows_its_tokens(tokenizer):
    (prompt,) = write_prompts(["Dog", "ox cart", "cat"], tokenizer, most_tokens=256)
    assert prompt.text == "dog. ox cart. cat."
    tokens = tokenizer.convert_ids_to_tokens(prompt.input_ids[0].tolist())
    own = [[t for t, is_own in zip(tokens, row, strict=True) if is_own] for row in prompt.tokens]
    assert own == [["d", "##o", "##g"], ["o", "##x", "c", "##a", "##r", "##t"], ["c", "##a", "##t"]]


def test_a_long_vocabulary_is_several_texts(tokenizer):
    names = ["dog", "cat", "horse", "bus"]
    prompts = write_prompts(names, tokenizer, most_tokens=12)
    assert [(prompt.text, prompt.first) for prompt in prompts] == [
        ("dog. cat.", 0),
        ("horse. bus.", 2),
    ]
    with pytest.raises(ValueError, match="'horse' has more than 5 tokens; shorten it"):
        write_prompts(["horse"], tokenizer, most_tokens=5)
