"""Engines that live in a Python environment of their own, because their requirements clash with ours."""
