"""Engines: what runs a trained network. A network is written once, in a few operations, and every engine runs that text.

ops.py        the operations (Ops) and what a network is (Network)
torch_ops.py  the reference: plain torch, also while training
"""
