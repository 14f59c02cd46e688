// What the camera sees, painted as it comes. props.value: {ask: where frames are sent, size: their long side}.
// One frame is on its way at a time, always the newest: what the server has no time for is never taken, so nothing lags.
const $ = (s) => element.querySelector(s);
const stage = $(".stage"), glass = $("canvas"), empty = $(".empty"), line = $(".line"), error = $(".error"), rate = $(".eta");
const open = $(".open"), keep = $(".keep"), turn = $(".turn");
const film = document.createElement("video"), frame = document.createElement("canvas");
film.muted = true; film.playsInline = true;
const tab = crypto.getRandomValues(new Uint32Array(4)).join("-");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let stream = null, facing = "user", times = [];

function say(text, wrong) { line.textContent = wrong ? "" : text; error.textContent = wrong ? text : ""; error.hidden = !wrong; }

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) { say("Browsers give cameras to pages of this machine, or over https, alone.", true); return; }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: facing, width: { ideal: 1280 } }, audio: false });
  } catch { say("There is no camera that this page may use.", true); return; }
  film.srcObject = stream;
  await film.play();
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  turn.hidden = cameras.length < 2;
  open.textContent = "Close the camera"; empty.hidden = true; glass.hidden = false; say("");
  look(stream);
}

function stop(words) {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null; film.srcObject = null; times = []; rate.textContent = ""; turn.hidden = true;
  open.textContent = "Open the camera"; say(words || "");
}

function take() {
  const scale = Math.min(1, (props.value?.size || 480) / Math.max(film.videoWidth, film.videoHeight));
  frame.width = Math.max(16, Math.round(film.videoWidth * scale)); frame.height = Math.max(16, Math.round(film.videoHeight * scale));
  const pen = frame.getContext("2d");
  if (facing === "user") { pen.translate(frame.width, 0); pen.scale(-1, 1); } // as in a mirror
  pen.drawImage(film, 0, 0, frame.width, frame.height);
}

function show(picture) {
  if (glass.width !== picture.width || glass.height !== picture.height) {
    glass.width = picture.width; glass.height = picture.height; stage.style.aspectRatio = `${picture.width} / ${picture.height}`;
  }
  glass.getContext("2d").drawImage(picture, 0, 0);
}

async function look(mine) {
  while (stream === mine) {
    if (!element.offsetParent) { stop(); return; } // nobody sees it: the camera's light goes out
    if (document.hidden || !film.videoWidth) { await pause(200); continue; }
    take();
    const ask = props.value?.ask;
    if (!ask) { show(frame); say("Pick a painting."); await pause(50); continue; }
    try {
      const jpeg = await new Promise((done) => frame.toBlob(done, "image/jpeg", 0.9));
      const answer = await fetch(`${ask}&tab=${tab}`, { method: "POST", body: jpeg });
      if (stream !== mine) return;
      if (answer.status === 429) { say("others paint, too"); await pause(300); continue; }
      if (!answer.ok) { say((await answer.text()).slice(0, 300), true); await pause(1500); continue; }
      const picture = await createImageBitmap(await answer.blob());
      if (stream !== mine) return;
      show(picture); picture.close(); keep.hidden = false; say("");
      times = [...times.slice(-8), performance.now()];
      if (times.length > 2) rate.textContent = `${((times.length - 1) * 1000 / (times.at(-1) - times[0])).toFixed(1)} pictures a second`;
    } catch { say("The server does not answer.", true); await pause(1500); }
  }
}

open.onclick = () => (stream ? stop() : start());
turn.onclick = () => { facing = facing === "user" ? "environment" : "user"; stop(); start(); };
keep.onclick = () => glass.toBlob((png) => {
  const link = document.createElement("a"); link.href = URL.createObjectURL(png); link.download = "mirror.png"; link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}, "image/png");
