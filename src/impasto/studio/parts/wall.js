// A wall of pictures: the history, or methods side by side. props.value: {cards: [...], empty}.
const list = element.querySelector(".cards");
const make = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e; };
function act(kind, id) { props.value = { ...props.value, act: { kind, id, at: Date.now() } }; trigger("change"); }
const drawn = new Map();

function card(c) {
  const item = make("figure", `card ${c.state || "done"}`); item.dataset.id = c.id || ""; item.dataset.method = c.method || "";
  const frame = make("div", "frame");
  if (c.image) { const a = make("a"); a.href = c.full || c.image; a.target = "_blank"; a.rel = "noopener"; const i = make("img"); i.src = c.image; i.alt = c.title; a.append(i); frame.append(a); }
  else frame.append(make("span", "waiting", c.note || ""));
  if (c.fraction != null && c.state !== "done") { const bar = make("div", "bar"), fill = make("i"); fill.style.width = `${100 * c.fraction}%`; bar.append(fill); frame.append(bar); }
  const text = make("figcaption"); text.append(make("b", "", c.title));
  if (c.detail) text.append(make("span", "", c.detail));
  if (c.figures) { const table = make("div", "figures"); for (const [k, v] of c.figures) { const f = make("span"); f.append(make("i", "", k), make("b", "", v)); table.append(f); } text.append(table); }
  if (c.error) text.append(make("span", "error", c.error));
  if (c.actions) { const row = make("div", "actions"); for (const [kind, label] of c.actions) { const b = make("button", kind, label); b.type = "button"; b.onclick = () => act(kind, c.id); row.append(b); } text.append(row); }
  item.append(frame, text);
  return item;
}

function draw() {
  const { cards = [], empty = "" } = props.value || {};
  const kept = cards.map((c, n) => {
    const key = `${n} ${c.id}`, text = JSON.stringify(c), old = drawn.get(key);
    if (old && old.text === text) return old.node; // unchanged cards stay, so that pictures do not blink
    const node = card(c); drawn.set(key, { text, node }); return node;
  });
  list.replaceChildren(...(kept.length ? kept : [make("p", "nothing", empty)]));
}
draw();
watch("value", draw);
