// The page: a video, masks drawn over it, a time line, and the sound that they are judged by.
// The candidates of a video come once; every other sound brings decisions only.
'use strict';

const $ = (id) => document.getElementById(id);
const video = $('video');
const canvas = $('masks');
const mixed = new Audio(); // plays whatever sound is not the video's own
const scratch = document.createElement('canvas');

const state = {
  about: null,
  file: null, // the video: {key, name, duration, has_audio}
  found: null, // its candidates: {size, times, objects, masks}
  answer: null, // decisions under the current sound: {objects, categories, peaks}
  clips: [], // files whose sound can be laid over: {key, name}
  unplayable: '', // why the browser does not show the video, if so
  pointed: null, // place of the object under the pointer
  drawn: '', // what the canvas shows
  answers: 0, // how many sounds have been judged
  opened: 0, // how many videos were opened: an answer for an older one is dropped
  judging: false,
  asked: null, // the sound that was last asked for
};
const shapes = new Map(); // decoded masks, by frame and object

// ---------------------------------------------------------------- talking to the server

async function reply(response) {
  const content = await response.json().catch(() => ({}));
  if (response.ok) return content;
  throw new Error(content.error || `the server answers with an error (${response.status}); try again`);
}

const get = async (address) => reply(await fetch(address));

/** Call a function that gradio queues, and wait for its answer. */
async function call(name, ...data) {
  const address = `gradio/gradio_api/call/${name}`;
  const headers = { 'content-type': 'application/json' };
  const posted = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ data }) });
  if (posted.status === 503) throw new Error('too many people are waiting; try again in a moment');
  const { event_id: event } = await reply(posted);
  const stream = await (await fetch(`${address}/${event}`)).text();
  const last = stream.trim().split('\n\n').pop().match(/^event: (\w+)\ndata: (.*)$/s);
  if (!last || last[1] !== 'complete') {
    throw new Error('the network has failed; the terminal of the server says why');
  }
  const [answer] = JSON.parse(last[2]);
  if (answer.error) throw new Error(answer.error);
  return answer;
}

async function upload(file) {
  const { megabytes } = state.about;
  if (file.size > megabytes * 1e6) {
    throw new Error(`${file.name} is larger than ${megabytes} MB, the most that this page takes`);
  }
  const address = `files?name=${encodeURIComponent(file.name)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  return reply(await fetch(address, { method: 'POST', headers, body: file }));
}

function forget(file) {
  const isExample = state.about.examples.some(({ key }) => key === file.key);
  if (!isExample) fetch(`files/${file.key}`, { method: 'DELETE', keepalive: true });
}

/** Show a sentence; without one, what is still wrong with the video. */
function say(text) {
  const shown = text || state.unplayable;
  $('message').textContent = shown;
  $('message').hidden = !shown;
}

function busy(text) {
  $('busy').textContent = text;
  $('busy').hidden = !text;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const failed = (error) => say(`${capital(error.message)}.`);

// ---------------------------------------------------------------- opening a video

async function open(getFile, name) {
  const turn = ++state.opened;
  close();
  say('');
  show('work');
  $('title').textContent = name;
  const started = Date.now();
  const report = (what) => busy(`${what} … ${Math.round((Date.now() - started) / 1000)} s`);
  let step = 'Uploading';
  report(step);
  const ticking = setInterval(() => report(step), 1000);
  let file;
  try {
    file = await getFile();
    if (turn !== state.opened) return forget(file);
    if (!file.has_video) throw new Error(`${file.name} has no pictures; give a video`);
    state.file = file;
    video.src = `files/${file.key}`;
    step = 'Finding the objects';
    const { seconds } = await call('find_candidates', file.key);
    const found = await get(`candidates/${file.key}`);
    if (turn !== state.opened) return undefined;
    state.found = found;
    if (!video.videoWidth) shapeScreen(found.size[1], found.size[0]);
    const wasKnown = seconds < 0.05; // an example that somebody has opened before
    $('timing').dataset.found = wasKnown
      ? 'The objects had been found before.'
      : `The objects were found once, in ${seconds.toFixed(1)} s.`;
    const own = $('sound').elements.kind[0];
    own.disabled = !file.has_audio;
    $('sound').elements.kind.value = file.has_audio ? 'own' : 'mute';
    changeSound();
  } catch (error) {
    if (turn === state.opened) {
      leave();
      failed(error);
    }
  } finally {
    clearInterval(ticking);
    if (turn === state.opened) busy('');
  }
  return undefined;
}

/** Say that the pictures are missing; the masks and the time line are there all the same. */
function cannotPlay() {
  if (!state.file) return;
  state.unplayable =
    `This browser cannot show the pictures of ${state.file.name}, which may be HEVC: its objects ` +
    'are found all the same; to see it, convert it to MP4 with H.264.';
  say('');
}

function shapeScreen(width, height) {
  $('screen').style.setProperty('--ratio', width / height);
}

/** Show the start, or the video that is being worked on. */
function show(section) {
  document.body.dataset.shown = section;
  $('start').hidden = section !== 'start';
  $('work').hidden = section !== 'work';
}

function close() {
  if (state.file) forget(state.file);
  Object.assign(state, { file: null, found: null, answer: null, pointed: null, asked: null, unplayable: '' });
  shapes.clear();
  mixed.pause();
  video.pause();
  video.removeAttribute('src');
  video.load();
  $('lanes').replaceChildren();
  $('verdict').textContent = $('timing').textContent = '';
  draw();
}

function leave() {
  state.opened += 1;
  close();
  say('');
  show('start');
  $('file').value = '';
}

// ---------------------------------------------------------------- the sound

/** What the form says: gains of the video's own sound, of the clip's and of noise. */
function wanted() {
  const kind = $('sound').elements.kind.value;
  const clip = $('clip').value;
  const gain = (id) => Number($(id).value);
  return {
    own: { own: 1, mute: 0, noise: 0, clip: 0, mixture: state.file.has_audio ? gain('own') : 0 }[kind],
    other: { own: 0, mute: 0, noise: 0, clip: 1, mixture: clip ? gain('other') : 0 }[kind],
    noise: { own: 0, mute: 0, noise: 1, clip: 0, mixture: gain('noise') }[kind],
    clip: kind === 'clip' || kind === 'mixture' ? clip : '',
  };
}

function showForm() {
  const kind = $('sound').elements.kind.value;
  $('clip-row').hidden = kind !== 'clip' && kind !== 'mixture';
  $('gains').hidden = kind !== 'mixture';
  for (const id of ['own', 'other', 'noise']) {
    $(id).nextElementSibling.textContent = `${Math.round($(id).value * 100)} %`;
  }
}

let slow = 0;
/** Ask for the sound of the form; while a slider moves, for the newest place alone. */
function changeSound(wait = 0) {
  showForm();
  clearTimeout(slow);
  slow = setTimeout(judge, wait);
}

async function judge() {
  if (!state.found || state.judging) return; // the one that runs looks again when it is done
  const turn = state.opened;
  const sound = wanted();
  const text = JSON.stringify(sound);
  if (text === state.asked) return;
  if (sound.clip === '' && $('sound').elements.kind.value === 'clip') {
    $('verdict').textContent = 'Upload a clip whose sound is to be laid over the video.';
    return;
  }
  state.asked = text;
  state.judging = true;
  const started = performance.now();
  try {
    const { own, other, noise, clip } = sound;
    const answer = await call('judge', state.file.key, own, other, noise, clip);
    if (turn === state.opened) {
      say('');
      state.answer = answer;
      state.answers += 1;
      play(sound).catch(failed);
      showAnswer();
      showTiming(answer.seconds, performance.now() - started);
    }
  } catch (error) {
    if (turn === state.opened) failed(error);
  } finally {
    state.judging = false;
    judge();
  }
}

/** Let people hear what the network was given: the video's own sound, or a mixture beside it. */
async function play(sound) {
  const isOwn = sound.own === 1 && !sound.other && !sound.noise;
  const isSilence = !sound.own && !sound.other && !sound.noise;
  video.muted = !isOwn;
  mixed.pause();
  URL.revokeObjectURL(mixed.src);
  mixed.removeAttribute('src');
  if (isOwn || isSilence) return;
  const address = `sound/${state.file.key}.wav?${new URLSearchParams(sound)}`;
  const content = await (await fetch(address)).blob(); // Chromium seeks in what it has as a whole
  if (JSON.stringify(sound) !== state.asked) return; // another one was chosen meanwhile
  mixed.src = URL.createObjectURL(content);
  follow();
}

/** Keep the mixture where the video is. */
function follow() {
  if (!mixed.getAttribute('src')) return;
  if (Math.abs(mixed.currentTime - video.currentTime) > 0.12) mixed.currentTime = video.currentTime;
  if (video.paused) mixed.pause();
  else if (mixed.paused && !mixed.ended) mixed.play().catch(() => {});
}

async function addClip(file) {
  say('');
  try {
    const clip = await upload(file);
    if (!clip.has_audio) {
      forget(clip);
      throw new Error(`${clip.name} has no sound`);
    }
    state.clips.push(clip);
    showClips();
    $('clip').value = clip.key;
    changeSound();
  } catch (error) {
    failed(error);
  }
  $('clip-file').value = '';
}

function showClips() {
  const chosen = $('clip').value;
  const options = state.clips.map(({ key, name }) => new Option(name, key));
  $('clip').replaceChildren(...(options.length ? options : [new Option('none yet', '')]));
  if (state.clips.some(({ key }) => key === chosen)) $('clip').value = chosen;
}

// ---------------------------------------------------------------- masks

/** Decode COCO's compressed RLE into an alpha image of its bounding box, null if it is empty. */
function decode(counts, [height, width]) {
  // Runs of 0 and 1 in turn, column by column. A character holds 5 bits and whether more follow;
  // from the fourth run on, the difference to the run two places before is written.
  const runs = [];
  for (let at = 0; at < counts.length; ) {
    let value = 0;
    let shift = 0;
    let code;
    do {
      code = counts.charCodeAt(at++) - 48;
      value |= (code & 31) << shift;
      shift += 5;
    } while (code & 32);
    if (code & 16) value |= -1 << shift;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }

  const pixels = new Uint8Array(height * width);
  let [left, top, right, bottom] = [width, height, 0, 0];
  let place = runs[0];
  for (let run = 1; run < runs.length; run += 2) {
    for (const end = place + runs[run]; place < end; place++) {
      const x = Math.floor(place / height);
      const y = place % height;
      pixels[y * width + x] = 255;
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
    place += runs[run + 1] || 0;
  }
  if (right <= left) return null;

  const image = new ImageData(right - left, bottom - top);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      image.data[((y - top) * image.width + x - left) * 4 + 3] = pixels[y * width + x];
    }
  }
  return { image, left, top, width: image.width, height: image.height };
}

/** The mask of an object in a frame, painted in its colour. */
function shape(frame, place, counts) {
  const name = `${frame}/${place}`;
  if (!shapes.has(name)) {
    if (shapes.size > 300) shapes.clear();
    const decoded = decode(counts, state.found.size);
    if (decoded) {
      const painted = document.createElement('canvas');
      [painted.width, painted.height] = [decoded.width, decoded.height];
      const context = painted.getContext('2d');
      context.putImageData(decoded.image, 0, 0);
      context.globalCompositeOperation = 'source-in';
      context.fillStyle = `rgb(${state.found.objects[place].colour})`;
      context.fillRect(0, 0, decoded.width, decoded.height);
      decoded.painted = painted;
    }
    shapes.set(name, decoded);
  }
  return shapes.get(name);
}

function nearestFrame(time) {
  const { times } = state.found;
  let best = 0;
  for (let i = 1; i < times.length; i++) {
    if (Math.abs(times[i] - time) < Math.abs(times[best] - time)) best = i;
  }
  return best;
}

/** The objects of a frame with what was decided of each: sounding last, to be painted on top. */
function objectsAt(frame) {
  return state.found.masks[frame]
    .map(([place, counts]) => ({
      place,
      shape: shape(frame, place, counts),
      sounds: state.answer ? state.answer.objects[place].sounding[frame] === '1' : false,
      score: state.answer ? state.answer.objects[place].scores[frame] : null,
      ...state.found.objects[place],
    }))
    .filter((object) => object.shape)
    .sort((one, two) => one.sounds - two.sounds);
}

function draw() {
  const context = canvas.getContext('2d');
  if (!state.found) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    state.drawn = '';
    return;
  }
  const frame = nearestFrame(video.currentTime);
  const box = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  const what = [frame, width, height, state.pointed, state.answers].join();
  if (what === state.drawn || !width) return;
  state.drawn = what;
  [canvas.width, canvas.height] = [scratch.width, scratch.height] = [width, height];

  const objects = objectsAt(frame);
  canvas.dataset.sounding = objects.filter(({ sounds }) => sounds).map(({ id }) => id).join(' ');
  const scale = [width / state.found.size[1], height / state.found.size[0]];
  for (const object of objects) paint(context, object, scale, ratio);
  for (const object of objects) {
    if (object.sounds || object.place === state.pointed) label(context, object, scale, ratio);
  }
}

/** Fill a sounding object; outline every one, a silent one by a hatched line. */
function paint(context, object, [scaleX, scaleY], ratio) {
  const { painted, left, top, width, height } = object.shape;
  const box = [left * scaleX, top * scaleY, width * scaleX, height * scaleY];
  const isFaint = state.pointed !== null && state.pointed !== object.place;
  if (object.sounds) {
    context.globalAlpha = isFaint ? 0.2 : 0.5;
    context.drawImage(painted, ...box);
  }

  // The outline is what a widened mask has more than the mask itself.
  const line = (object.sounds || object.place === state.pointed ? 2.5 : 2) * ratio;
  const brush = scratch.getContext('2d');
  brush.globalCompositeOperation = 'source-over';
  brush.clearRect(0, 0, scratch.width, scratch.height);
  for (let turn = 0; turn < 12; turn++) {
    const [x, y] = [Math.cos((turn * Math.PI) / 6) * line, Math.sin((turn * Math.PI) / 6) * line];
    brush.drawImage(painted, box[0] + x, box[1] + y, box[2], box[3]);
  }
  brush.globalCompositeOperation = 'destination-out';
  brush.drawImage(painted, ...box);
  if (!object.sounds) {
    brush.globalCompositeOperation = 'source-atop';
    brush.strokeStyle = '#fff';
    brush.lineWidth = 3 * ratio;
    brush.beginPath();
    for (let x = -scratch.height; x < scratch.width; x += 9 * ratio) {
      brush.moveTo(x, 0);
      brush.lineTo(x + scratch.height, scratch.height);
    }
    brush.stroke();
  }
  context.globalAlpha = isFaint ? 0.4 : 1;
  context.drawImage(scratch, 0, 0);
  context.globalAlpha = 1;
}

function label(context, object, [scaleX, scaleY], ratio) {
  const score = object.score === null ? '' : ` ${object.score.toFixed(2)}`;
  const text = `${object.category}${score}`;
  const size = 13 * ratio;
  context.font = `600 ${size}px system-ui, sans-serif`;
  const width = context.measureText(text).width + size;
  const height = size * 1.6;
  const middle = (object.shape.left + object.shape.width / 2) * scaleX;
  const left = Math.max(4, Math.min(canvas.width - width - 4, middle - width / 2));
  const top = Math.max(4, object.shape.top * scaleY - height - 6 * ratio);
  const [red, green, blue] = object.colour;
  context.fillStyle = object.sounds ? `rgb(${object.colour})` : '#16181d';
  context.beginPath();
  context.roundRect(left, top, width, height, height / 3);
  context.fill();
  const isBright = 0.299 * red + 0.587 * green + 0.114 * blue > 140;
  context.fillStyle = object.sounds && isBright ? '#16181d' : '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, left + size / 2, top + height / 2);
}

/** Place of the object under the pointer, the topmost if there are several. */
function objectUnder(event) {
  if (!state.found) return null;
  const box = canvas.getBoundingClientRect();
  const [height, width] = state.found.size;
  const x = Math.floor(((event.clientX - box.left) / box.width) * width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * height);
  const hit = objectsAt(nearestFrame(video.currentTime)).reverse().find((object) => {
    const { image, left, top } = object.shape;
    const isInside = x >= left && y >= top && x < left + image.width && y < top + image.height;
    return isInside && image.data[((y - top) * image.width + x - left) * 4 + 3];
  });
  return hit ? hit.place : null;
}

function point(place) {
  if (place === state.pointed) return;
  state.pointed = place;
  for (const lane of $('lanes').querySelectorAll('[data-place]')) {
    lane.classList.toggle('pointed', Number(lane.dataset.place) === place);
  }
  draw();
}

// ---------------------------------------------------------------- time line

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A plot of values from 0 to 1 at even distances, as steps or as bars about the middle. */
function plot(values, isSound) {
  const name = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(name, 'svg');
  svg.setAttribute('viewBox', `0 0 ${values.length} 1`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(name, 'path');
  const bar = (value, at) => {
    const low = isSound ? 0.5 - value / 2 : 1 - value;
    const high = isSound ? 0.5 + value / 2 : 1;
    return `M${at} ${low}h1V${high}h-1z`;
  };
  path.setAttribute('d', values.map(bar).join(''));
  svg.append(path);
  return svg;
}

/** Runs of one letter: where each starts, where it ends, and the letter. */
function stretches(letters) {
  return [...letters.matchAll(/(.)\1*/g)].map(({ 0: run, index }) => [index, index + run.length, run[0]]);
}

/** Where a frame begins on the time line: half-way from the one before it. */
function edge(frame) {
  const { times } = state.found;
  const { duration } = state.file;
  if (frame === 0) return 0;
  return frame >= times.length ? duration : Math.min(duration, (times[frame - 1] + times[frame]) / 2);
}

function lane(object, place, letters) {
  const { duration } = state.file;
  const track = element('div', { className: 'track' });
  const spoken = [];
  for (const [from, to, letter] of stretches(letters)) {
    if (letter === '-') continue;
    const [start, end] = [edge(from), edge(to)];
    const part = element('i', { className: letter === '1' ? 'sounding' : 'silent' });
    part.style.left = `${(start / duration) * 100}%`;
    part.style.width = `${((end - start) / duration) * 100}%`;
    track.append(part);
    if (letter === '1') spoken.push(`${start.toFixed(1)} to ${end.toFixed(1)} s`);
  }
  const twins = state.found.objects.filter(({ category }) => category === object.category);
  const number = twins.length > 1 ? ` ${twins.indexOf(object) + 1}` : '';
  const name = element('span', { className: 'name' }, element('b', {}, object.category + number));
  if (!spoken.length) name.append(element('small', {}, 'silent'));
  const words = spoken.length ? `sounds from ${spoken.join(', ')}` : 'is silent';
  const row = element('div', { className: 'lane object' }, name, track);
  row.append(element('span', { className: 'hidden' }, `${object.category}${number} ${words}`));
  row.dataset.place = place;
  row.dataset.sounding = letters;
  row.style.setProperty('--colour', `rgb(${object.colour})`);
  row.addEventListener('pointerenter', () => point(place));
  row.addEventListener('pointerleave', () => point(null));
  return row;
}

function heading(text) {
  return element('h3', {}, text);
}

function plotted(name, values, className) {
  const track = element('div', { className: 'track' }, plot(values, className === 'wave'));
  const row = element('div', { className: `lane ${className}` });
  row.append(element('span', { className: 'name' }, element('span', {}, name)), track);
  return row;
}

function showAnswer() {
  const { objects, categories, peaks } = state.answer;
  const rows = [plotted('Sound', peaks.map((peak) => peak / 100), 'wave'), heading('Objects')];
  rows.push(...state.found.objects.map((object, i) => lane(object, i, objects[i].sounding)));
  if (!objects.length) rows.push(element('p', {}, 'Nothing that could sound was found.'));
  if (categories.length) rows.push(heading('What the sound is, second by second'));
  for (const { category, scores } of categories) {
    const row = plotted(category, scores, 'category');
    row.scores = scores;
    const seen = state.found.objects.find((object) => object.category === category);
    if (seen) row.style.setProperty('--colour', `rgb(${seen.colour})`);
    row.querySelector('.name').append(element('output'));
    rows.push(row);
  }
  $('lanes').replaceChildren(...rows);

  const sounding = state.found.objects.filter((_, i) => objects[i].sounding.includes('1'));
  const names = [...new Set(sounding.map(({ category }) => category))];
  $('verdict').textContent = names.length ? `Sounding: ${names.join(', ')}.` : 'No object sounds.';
  showRuler();
  draw();
  showTime();
}

function showRuler() {
  const { duration } = state.file;
  const most = Math.max(2, Math.min(11, $('ruler').clientWidth / 44));
  const step = [1, 2, 5, 10, 20, 60].find((seconds) => duration / seconds <= most) || 120;
  const ticks = [];
  for (let time = 0; time <= duration - step * 0.3; time += step) {
    const tick = element('span', {}, time ? String(time) : '0 s');
    tick.style.left = `${(time / duration) * 100}%`;
    ticks.push(tick);
  }
  $('ruler').replaceChildren(...ticks);
  $('tracks').setAttribute('aria-valuemax', duration.toFixed(1));
}

function showTime() {
  const time = video.currentTime;
  const duration = state.file ? state.file.duration : 0;
  $('clock').textContent = duration ? `${time.toFixed(1)} / ${duration.toFixed(1)} s` : '';
  $('tracks').style.setProperty('--at', duration ? Math.min(1, time / duration) : 0);
  $('tracks').setAttribute('aria-valuenow', time.toFixed(1));
  $('tracks').setAttribute('aria-valuetext', `${time.toFixed(1)} seconds`);
  for (const row of $('lanes').querySelectorAll('.category')) {
    const second = Math.min(row.scores.length - 1, Math.floor(time));
    row.querySelector('output').textContent = row.scores[second].toFixed(2);
  }
}

function showTiming(seconds, roundTrip) {
  $('timing').textContent =
    `${$('timing').dataset.found} This sound was judged in ${seconds.toFixed(2)} s, and shown ` +
    `after ${(roundTrip / 1000).toFixed(2)} s.`;
}

function seek(time) {
  if (state.file) video.currentTime = Math.max(0, Math.min(state.file.duration - 0.01, time));
}

function seekTo(event) {
  const box = $('ruler').getBoundingClientRect();
  seek(((event.clientX - box.left) / box.width) * state.file.duration);
}

function togglePlay() {
  if (video.paused) video.play().catch(() => {});
  else video.pause();
}

// ---------------------------------------------------------------- what people do

function onKey(event) {
  if ($('work').hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const isField = event.target.matches('input, select, button');
  const moves = { ArrowLeft: -0.2, ArrowRight: 0.2, PageUp: -1, PageDown: 1 };
  if (event.key === ' ' && !isField) togglePlay();
  else if (event.key in moves && !isField) seek(video.currentTime + moves[event.key]);
  else if (event.key === 'Home' && event.target === $('tracks')) seek(0);
  else if (event.key === 'End' && event.target === $('tracks')) seek(Infinity);
  else if ('12345'.includes(event.key) && !event.target.matches('select')) {
    const choice = $('sound').elements.kind[event.key - 1];
    if (!choice.disabled) choice.click();
  } else return;
  event.preventDefault();
}

function listen() {
  $('file').addEventListener('change', () => {
    const [file] = $('file').files;
    if (file) open(() => upload(file), file.name);
  });
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      $('drop').classList.toggle('over', kind === 'dragover');
      const file = kind === 'drop' && event.dataTransfer.files[0];
      if (file) open(() => upload(file), file.name);
    });
  }
  $('back').addEventListener('click', leave);
  $('sound').addEventListener('change', () => changeSound());
  $('sound').addEventListener('input', () => changeSound(120));
  $('sound').addEventListener('submit', (event) => event.preventDefault());
  $('clip-file').addEventListener('change', (event) => {
    event.stopPropagation();
    if ($('clip-file').files[0]) addClip($('clip-file').files[0]);
  });

  $('play').addEventListener('click', togglePlay);
  canvas.addEventListener('click', togglePlay);
  canvas.addEventListener('pointermove', (event) => point(objectUnder(event)));
  canvas.addEventListener('pointerleave', () => point(null));
  $('tracks').addEventListener('pointerdown', (event) => {
    if (!state.file) return;
    $('tracks').setPointerCapture(event.pointerId);
    seekTo(event);
  });
  $('tracks').addEventListener('pointermove', (event) => {
    if (state.file && $('tracks').hasPointerCapture(event.pointerId)) seekTo(event);
  });
  document.addEventListener('keydown', onKey);

  for (const kind of ['play', 'pause', 'seeked', 'timeupdate']) video.addEventListener(kind, follow);
  for (const kind of ['play', 'pause']) {
    video.addEventListener(kind, () => {
      $('play').setAttribute('aria-pressed', !video.paused);
      $('play').setAttribute('aria-label', video.paused ? 'Play' : 'Pause');
    });
  }
  video.addEventListener('loadedmetadata', () => {
    if (video.videoWidth) shapeScreen(video.videoWidth, video.videoHeight);
    else cannotPlay(); // the sound alone
  });
  video.addEventListener('error', cannotPlay);
  new ResizeObserver(draw).observe(canvas);
  new ResizeObserver(() => state.answer && showRuler()).observe($('ruler'));
  window.addEventListener('pagehide', () => [state.file, ...state.clips].filter(Boolean).forEach(forget));
  $('theme').addEventListener('click', () => {
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark' ||
      (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
    setTheme(isDark ? 'light' : 'dark');
  });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('theme', theme);
}

function showAbout() {
  const { network, note, megabytes, seconds, minutes, examples } = state.about;
  $('network').append(element('b', {}, `${network}.`), ` ${note}`);
  $('limits').textContent = `up to ${seconds} s and ${megabytes} MB`;
  $('footer').textContent =
    `Uploads stay on the machine that serves this page, and are deleted when you leave, or ${minutes} minutes after their last use.`;
  const videos = examples.filter((example) => example.has_video);
  for (const example of videos) {
    const picture = element('img', { src: `thumbnails/${example.key}.jpg`, alt: '' });
    const text = element('span', {}, element('b', {}, example.name), `${Math.round(example.duration)} s`);
    const button = element('button', { type: 'button' }, picture, text);
    button.addEventListener('click', () => open(async () => example, example.name));
    $('examples').append(element('li', {}, button));
  }
  $('tryout').hidden = !videos.length;
  const sounds = examples.filter((example) => example.has_audio);
  state.clips = sounds.sort((one, two) => one.has_video - two.has_video);
  showClips();
}

function everyFrame() {
  if (state.file) {
    draw();
    if (!video.paused || $('clock').dataset.shown !== String(video.currentTime)) showTime();
    $('clock').dataset.shown = video.currentTime;
  }
  requestAnimationFrame(everyFrame);
}

async function start() {
  const theme = localStorage.getItem('theme');
  if (theme) document.documentElement.dataset.theme = theme;
  listen();
  showForm();
  try {
    state.about = await get('about');
    showAbout();
    everyFrame();
  } catch (error) {
    failed(error);
  }
}

start();
