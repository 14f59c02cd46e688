// The page: takes a photo, asks the worker to paint it, shows before and after. Nothing leaves the machine.
const $ = (id) => document.getElementById(id);
const stage = $('stage'), before = $('before'), after = $('after'), divider = $('divider');
const OWN = 'own';

let folder, worker, style, number = 0, working = false, waiting = false;
let photo = null; // { picture: ImageBitmap or canvas, name }
let painted = null; // { photo, pixels: ImageData, name } of the picture that is shown
const paintings = new Map(); // style's name -> picture to be looked at

function say(text, bad = false) {
  $('line').textContent = text;
  $('line').classList.toggle('bad', bad);
}

function progress(share) {
  $('progress').hidden = share === null;
  $('progress').classList.toggle('guess', share === undefined);
  $('progress').firstElementChild.style.width = share === undefined ? '' : `${100 * (share ?? 0)}%`;
}

// ---- pictures ----------------------------------------------------------------------------------------------------

async function decode(file) {
  try {
    return await createImageBitmap(file); // turned as the camera was held
  } catch {
    throw new Error(`${file.name ?? 'This'}: not a picture that this browser can read`);
  }
}

// A picture's pixels at a size, over white where it is transparent. Smaller in halves, so that nothing is skipped.
function pixelsAt(picture, width, height) {
  let from = picture, [w, h] = [picture.width, picture.height];
  while (w >= 2 * width && h >= 2 * height) {
    [w, h] = [Math.max(width, w >> 1), Math.max(height, h >> 1)];
    from = drawn(from, w, h);
  }
  return drawn(from, width, height).getContext('2d').getImageData(0, 0, width, height);
}

function drawn(picture, width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(picture, 0, 0, width, height);
  return canvas;
}

// Width and height with that long side; small photos stay as they are.
function fitted({ width, height }, side, enlarge = false) {
  const scale = enlarge ? side / Math.max(width, height) : Math.min(1, side / Math.max(width, height));
  return [width, height].map((length) => Math.max(1, Math.round(length * scale)));
}

async function take(file, name) {
  try {
    const picture = file instanceof Blob ? await decode(file) : file;
    if (Math.min(picture.width, picture.height) < 16) throw new Error('The picture is too small: 16 pixels a side at least');
    if (!live.hidden) camera(false);
    photo = { picture, name: name.replace(/\.[^.]*$/, '') || 'picture' };
    show();
    paint();
  } catch (error) {
    say(error.message, true);
  }
}

function show() {
  const [width, height] = fitted(photo.picture, 1600);
  Object.assign(before, { width, height });
  before.getContext('2d').putImageData(pixelsAt(photo.picture, width, height), 0, 0);
  stage.classList.remove('empty', 'both');
  stage.style.aspectRatio = `${width} / ${height}`;
  // As wide as the height that is left allows, so that the picture fills its frame.
  stage.style.width = `min(100%, ${(innerWidth > 800 ? 72 : 56) * width / height}vh)`;
  after.hidden = divider.hidden = $('download').hidden = true;
  painted = null;
}

// ---- painting ----------------------------------------------------------------------------------------------------

function start() {
  worker = new Worker('painter.js', { type: 'module' });
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = () => fail('The painter did not start; a file of this folder is missing, or the browser is too old');
}

async function paint() {
  if (!photo || !style) return;
  if (working) return void (waiting = true); // the newest wish is painted next
  working = true;
  waiting = false;
  const asked = photo, [width, height] = fitted(photo.picture, +$('size').value);
  try {
    const pixels = pixelsAt(photo.picture, width, height);
    const wanted = { ...style, painting: await painting(width, height) };
    painted = { photo: asked, original: pixels, name: `${asked.name}-${style.name}`, pixels: null };
    stage.classList.add('works');
    progress();
    say(`${style.title}, ${width} × ${height} …`);
    worker.postMessage({ number: ++number, style: wanted, pixels: pixels.data, width, height });
  } catch (error) {
    working = false;
    fail(error.message);
  }
}

// The painting that the network looks at: as large beside the photo as it would hang there, 1024 pixels at most.
async function painting(width, height) {
  if (!folder.models[style.model].looks) return null;
  if (!paintings.has(style.name)) paintings.set(style.name, await decode(await (await fetch(style.picture)).blob()));
  const picture = paintings.get(style.name);
  const least = 32 / Math.min(picture.width, picture.height) * Math.max(picture.width, picture.height);
  const size = fitted(picture, Math.min(1024, Math.max(width, height, least)), true);
  const pixels = pixelsAt(picture, ...size);
  return { id: `${style.name} ${style.turn ?? 0} ${size}`, pixels: pixels.data, width: size[0], height: size[1] };
}

function hear(data) {
  if (data.kind === 'loading') progress(data.share);
  else if (data.kind === 'painting') progress();
  else if (data.kind === 'ready') document.documentElement.dataset.threads = data.threads;
  else if (data.kind === 'failed') fail(data.message);
  else if (data.kind === 'painted') finish(data);
}

function finish({ pixels, width, height, seconds, threads }) {
  working = false;
  progress(null);
  stage.classList.remove('works');
  if (painted?.photo === photo) {
    painted.pixels = new ImageData(pixels, width, height);
    blend();
    say(`${width} × ${height} in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s on ${threads === 1 ? 'one thread' : `${threads} threads`}`);
    after.hidden = divider.hidden = $('download').hidden = !live.hidden;
    stage.classList.toggle('both', live.hidden);
  }
  if (waiting) paint();
}

function fail(message) {
  working = waiting = false;
  progress(null);
  stage.classList.remove('works');
  const short = /alloc|memory|out of bounds|OOM/i.test(message);
  say(short ? 'The browser has not enough memory for this size; choose a smaller one' : message, true);
  // What failed may have left the network's memory in any state.
  worker.terminate();
  start();
}

// The painted picture at the strength asked for, and as a file.
function blend() {
  const { original, pixels, name } = painted, share = $('strength').value / 100;
  const shown = new ImageData(pixels.width, pixels.height);
  for (let i = 0; i < shown.data.length; i++) shown.data[i] = original.data[i] + share * (pixels.data[i] - original.data[i]);
  Object.assign(after, { width: shown.width, height: shown.height });
  after.getContext('2d').putImageData(shown, 0, 0);
  after.toBlob((blob) => {
    URL.revokeObjectURL($('download').href);
    Object.assign($('download'), { href: URL.createObjectURL(blob), download: `${name}.png` });
    stage.dataset.finished = name;
  }, 'image/png');
}

// ---- styles ------------------------------------------------------------------------------------------------------

function choose(wanted, repaint = true) {
  style = wanted;
  for (const button of $('styles').children) {
    const on = button.dataset.name === wanted.name;
    button.setAttribute('aria-checked', on);
    button.tabIndex = on ? 0 : -1;
  }
  const several = Object.keys(folder.models).length > 1;
  $('about').textContent = [wanted.title, wanted.artist, wanted.year].filter(Boolean).join(', ') + (several ? ` · ${wanted.model}` : '');
  delete stage.dataset.finished;
  if (repaint) paint();
}

function add(wanted, first = false) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'style', title: wanted.title });
  button.dataset.name = wanted.name;
  button.setAttribute('role', 'radio');
  button.setAttribute('aria-label', wanted.title);
  const face = document.createElement(wanted.picture ? 'img' : 'span');
  if (wanted.picture) Object.assign(face, { src: wanted.picture, alt: '', loading: 'lazy' });
  else face.textContent = wanted.title;
  button.append(face);
  button.onclick = () => choose(wanted);
  $('styles')[first ? 'prepend' : 'append'](button);
}

async function own(file) {
  try {
    const picture = await decode(file), turn = (folder.styles[0]?.name === OWN ? folder.styles[0].turn : 0) + 1;
    const model = Object.keys(folder.models).find((name) => folder.models[name].looks);
    const mine = { name: OWN, title: file.name, model, picture: URL.createObjectURL(file), turn };
    paintings.set(OWN, picture);
    if (turn > 1) {
      URL.revokeObjectURL(folder.styles.shift().picture);
      $('styles').firstElementChild.remove();
    }
    folder.styles.unshift(mine);
    add(mine, true);
    choose(mine);
  } catch (error) {
    say(error.message, true);
  }
}

$('styles').onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...$('styles').children], at = all.findIndex((button) => button.dataset.name === style.name);
  const next = all[(at + step + all.length) % all.length];
  next.focus();
  next.click();
};

// ---- camera ------------------------------------------------------------------------------------------------------

const live = $('live');

async function openCamera() {
  try {
    live.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: 'user' }, audio: false });
    const facing = live.srcObject.getVideoTracks()[0].getSettings().facingMode;
    live.classList.toggle('mirrored', facing !== 'environment');
    await live.play();
    stage.classList.remove('empty', 'both');
    camera(true);
    say('');
  } catch {
    say('There is no camera that this page may use', true);
  }
}

function camera(on) {
  live.hidden = $('take').hidden = $('leave').hidden = !on;
  for (const id of ['camera', 'download']) $(id).hidden = on || (id === 'download' && !painted?.pixels);
  before.hidden = on;
  after.hidden = divider.hidden = on || !painted?.pixels;
  if (on) return;
  live.srcObject?.getTracks().forEach((track) => track.stop());
  live.srcObject = null;
  stage.classList.toggle('empty', !photo);
  stage.classList.toggle('both', Boolean(painted?.pixels));
}

function capture() {
  const picture = drawn(live, live.videoWidth, live.videoHeight);
  camera(false);
  take(picture, 'camera');
}

// ---- before and after --------------------------------------------------------------------------------------------

function split(percent) {
  const at = Math.round(Math.min(100, Math.max(0, percent)));
  stage.style.setProperty('--split', `${at}%`);
  divider.setAttribute('aria-valuenow', at);
}

const drag = (event) => {
  if (!stage.classList.contains('both') || (event.type === 'pointermove' && !event.buttons)) return;
  const box = stage.getBoundingClientRect();
  split((100 * (event.clientX - box.left)) / box.width);
};
stage.addEventListener('pointerdown', (event) => {
  if (stage.classList.contains('both')) stage.setPointerCapture(event.pointerId);
  drag(event);
});
stage.addEventListener('pointermove', drag);
divider.onkeydown = (event) => {
  const step = { ArrowRight: 5, ArrowLeft: -5, Home: -100, End: 100 }[event.key];
  if (!step) return;
  event.preventDefault();
  split(+divider.getAttribute('aria-valuenow') + step);
};

// ---- start -------------------------------------------------------------------------------------------------------

$('file').onchange = ({ target }) => {
  if (target.files[0]) take(target.files[0], target.files[0].name);
  target.value = '';
};
$('own').onchange = ({ target }) => {
  if (target.files[0]) own(target.files[0]);
  target.value = '';
};
$('camera').onclick = openCamera;
$('camera').hidden = !navigator.mediaDevices?.getUserMedia;
$('take').onclick = capture;
$('leave').onclick = () => camera(false);
$('size').onchange = paint;
$('strength').oninput = () => {
  $('percent').textContent = `${$('strength').value} %`;
  if (painted?.pixels) blend();
};
for (const kind of ['dragover', 'dragleave', 'drop']) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    stage.classList.toggle('over', kind === 'dragover');
    const file = kind === 'drop' && event.dataTransfer.files[0];
    if (file) take(file, file.name);
  });
}
addEventListener('paste', ({ clipboardData }) => {
  const file = [...clipboardData.files].find(({ type }) => type.startsWith('image/'));
  if (file) take(file, file.name);
});

try {
  folder = await (await fetch('folder.json')).json();
  folder.styles.forEach((wanted) => add(wanted));
  $('own-row').hidden = !Object.values(folder.models).some((model) => model.looks);
  $('foot').textContent = folder.foot;
  start();
  choose(folder.styles[0], false);
  say('');
  document.documentElement.dataset.ready = 'yes';
} catch (error) {
  say(`The folder is not complete: ${error.message}`, true);
}
