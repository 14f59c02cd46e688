// The picture on the easel: before and after with a divider to drag, progress while it is painted.
const $ = (s) => element.querySelector(s);
const film = $("video.film"), stage = $(".stage"), before = $(".before"), after = $(".after"), divider = $(".divider"), empty = $(".empty");
const bar = $(".bar > i"), line = $(".line"), eta = $(".eta"), progress = $(".progress"), links = $(".links"), error = $(".error");
let split = 0.5, shown = null;

function place(x) { split = Math.min(1, Math.max(0, x)); stage.style.setProperty("--split", `${split * 100}%`); divider.setAttribute("aria-valuenow", Math.round(split * 100)); }
function drag(event) { const r = stage.getBoundingClientRect(); place((event.clientX - r.left) / r.width); }
stage.addEventListener("pointerdown", (e) => { if (!stage.classList.contains("both")) return; stage.setPointerCapture(e.pointerId); drag(e); stage.onpointermove = drag; });
stage.addEventListener("pointerup", () => (stage.onpointermove = null));
stage.addEventListener("pointercancel", () => (stage.onpointermove = null));
divider.addEventListener("keydown", (e) => { const d = { ArrowLeft: -0.05, ArrowRight: 0.05, Home: -1, End: 1 }[e.key]; if (d) { place(split + d); e.preventDefault(); } });

function seconds(s) { if (s == null) return ""; if (s < 60) return `${Math.max(1, Math.round(s))} s`; if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`; return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`; }
function picture(image, src) {
  if (!src) { image.removeAttribute("src"); image.hidden = true; return; }
  if (image.getAttribute("src") === src) return;
  const next = new Image(); // shown once it is whole, so that nothing flickers
  next.onload = () => { image.src = src; image.hidden = false; };
  next.src = src;
}

function draw() {
  const v = props.value || {};
  const works = v.state === "queued" || v.state === "running";
  empty.hidden = !!(v.before || v.after || works);
  stage.classList.toggle("works", works);
  stage.classList.toggle("both", !!(v.before && v.after && v.film === undefined));
  if (v.width && v.height) stage.style.aspectRatio = `${v.width} / ${v.height}`;
  const reel = v.film && v.download ? v.download : null; // a finished film takes the place of the pictures
  film.hidden = !reel;
  if (reel && film.getAttribute("src") !== reel) film.src = reel;
  if (!reel && film.hasAttribute("src")) { film.pause(); film.removeAttribute("src"); film.load(); }
  picture(before, reel ? null : v.before); picture(after, reel ? null : v.after);
  if (v.id !== shown && v.state === "done") { shown = v.id; place(0); }
  progress.hidden = !works;
  const known = v.fraction != null;
  bar.parentElement.classList.toggle("guess", works && !known);
  bar.style.width = known ? `${100 * v.fraction}%` : "";
  line.textContent = v.line || "";
  eta.textContent = works && v.eta != null ? `about ${seconds(v.eta)} left` : "";
  error.hidden = !v.error; error.textContent = v.error || "";
  links.hidden = !v.download;
  if (v.download) { const a = links.querySelector("a"); a.href = v.download; a.download = v.filename || "impasto.png"; links.querySelector(".size").textContent = v.size || ""; }
}
place(0.5); draw();
watch("value", draw);
element.querySelector(".whole").onclick = () => { if (stage.requestFullscreen) stage.requestFullscreen(); };
