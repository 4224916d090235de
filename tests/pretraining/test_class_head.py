"""The head over the base classes."""

import torch
import torch.nn.functional as F

from skelshot.pretraining.class_head import ClassHeadOptions, CosineHead, class_figures, class_head


def test_the_cosine_head_is_a_scaled_cosine() -> None:
    head, x = class_head(4, 3, ClassHeadOptions(head="cosine", scale=7.0)), torch.randn(5, 4)
    assert isinstance(head, CosineHead)
    literal = 7 * torch.stack([F.cosine_similarity(x, w[None]) for w in head.weight], 1)
    torch.testing.assert_close(head(x), literal)


def test_figures_are_taken_in_float32() -> None:
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 3.0, 1.0]])
    labels = torch.tensor([0, 2])
    figures = class_figures(logits.bfloat16(), labels, ClassHeadOptions(label_smoothing=0.3))
    smooth = F.one_hot(labels, 3) * 0.7 + 0.1
    torch.testing.assert_close(figures["loss"], -(smooth * logits.log_softmax(1)).sum(1).mean())
    assert figures["accuracy"] == 0.5
