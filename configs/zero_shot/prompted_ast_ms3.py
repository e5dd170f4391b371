# Without training, on MS3: what is asked for by name (Grounding DINO, SAM 2) under AST's tags.
#   python tools/test.py configs/zero_shot/prompted_ast_ms3.py
#   python tools/evaluate.py configs/zero_shot/prompted_ast_ms3.py
_base_ = ["./prompted_ast.py", "../_base_/ms3.py"]
test_dataloader = val_dataloader = dict(dataset=_base_.ms3)
