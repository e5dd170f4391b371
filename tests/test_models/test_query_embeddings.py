import pytest
import torch
from tiny_network import tiny_config
from torch import nn

from avs_mm.models.query_embeddings import query_embeddings
from avs_mm.registry import MODELS


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls_embed = nn.Linear(3, 2)


def test_layers_at_once_and_one_by_one_are_the_same():
    head, layers = Head(), torch.randn(4, 2, 5, 3)
    with query_embeddings(head) as at_once:
        head.cls_embed(layers)
    with query_embeddings(head) as one_by_one:
        for layer in layers:
            head.cls_embed(layer)
    for collected in (at_once, one_by_one):
        torch.testing.assert_close(torch.stack(collected), layers)


def test_nothing_stays_at_the_head():
    head = Head()

    def fail() -> None:
        with query_embeddings(head):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not head.cls_embed._forward_pre_hooks


def test_a_candidates_embedding_is_that_of_its_query():
    torch.manual_seed(0)
    config = tiny_config("seg.py").model
    model = MODELS.build(config).eval()
    with torch.no_grad():
        (found,) = model.find_candidates({"img": torch.randn(1, 3, 64, 64)}, sizes=[(64, 64)])
        assert len(found) > 0
        logits = model.decode_head.cls_embed(found.embeddings)
    scores, labels = logits.softmax(dim=-1).max(dim=-1)
    torch.testing.assert_close(scores, found.scores)
    assert labels.tolist() == found.labels.tolist()
