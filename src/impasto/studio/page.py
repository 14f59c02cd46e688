"""What is where in the page. Every choice, widget and help text comes from the registry."""

import gradio as gr
from gradio import themes

from impasto import registry
from impasto.core import Method
from impasto.service.orders import RESULT_FORMATS

from . import canvas, widgets
from .bench import Bench
from .blocks import Choice
from .cinema import Cinema
from .mirror import Mirror
from .wishes import comparable, form_value, method_choices, presets
from .words import slots

_QUALITY_WORDS = {"fast": "In a second", "good": "Good", "default": "Better", "best": "Best"}
_NO_PHOTO = "Drop a photo, pick a painting"


def head() -> str:
    """What stands in the page's head: our style, which Gradio would otherwise put its own names in front of."""
    meta = '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
    return f"{meta}<style>{widgets.part('studio.css')}</style>"


def theme() -> themes.Base:
    """Paper and vermilion, with the fonts every machine has."""
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    return themes.Base(
        primary_hue=themes.colors.orange, neutral_hue=themes.colors.stone,
        font=sans, font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"], radius_size=themes.sizes.radius_lg,
    ).set(
        body_background_fill="#faf7f2", body_background_fill_dark="#1b1917",
        background_fill_primary="#ffffff", background_fill_primary_dark="#242120",
        background_fill_secondary="#f1ece4", background_fill_secondary_dark="#2d2a28",
        block_background_fill="#ffffff", block_background_fill_dark="#242120",
        block_border_width="0px", block_shadow="none", block_label_background_fill="transparent",
        button_primary_background_fill="#c8452d", button_primary_background_fill_hover="#b23c26",
        button_primary_background_fill_dark="#d9583d", button_primary_background_fill_hover_dark="#e56a4f",
        button_primary_text_color="#ffffff", button_primary_text_color_dark="#ffffff",
    )  # fmt: skip


def about(method: Method) -> str:
    """A method in two sentences: what it does, and whose it is."""
    papers = "; ".join(
        f"[{p.authors.split(',')[0]} {p.year}]({p.url})" if p.url else f"{p.authors} {p.year}"
        for p in method.references[:3]
    )
    return f"{method.summary}{f' *{papers}.*' if papers else ''}"


class Page:
    """The components by name, so that what happens to them can be said elsewhere."""

    def __init__(self, bench: Bench, secret: str) -> None:
        """Lay the page out. secret: what the browser's own list of pictures is sealed with."""
        self.default = registry.choose(None, "fast")
        self.history = gr.BrowserState([], storage_key="impasto-history", secret=secret[:16])
        self.kept = gr.State({})
        gr.HTML(
            '<div class="top"><h1>impasto<i>.</i></h1><p>pictures in the style of other pictures</p><button type="button">Light / dark</button></div>',
            elem_id="top", js_on_load="element.querySelector('button').onclick = () => document.body.classList.toggle('dark')",
        )  # fmt: skip
        with gr.Tabs(elem_id="tabs") as self.tabs:
            with gr.Tab("Paint", id="paint"), gr.Row(elem_id="sides"):
                with gr.Column(scale=5, min_width=320):
                    self._lay_choices(bench)
                with gr.Column(scale=7, min_width=320, elem_id="stand"):
                    self._lay_easel()
            with gr.Tab("Film", id="film"):
                self.cinema = Cinema(bench)
            with gr.Tab("Camera", id="camera"):
                self.mirror = Mirror(bench)
            with gr.Tab("Compare", id="compare"):
                self._lay_comparison()
            with gr.Tab("History", id="history"):
                self.wall = widgets.wall("wall")

    def _lay_choices(self, bench: Bench) -> None:
        widgets.heading("A photo")
        self.photo = gr.Image(
            sources=["upload", "webcam", "clipboard"], type="filepath", image_mode=None, show_label=False, height=230,
            elem_id="photo", buttons=[], placeholder="Drop a photo here, or take one",
        )  # fmt: skip
        self.photos = widgets.palette({"items": bench.shelf.bundled("photos"), "chosen": [], "single": True}, "photos")
        widgets.heading("A painting", "+ mixes several")
        self.palette = widgets.palette(bench.shelf.palette(), "palette")
        self.own = gr.UploadButton(
            "Add a painting of your own",
            file_types=[".jpg", ".jpeg", ".png", ".webp"],
            file_count="multiple",
            size="sm",
            elem_id="own",
        )
        widgets.heading("A manner")
        words = [(_QUALITY_WORDS.get(name, name.capitalize()), name) for name in registry.QUALITY]
        self.quality = gr.Radio(
            [*words, ("Custom", "")], value="fast", show_label=False, elem_id="quality", container=False
        )
        self.paint = gr.Button("Paint", variant="primary", elem_id="paint")
        with gr.Accordion("Method and options", open=False, elem_id="settings") as self.settings:
            self.method = gr.Dropdown(method_choices(), value=self.default.id, label="Method", elem_id="method")
            self.about = gr.Markdown(about(self.default), elem_classes="about")
            self.preset = Choice(presets(self.default), value="", label="Preset", elem_id="preset")
            self.form = widgets.form(form_value(self.default, None), "form")
            with gr.Row():
                self.seed = gr.Number(0, label="Seed", precision=0, minimum=0, elem_id="seed")
                self.format = gr.Radio(list(RESULT_FORMATS), value=RESULT_FORMATS[0], label="File", elem_id="format")
        with gr.Accordion("Masks and further pictures", open=False, visible=True, elem_id="masks") as self.masks:
            self._lay_canvas()

    def _lay_canvas(self) -> None:
        found = slots(self.default, ["the painting"])
        first = found[0] if found else ("", None, "")
        self.slot = Choice([row[:2] for row in found], value=first[1], label="For", elem_id="slot")
        self.slot_help = gr.Markdown(first[2], elem_classes="about")
        self.canvas = gr.ImageEditor(
            type="filepath", format="png", show_label=False, sources=["upload"], transforms=(),
            layers=False, brush=gr.Brush(colors=list(canvas.COLOURS), default_color=canvas.COLOURS[0], color_mode="fixed", default_size=36),
            eraser=gr.Eraser(default_size=36), canvas_size=(640, 480), elem_id="canvas", buttons=[],
            visible=False,  # a third of the page's scripts are its own, and few open it
        )  # fmt: skip
        with gr.Row():
            self.keep = gr.Button("Use what is painted", size="sm", elem_id="keep")
            self.forget = gr.Button("Forget them all", size="sm")
        self.kept_words = gr.Markdown(elem_classes="about", elem_id="kept")

    def _lay_easel(self) -> None:
        self.easel = widgets.easel("easel", _NO_PHOTO, "A first picture appears by itself, in about a second.")
        self.stop = gr.Button("Stop here", variant="secondary", size="sm", visible=False, elem_id="stop")
        with gr.Accordion("The same in other words", open=False, elem_id="words"):
            self.command, self.python = widgets.words("")
            self.report = gr.JSON(label="The report", elem_id="report", max_height=340)

    def _lay_comparison(self) -> None:
        gr.Markdown(
            "The photo and painting of the first page, in several manners, with seconds and measures. *Style ratio*: 0 has arrived at the painting, 1 has not left the photo. *Content cosine* and *SSIM*: 1 is the photo itself.",
            elem_classes="about",
        )
        chosen = [
            m.id
            for m in registry.methods().values()
            if comparable(m) and m.takes_styles and m.taxonomy.reconstruction == "offline"
        ]
        self.methods = gr.Dropdown(
            method_choices(comparable), value=chosen[:3], multiselect=True, label="Methods", elem_id="methods"
        )
        with gr.Row():
            self.size = gr.Slider(128, 1024, 384, step=64, label="Long side in pixels", elem_id="size")
            with gr.Column():
                self.compare = gr.Button("Compare", variant="primary", elem_id="comparing")
                self.stop_comparing = gr.Button("Stop", size="sm", visible=False)
        self.grid = widgets.wall("grid")
