"""What happens when somebody does something in the page: orders go to the desk, and news of them come back.

Handlers are asynchronous; what may take a while goes to threads. Each browser tab paints one picture at a time.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from time import time
from typing import Any

from impasto import registry
from impasto.api.wording import time_text
from impasto.core import ImpastoError
from impasto.evaluation import METRICS
from impasto.evaluation.report import duration, shown
from impasto.service.desk import Desk
from impasto.service.orders import Order
from impasto.service.status import Status

from .echoes import Echoes
from .shelf import Shelf, title
from .wishes import Wish, at_once, make_order, named_weights
from .words import command_line, output_name, python_lines

TICK_S = 0.12
MOST_REMEMBERED = 200


class Bench:
    """Stands between the page and the desk. running: the job of each tab, and whether somebody asked for it."""

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        """desk: takes the orders; shelf: holds the paintings."""
        self.desk, self.shelf = desk, shelf
        self.running: dict[str, tuple[str, bool]] = {}
        self.echoes = Echoes()

    async def submit(self, wish: Wish) -> tuple[str, Order]:
        """Hand a wish in; returns the job's id. Raises ImpastoError in one line."""
        order, pictures = await asyncio.to_thread(make_order, wish, self.shelf)
        return await asyncio.to_thread(self.desk.submit, order, pictures), order

    async def status(self, job_id: str) -> Status:
        """How a job stands."""
        return await asyncio.to_thread(self.desk.status, job_id)

    async def paint(
        self, wish: Wish, tab: str, asked: bool
    ) -> AsyncIterator[tuple[dict[str, Any], Order | None, str | None]]:
        """The easel as the picture grows, the order behind it, and its id.

        asked: somebody pressed the button; otherwise the page paints by itself, as soon as it can, something quick.
        """
        before = self.running.get(tab)
        if before is not None and before[1] and not asked:
            return  # a picture somebody asked for is not pushed off the easel
        if asked:
            self.echoes.forget(tab)
        else:
            wish = at_once(wish)
            if self.echoes.is_echo(tab, wish, float("inf")):
                return  # it stands on the easel, or soon will
        if before is not None:
            await asyncio.to_thread(self._stop, before[0])
        try:
            job_id, order = await self.submit(wish)
        except ImpastoError as error:
            self.echoes.forget(tab)
            yield {"state": "failed", "error": str(error)}, None, None
            return
        self.running[tab] = (job_id, asked)
        try:
            async for value in self.follow(job_id, order):
                if self.running.get(tab, ("",))[0] != job_id:
                    return  # another picture stands on the easel now
                if value["state"] in ("failed", "cancelled"):
                    self.echoes.forget(tab)
                yield value, order, job_id
        finally:
            if self.running.get(tab, ("",))[0] == job_id:
                del self.running[tab]

    async def follow(self, job_id: str, order: Order) -> AsyncIterator[dict[str, Any]]:
        """The easel's values until the job has ended."""
        last: dict[str, Any] = {}
        while True:
            try:
                status = await self.status(job_id)
            except KeyError:
                yield {"state": "failed", "error": "the picture was deleted."}
                return
            value = self.easel(status, order)
            if value != last:
                yield value
                last = value
            if status.ended:
                return
            await asyncio.sleep(TICK_S)

    def easel(self, status: Status, order: Order) -> dict[str, Any]:
        """What the easel shows of a job."""
        base = f"/v1/jobs/{status.id}"
        folder = self.desk.folder(status.id)
        checked = folder.read_json("checked.json") or {}
        value: dict[str, Any] = {
            "id": status.id,
            "state": status.state,
            "line": self.line(status),
            "error": status.error,
        }
        value |= {"width": checked.get("width"), "height": checked.get("height")}
        if (folder / "before.jpg").exists():
            value["before"] = f"{base}/before"
        if status.has_preview and not status.ended:
            value["after"] = f"{base}/preview?n={(status.progress or {}).get('step', 0)}"
        if order.film is not None:
            value |= {"film": order.format != "gif", "line": value["line"].replace(", step ", ", frame ")}
        if status.has_picture:
            value |= {"after": f"{base}/result", "download": f"{base}/result", "filename": output_name(order)}
            value["size"] = f"{checked.get('width')} × {checked.get('height')}"
        if not status.ended:
            value |= {"fraction": status.fraction, "eta": status.eta_seconds}
        return value

    def line(self, status: Status) -> str:
        """A job in a few words."""
        if status.state == "queued":
            return f"{status.position} before this one" if status.position else "about to start"
        if status.state == "running":
            progress = status.progress or {}
            if progress.get("total"):
                return f"{status.method}, step {progress['step']} of {progress['total']}"
            return status.headline
        if status.state == "cancelled":
            return "stopped early; this is how far it came" if status.has_picture else "stopped"
        return "" if status.seconds is None else f"{status.method}, {time_text(status.seconds)}"

    def stop(self, tab: str) -> None:
        """End what a tab is painting, with the picture so far."""
        if tab in self.running:
            self._stop(self.running[tab][0])

    def _stop(self, job_id: str) -> None:
        try:
            self.desk.cancel(job_id)
        except KeyError:
            return

    def words(self, order: Order) -> tuple[str, str]:
        """The order as a command line and as Python."""
        return command_line(order), python_lines(order)

    # History --------------------------------------------------------------------------------------------------------

    def remember(self, history: list[Any], job_id: str, order: Order) -> list[dict[str, Any]]:
        """The history with a picture on top."""
        styles = [sheet.name for sheet in order.of("styles")] or list(named_weights(order.options))
        names = " + ".join(map(title, styles)) or registry.get(order.method).title
        entry = {
            "id": job_id,
            "title": " · ".join([*(title(s.name) for s in (*order.of("content"), *order.of("clip"))), names]),
            "at": round(time()),
        }
        kept = [old for old in history if isinstance(old, dict) and old.get("id") != job_id]
        return [entry, *kept][:MOST_REMEMBERED]

    def arrive(self, history: list[Any]) -> dict[str, Any]:
        """The history of somebody whose page is there: time to get ready for the first picture."""
        self.desk.warm_up()
        return self.wall(history or [])

    def wall(self, history: list[Any]) -> dict[str, Any]:
        """The history as cards; pictures that have expired are left out."""
        cards: list[dict[str, Any]] = []
        for entry in history:
            try:
                folder = self.desk.folder(str(entry["id"]))
            except (KeyError, TypeError):
                continue
            order = folder.order
            if order is None or not (folder / "thumb.jpg").exists():
                continue
            seconds = (folder.outcome or {}).get("seconds")
            film = "" if order.film is None else "film"
            known = [film, order.method, order.preset or "", "" if seconds is None else time_text(seconds)]
            detail = " · ".join(filter(None, known))
            base = f"/v1/jobs/{folder.path.name}"
            cards.append({
                "id": folder.path.name, "method": order.method, "title": str(entry.get("title") or order.method)[:80], "detail": detail,
                "image": f"{base}/thumb", "full": f"{base}/result",
                "actions": [["use", "Use these settings again"], ["delete", "Delete"]],
            })  # fmt: skip
        return {
            "cards": cards,
            "empty": "Nothing painted yet. What you paint is listed here, in this browser only, until it expires on the server.",
        }

    # Comparison -----------------------------------------------------------------------------------------------------

    async def compare(self, wishes: list[Wish], tab: str) -> AsyncIterator[dict[str, Any]]:
        """Cards of several methods on the same pictures, side by side, as they come about."""
        key = f"{tab}/compare"
        self.running[key] = ("", True)
        jobs: list[tuple[Wish, str | None, Order | None, str | None]] = []
        for wish in wishes:
            try:
                job_id, order = await self.submit(replace(wish, measure=True))
                jobs.append((wish, job_id, order, None))
            except ImpastoError as error:
                jobs.append((wish, None, None, str(error)))
        ids = [job_id for _, job_id, _, _ in jobs if job_id]
        while True:
            found = {job_id: await self.status(job_id) for job_id in ids}
            yield {"cards": [self._card(*job, found) for job in jobs]}
            if all(status.ended for status in found.values()):
                self.running.pop(key, None)
                return
            if key not in self.running:
                for job_id in ids:
                    await asyncio.to_thread(self._stop, job_id)
                self.running[key] = ("", True)
            await asyncio.sleep(3 * TICK_S)

    def stop_comparing(self, tab: str) -> None:
        """End a comparison with what there is."""
        self.running.pop(f"{tab}/compare", None)

    def _card(
        self, wish: Wish, job_id: str | None, order: Order | None, error: str | None, found: dict[str, Status]
    ) -> dict[str, Any]:
        name = registry.get(wish.method).title
        if job_id is None or order is None:
            return {"title": name, "method": wish.method, "state": "failed", "error": error, "note": "not painted"}
        status, base = found[job_id], f"/v1/jobs/{job_id}"
        card: dict[str, Any] = {
            "id": job_id, "method": wish.method, "title": name, "state": status.state, "detail": wish.method if status.state == "done" else self.line(status),
            "error": status.error, "fraction": status.fraction if not status.ended else None, "note": status.state,
        }  # fmt: skip
        if status.has_picture:
            card |= {"image": f"{base}/result", "full": f"{base}/result", "actions": [["use", "Take these settings"]]}
        elif status.has_preview:
            card["image"] = f"{base}/preview?n={(status.progress or {}).get('step', 0)}"
        report = self.desk.folder(job_id).read_json("report.json") if status.ended else None
        if report is not None:
            measured = report.get("metrics") or {}
            card["figures"] = [["seconds", duration(report["seconds"])]] + [
                [metric.title, shown(metric, measured[metric.key])]
                for metric in METRICS
                if measured.get(metric.key) is not None and metric.key in ("style_ratio", "content_cosine", "ssim")
            ]
        return card
