# The paper's peers on the mini set, from the same pretraining; ours is stage2/mixtures.
#   python tools/ablation.py --only peers
# The last epoch counts. Localisers are cut where their J is best (localiser/J).
config = "configs/mini/tpavi.py"
options = {"default_hooks.checkpoint.save_best": None}
starts_from = {"model.backbone_weights": "pretrain/all_objects"}
ms3 = [
    "test_dataloader.dataset.subset=ms3",
    "test_dataloader.dataset.data_root={data}/AVSBench-object/Multi-sources",
    "test_dataloader.dataset.semantic_root={data}/AVSBench-semantic",
    "test_dataloader.dataset.silent_root={data}/silent-objects/ms3",
]
tests = {"s4": ["tools/evaluate.py"], "ms3": ["tools/evaluate.py", *ms3]}
mini = "configs/mini/"
variants = dict(
    tpavi=dict(title="TPAVI", options={}),
    ezvsl=dict(title="EZ-VSL (S4 alone)", config=mini + "ezvsl.py", options={}),
    lvs=dict(title="LVS (S4 alone)", config=mini + "lvs.py", options={}),
    slavc=dict(title="SLAVC (S4 alone)", config=mini + "slavc.py", options={}),
    sspl=dict(title="SSPL (S4 alone)", config=mini + "sspl.py", options={}),
    sspl_without_pcm=dict(
        title="SSPL w/o PCM (S4 alone)", config=mini + "sspl_without_pcm.py", options={}
    ),
)
