"""Engines: what runs a trained network. A network is written once, in a few operations (ops.py), and every engine runs that text.

torch_ops.py is the reference: plain torch, also while training.
"""
