"""Our own parts as components: palette, easel, wall of cards, form. Each is one file of plain JavaScript in parts/."""

from pathlib import Path
from typing import Any

import gradio as gr

PARTS = Path(__file__).parent / "parts"
EASEL: dict[str, Any] = {"state": "idle"}


def part(name: str) -> str:
    """The source of one of our own parts."""
    return (PARTS / name).read_text(encoding="utf-8")


def heading(text: str, small: str = "") -> gr.HTML:
    """A step of the page."""
    more = f"<small>{small}</small>" if small else ""
    return gr.HTML(apply_default_css=False, value=f'<p class="step">{text}{more}</p>')


def palette(value: dict[str, Any], name: str) -> gr.HTML:
    """Pictures to choose from, one or several with weights."""
    return gr.HTML(
        value, html_template='<div class="paintings"></div><div class="mix"></div>', js_on_load=part("palette.js"),
        apply_default_css=False, elem_id=name,
    )  # fmt: skip


def wall(name: str) -> gr.HTML:
    """Cards of pictures."""
    return gr.HTML(
        {"cards": [], "empty": ""}, html_template='<div class="cards"></div>', js_on_load=part("wall.js"),
        apply_default_css=False, elem_id=name,
    )  # fmt: skip


def form(value: dict[str, Any], name: str) -> gr.HTML:
    """A method's options."""
    return gr.HTML(
        value, html_template='<div class="options"></div>', js_on_load=part("form.js"), apply_default_css=False,
        elem_id=name,
    )  # fmt: skip


def easel(name: str, empty: str, promise: str) -> gr.HTML:
    """The picture or film as it comes about, and when it is done. empty, promise: what stands there before."""
    template = (
        '<div class="easel"><div class="stage"><img class="before" alt="the photo" hidden><img class="after" alt="the picture" hidden>'
        '<video class="film" controls loop playsinline preload="metadata" hidden></video>'
        '<div class="divider" role="slider" tabindex="0" aria-label="before and after" aria-valuemin="0" aria-valuemax="100"></div><div class="knob" aria-hidden="true">◂ ▸</div>'
        f'<div class="empty"><b>{empty}</b><span>{promise}</span></div></div>'
        '<div class="progress" hidden><div class="bar"><i></i></div></div>'
        '<div class="caption"><span class="line"></span><span class="error" role="alert" hidden></span><span class="eta"></span>'
        '<span class="links" hidden><span class="size"></span><button type="button" class="whole">Full screen</button><a>Download</a></span></div></div>'
    )
    return gr.HTML(
        EASEL, html_template=template, js_on_load=part("easel.js"), apply_default_css=False, elem_id=name,
    )  # fmt: skip


def mirror(name: str) -> gr.HTML:
    """What the camera sees, painted; the camera is open only while somebody wants it."""
    template = (
        '<div class="easel"><div class="stage"><canvas hidden aria-label="what the camera sees, painted"></canvas>'
        '<div class="empty"><b>Open the camera, pick a painting</b><span>Pictures go to this server alone, and are not kept.</span></div></div>'
        '<div class="caption"><span class="line"></span><span class="error" role="alert" hidden></span><span class="eta"></span></div>'
        '<div class="actions"><button type="button" class="open">Open the camera</button><button type="button" class="turn" hidden>Turn it around</button>'
        '<button type="button" class="keep" hidden>Keep this picture</button></div></div>'
    )
    return gr.HTML(
        {"ask": None}, html_template=template, js_on_load=part("mirror.js"), apply_default_css=False, elem_id=name,
    )  # fmt: skip


def words(prefix: str) -> tuple[gr.Code, gr.Code]:
    """The same as a command line and as Python."""
    command = gr.Code(
        label="On the command line", language="shell", elem_id=f"{prefix}command", lines=1, interactive=False
    )
    return command, gr.Code(label="In Python", language="python", elem_id=f"{prefix}python", lines=1, interactive=False)
