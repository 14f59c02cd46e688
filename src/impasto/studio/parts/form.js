// The panel of a method's options. props.value: {specs, values}; values holds what differs from the defaults.
const box = element.querySelector(".options");
const make = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e; };
const short = (x) => x === null || x === undefined ? "auto" : typeof x === "number" ? String(Number(x.toPrecision(4))) : typeof x === "object" ? Object.entries(x).map(([k, v]) => `${k}:${v}`).join(",") : String(x);
let timer = null;

function set(spec, value) {
  const values = { ...props.value.values };
  if (value === undefined || JSON.stringify(value) === JSON.stringify(spec.base)) delete values[spec.name];
  else values[spec.name] = value;
  props.value = { ...props.value, values };
  clearTimeout(timer);
  timer = setTimeout(() => trigger("change"), 150);
}

// A log slider moves over the exponent; zero, where it is allowed, is its left end.
function scaleOf(spec) {
  const base = spec.base ?? spec.default;
  if (spec.scale === "log" || (spec.maximum ?? Infinity) > 1e5) {
    const centre = base > 0 ? Math.log10(base) : 0, reach = 3;
    const zero = spec.minimum === 0 || spec.minimum === null, low = centre - reach;
    const high = Math.min(centre + reach, spec.maximum ? Math.log10(spec.maximum) : Infinity);
    return { low, high, step: 0.02, to: (x) => (x > 0 ? Math.log10(x) : low), from: (t) => (zero && t <= low ? 0 : Number((10 ** t).toPrecision(2))) };
  }
  const whole = spec.kind === "int";
  const low = spec.minimum ?? 0;
  let high = spec.maximum;
  if (high === null || (typeof base === "number" && base > 0 && high > base * 50)) high = Math.max(1, base * 8);
  const step = whole ? 1 : high - low <= 2 ? 0.01 : high - low <= 20 ? 0.1 : 0.5;
  return { low, high, step, to: (x) => x, from: (t) => (whole ? Math.round(t) : Number(Number(t).toPrecision(4))) };
}

function numberRow(spec, row, value) {
  const known = typeof (spec.base ?? spec.default) === "number";
  const field = make("input", "field");
  field.type = "text"; field.inputMode = "decimal"; field.placeholder = "auto"; field.setAttribute("aria-label", spec.label);
  field.value = value === null || value === undefined ? "" : short(value);
  let slider = null;
  if (known) {
    const scale = scaleOf(spec);
    slider = make("input", "slider");
    slider.type = "range"; slider.min = scale.low; slider.max = scale.high; slider.step = scale.step;
    slider.value = scale.to(value); slider.setAttribute("aria-label", spec.label);
    slider.oninput = () => { const x = scale.from(Number(slider.value)); field.value = short(x); mark(row, spec, x); set(spec, x); };
    row.append(slider);
  }
  field.onchange = () => {
    const text = field.value.trim();
    const x = text === "" ? (spec.nullable ? null : undefined) : Number(text);
    field.classList.toggle("wrong", Number.isNaN(x));
    if (Number.isNaN(x)) return;
    if (slider && typeof x === "number") slider.value = scaleOf(spec).to(x);
    if (x === undefined) field.value = short(spec.base);
    mark(row, spec, x ?? spec.base); set(spec, x);
  };
  row.append(field);
}

function choiceRow(spec, row, value) {
  if (spec.choices.length <= 4) {
    const group = make("div", "segments"); group.setAttribute("role", "radiogroup"); group.setAttribute("aria-label", spec.label);
    for (const choice of spec.choices) {
      const button = make("button", choice === value ? "on" : "", choice.replaceAll("_", " "));
      button.type = "button"; button.setAttribute("role", "radio"); button.setAttribute("aria-checked", choice === value);
      button.onclick = () => { for (const other of group.children) { other.classList.toggle("on", other === button); other.setAttribute("aria-checked", other === button); } mark(row, spec, choice); set(spec, choice); };
      group.append(button);
    }
    row.append(group);
    return;
  }
  const list = make("select"); list.setAttribute("aria-label", spec.label);
  for (const choice of spec.choices) { const o = make("option", "", choice.replaceAll("_", " ")); o.value = choice; o.selected = choice === value; list.append(o); }
  list.onchange = () => { mark(row, spec, list.value); set(spec, list.value); };
  row.append(list);
}

function boolRow(spec, row, value) {
  const button = make("button", "switch" + (value ? " on" : "")); button.type = "button";
  button.setAttribute("role", "switch"); button.setAttribute("aria-checked", !!value); button.setAttribute("aria-label", spec.label);
  button.onclick = () => { const on = !button.classList.contains("on"); button.classList.toggle("on", on); button.setAttribute("aria-checked", on); mark(row, spec, on); set(spec, on); };
  row.append(button);
}

function textRow(spec, row, value) {
  const field = make("input", "field wide"); field.type = "text"; field.setAttribute("aria-label", spec.label);
  field.value = value === null || value === undefined ? "" : short(value); field.placeholder = spec.nullable ? "auto" : "";
  field.onchange = () => { const x = field.value.trim() || (spec.nullable ? null : undefined); mark(row, spec, x ?? spec.base); set(spec, x); };
  row.append(field);
}

function mark(row, spec, value) { row.parentElement.classList.toggle("changed", JSON.stringify(value) !== JSON.stringify(spec.base)); }

function draw() {
  box.replaceChildren();
  const { specs = [], values = {} } = props.value || {};
  const more = make("details", "more"); more.append(make("summary", "", "Finer points"));
  for (const spec of specs) {
    const item = make("div", "option"); item.dataset.name = spec.name;
    const head = make("div", "head"), name = make("span", "name", spec.label);
    const reset = make("button", "reset", "↺"); reset.type = "button"; reset.title = `back to ${short(spec.base)}`; reset.setAttribute("aria-label", `reset ${spec.label}`);
    reset.onclick = () => { set(spec, undefined); draw(); };
    head.append(name, reset); head.title = spec.help;
    const row = make("div", "row"), value = spec.name in values ? values[spec.name] : spec.base;
    item.append(head, make("p", "help", spec.help), row);
    if (spec.kind === "int" || spec.kind === "float") numberRow(spec, row, value);
    else if (spec.kind === "choice") choiceRow(spec, row, value);
    else if (spec.kind === "bool") boolRow(spec, row, value);
    else textRow(spec, row, value);
    item.classList.toggle("changed", spec.name in values);
    name.onclick = () => item.classList.toggle("open");
    (spec.advanced ? more : box).append(item);
  }
  if (more.children.length > 1) box.append(more);
}
draw();
watch("value", draw);
