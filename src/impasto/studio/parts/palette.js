// The paintings to choose from. props.value: {items: [{id, title, thumb, by, group}], chosen: [{id, weight}]}.
// Only items of one group can be mixed; a group's name stands above its first item.
const grid = element.querySelector(".paintings"), mix = element.querySelector(".mix");
let timer = null;
function tell(now) { clearTimeout(timer); timer = setTimeout(() => trigger("change"), now ? 0 : 350); }
function choose(chosen, now) { props.value = { ...props.value, chosen }; draw(); tell(now); }

function draw() {
  const { items = [], chosen = [] } = props.value || {};
  const weights = Object.fromEntries(chosen.map((c) => [c.id, c.weight]));
  const single = props.value?.single;
  const groupOf = (id) => items.find((i) => i.id === id)?.group || "";
  let above = "";
  grid.replaceChildren(...items.flatMap((item) => {
    const button = document.createElement("button");
    button.type = "button"; button.className = "painting" + (item.id in weights ? " on" : "");
    button.setAttribute("aria-pressed", item.id in weights); button.dataset.id = item.id; button.title = item.by ? `${item.title} (${item.by})` : item.title;
    const image = document.createElement("img"); if (item.thumb) image.src = item.thumb; image.alt = item.title; image.loading = "lazy";
    const add = document.createElement("span"); add.className = "add"; add.textContent = item.id in weights ? "✓" : "+";
    add.title = item.id in weights ? "take it out" : "mix it in";
    button.append(image); if (!single) button.append(add);
    button.onclick = (event) => {
      const only = event.target !== add || single;
      if (only) choose([{ id: item.id, weight: 1 }], true);
      else if (item.id in weights) choose(chosen.filter((c) => c.id !== item.id), true);
      else choose([...chosen.filter((c) => groupOf(c.id) === (item.group || "")), { id: item.id, weight: 1 }], true);
    };
    if (!item.group || item.group === above) return [button];
    const head = document.createElement("p"); head.className = "group"; head.textContent = above = item.group;
    return [head, button];
  }));
  mix.replaceChildren();
  if (chosen.length < 2) return;
  const total = chosen.reduce((sum, c) => sum + c.weight, 0);
  for (const c of chosen) {
    const item = items.find((i) => i.id === c.id); if (!item) continue;
    const row = document.createElement("label"); row.className = "share";
    const name = document.createElement("span"); name.textContent = item.title;
    const slider = document.createElement("input"); slider.type = "range"; slider.min = 0.05; slider.max = 3; slider.step = 0.05; slider.value = c.weight;
    slider.setAttribute("aria-label", `weight of ${item.title}`);
    const percent = document.createElement("output"); percent.textContent = Math.round((100 * c.weight) / total) + " %";
    slider.oninput = () => {
      const next = props.value.chosen.map((o) => (o.id === c.id ? { ...o, weight: Number(slider.value) } : o));
      props.value = { ...props.value, chosen: next };
      const sum = next.reduce((s, o) => s + o.weight, 0);
      mix.querySelectorAll("output").forEach((o, n) => (o.textContent = Math.round((100 * next[n].weight) / sum) + " %"));
      tell(false);
    };
    row.append(name, slider, percent); mix.append(row);
  }
}
draw();
watch("value", draw);
