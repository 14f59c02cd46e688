"""Gradio's blocks, less one freedom: no file that a client names is opened unless it was uploaded here."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.exceptions import ComponentProcessingError
from gradio.utils import get_upload_folder

_DEPTH = 12


class Studio(gr.Blocks):
    """Blocks whose inputs may name uploaded files and nothing else: Gradio itself would fetch web addresses."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False) -> Any:
        """Look over what a client sent, then go on as usual."""
        refuse_foreign_files(inputs)
        try:
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except ComponentProcessingError:
            # Its own message names folders of the server.
            raise gr.Error(
                "That file is no picture this studio reads: JPEG, PNG or WebP.", print_exception=False
            ) from None

    def get_api_info(self, all_endpoints: bool = False, page: str | None = None) -> Any:  # noqa: ARG002
        """Nothing: programs use /v1. Gradio would write it into the page, with every palette in it some thirty times."""
        return {"named_endpoints": {}, "unnamed_endpoints": {}}


class Choice(gr.Dropdown):
    """A dropdown whose choices change with the method. What a page sends may be a moment older than they are."""

    def preprocess(self, payload: Any) -> Any:
        """Hand on what was chosen; who reads it looks whether that exists."""
        return payload if isinstance(payload, str) else None

    def get_block_name(self) -> str:
        """For the page it is a dropdown like any other."""
        return "dropdown"


def refuse_foreign_files(value: Any, depth: int = 0) -> None:
    """Raise gr.Error where a path in a client's data, however deep, leads anywhere but to an upload."""
    if depth > _DEPTH:
        raise gr.Error("That is nested too deeply.", print_exception=False)
    if isinstance(value, dict):
        path = value.get("path")
        if path is not None and not _uploaded(path):
            raise gr.Error("Only pictures that were uploaded here are opened.", print_exception=False)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            refuse_foreign_files(inner, depth + 1)


def _uploaded(path: Any) -> bool:
    try:
        return isinstance(path, str) and Path(path).resolve().is_relative_to(Path(get_upload_folder()).resolve())
    except (OSError, ValueError, RuntimeError):
        return False
