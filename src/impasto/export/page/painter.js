// Paints in a worker, so that the page stays awake: pixels in, pixels out. Nothing leaves the machine.
import * as ort from './runtime/ort.wasm.min.mjs';

const HERE = new URL('./', import.meta.url).href;
// Threads need memory that they share, which browsers give only to pages that are isolated from other sites.
ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1;
ort.env.wasm.wasmPaths = `${HERE}runtime/`;

let folder; // what folder.json says
let rows; // every style's numbers, one after the other
const sessions = new Map(); // file name -> a network, or the promise of one
const looks = new Map(); // painting's id -> what was seen in it

function session(name) {
  if (!sessions.has(name)) sessions.set(name, open(name));
  return sessions.get(name);
}

async function open(name) {
  const answer = await fetch(`${HERE}${name}`);
  if (!answer.ok) throw new Error(`${name} cannot be read (${answer.status})`);
  const total = folder.files[name];
  const parts = [];
  let held = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    held += value.length;
    postMessage({ kind: 'loading', name, share: Math.min(1, held / total) });
  }
  const bytes = new Uint8Array(held);
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
}

// Where to look in a row of n pixels for its i-th, as if it went on in mirrors on both sides.
function mirrored(i, n) {
  const period = 2 * (n - 1) || 1, at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

// RGBA bytes to (1, 3, H, W) in [0, 1]: with a margin all around, mirrored, and then continued to whole multiples by
// mirroring that, or by its last pixel where a side is too short to be mirrored.
export function planes(pixels, width, height, multiple, margin) {
  const [w, h] = [width + 2 * margin, height + 2 * margin];
  const wide = Math.ceil(w / multiple) * multiple, tall = Math.ceil(h / multiple) * multiple;
  const mirrors = wide - w < w && tall - h < h;
  const from = (i, whole, own) => mirrored((i < whole ? i : mirrors ? 2 * whole - 2 - i : whole - 1) - margin, own);
  const columns = Uint32Array.from({ length: wide }, (_, x) => from(x, w, width));
  const data = new Float32Array(3 * wide * tall);
  for (let y = 0, to = 0; y < tall; y++) {
    const row = from(y, h, height) * width;
    for (let x = 0; x < wide; x++, to++) {
      const at = 4 * (row + columns[x]);
      for (let c = 0; c < 3; c++) data[c * wide * tall + to] = pixels[at + c] / 255;
    }
  }
  return new ort.Tensor('float32', data, [1, 3, tall, wide]);
}

// The other way, without what was added.
function pixelsOf(tensor, width, height, margin) {
  const [, , tall, wide] = tensor.dims, data = tensor.data, out = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 4) {
      const at = (y + margin) * wide + x + margin;
      for (let c = 0; c < 3; c++) out[to + c] = data[c * tall * wide + at] * 255; // a clamped array rounds, halves to even
      out[to + 3] = 255;
    }
  }
  return out;
}

// What a network takes besides the photo: nothing, a row of numbers, or what another network sees in a painting.
async function steering(style, model) {
  if (style.row !== undefined) return { row: new ort.Tensor('float32', rows.slice(style.row, style.row + style.length), [1, style.length]) };
  if (!model.looks) return {};
  const { id, pixels, width, height } = style.painting;
  if (!looks.has(id)) {
    const found = await (await session(model.looks)).run({ picture: planes(pixels, width, height, 1, 0) });
    looks.clear();
    looks.set(id, found.code);
  }
  return { code: looks.get(id) };
}

async function paint({ style, pixels, width, height }) {
  const model = folder.models[style.model], network = await session(model.file);
  postMessage({ kind: 'painting' });
  const began = performance.now();
  const inputs = { picture: planes(pixels, width, height, model.multiple, model.margin), ...(await steering(style, model)) };
  const found = await network.run(inputs);
  const picture = found[model.output], out = pixelsOf(picture, width, height, model.margin);
  picture.dispose?.();
  return { pixels: out, width, height, seconds: (performance.now() - began) / 1000, threads: ort.env.wasm.numThreads };
}

onmessage = async ({ data }) => {
  try {
    folder ??= await (await fetch(`${HERE}folder.json`)).json();
    if (folder.rows) rows ??= new Float32Array(await (await fetch(`${HERE}${folder.rows}`)).arrayBuffer());
    const made = await paint(data);
    postMessage({ kind: 'painted', number: data.number, ...made }, [made.pixels.buffer]);
  } catch (error) {
    postMessage({ kind: 'failed', number: data.number, message: String(error?.message ?? error) });
  }
};
postMessage({ kind: 'ready', threads: ort.env.wasm.numThreads });
