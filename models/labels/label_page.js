"use strict";
// Marks heads in frames: see models/labels/label_messages.py for what is sent and received.
const NAMES = ["nose", "metacorpus", "terminal bulb"];
const CONTRASTS = ["as it is", "stretched", "shadows"];
const NEAR_PX = 14; // of the screen
const token = new URLSearchParams(location.search).get("token");
const at = (id) => document.getElementById(id);
const drafts = new Map(); // what was marked and not confirmed yet, by place in the list
let task = null, image = null, frame = null, pointer = null, seen = null, isBusy = false;
let contrast = 0, zoomed = null, shades = new Map(), wasWarned = false;

const nothing = () => [null, null, null];
const fresh = () => ({ presence: "", heads: [nothing()], head: 0, point: 0, isHidden: false, took: false, undo: [] });
const isSaid = (head) => head.some(Boolean);
const freePoint = (head) => { const free = head.indexOf(null); return free < 0 ? 3 : free; };

async function ask(path, words = {}, body = undefined) {
  const address = `${path}?${new URLSearchParams({ token, ...words })}`;
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(address, sent);
  } catch {
    throw new Error("The server does not answer: nothing is lost here, but nothing is saved either. Is it still running?");
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function alone(work) { // one thing at a time: a key that is held down must not skip frames
  if (isBusy) return;
  isBusy = true;
  try { await work(); } catch (error) { tell(error.message); } finally { isBusy = false; }
}

async function load(place) {
  const found = await ask("task", place === null ? {} : { at: place });
  let picture = null;
  if (!found.finished) {
    picture = new Image();
    picture.src = `picture?${new URLSearchParams({ token, at: found.at })}`;
    try { await picture.decode(); } catch { throw new Error("The picture of this frame could not be loaded."); }
  }
  [task, image, zoomed, wasWarned] = [found, picture, null, false];
  shades = new Map();
  frame = found.finished ? fresh() : drafts.get(found.at) || remembered(found);
  tell(found.finished ? "All is saved. Enter asks again, ← goes back." : "", true);
  showProgress(found.progress);
  draw();
}

function remembered(found) {
  const known = { ...fresh(), presence: found.presence === "present" ? "" : found.presence };
  if (found.heads.length) known.heads = found.heads;
  known.point = freePoint(known.heads[0]);
  return known;
}

function change(work) { // every change can be undone
  if (!task || task.finished) return;
  const { undo, ...before } = frame;
  undo.push(JSON.stringify(before));
  work();
  drafts.set(task.at, frame);
  wasWarned = false;
  tell("");
  draw();
}

function undo() {
  if (!frame.undo.length) return tell("Nothing to undo in this frame.");
  frame = { ...JSON.parse(frame.undo.pop()), undo: frame.undo };
  drafts.set(task.at, frame);
  tell("");
  draw();
}

function say(point) { // of the point that is asked for; then the next free one is
  frame.presence = "";
  frame.heads[frame.head][frame.point] = point;
  frame.isHidden = false;
  frame.point = freePoint(frame.heads[frame.head]);
}

function place(event) {
  const [x, y] = toImage(event);
  if (x < -0.5 || y < -0.5 || x > task.size[0] - 0.5 || y > task.size[1] - 0.5) return;
  const head = frame.heads[frame.head];
  const state = frame.isHidden ? "hidden" : "marked";
  if (frame.point < 3) return change(() => say({ state, x, y }));
  const apart = head.map((point) => point && "x" in point ? Math.hypot(point.x - x, point.y - y) * seen.scale : Infinity);
  const nearest = apart.indexOf(Math.min(...apart));
  if (apart[nearest] > NEAR_PX) return tell("All three are said. Click near one to move it, 1 2 3 to set one anew, m for another animal.");
  change(() => { head[nearest] = { ...head[nearest], x, y }; });
}

function hide() { // the next point, or the last one placed
  const head = frame.heads[frame.head];
  if (frame.point < 3) return change(() => { frame.isHidden = !frame.isHidden; });
  const last = head.findLastIndex((point) => point && "x" in point);
  if (last >= 0) change(() => { head[last].state = head[last].state === "hidden" ? "marked" : "hidden"; });
}

function another() {
  if (!isSaid(frame.heads[frame.head])) return tell("Mark this animal first.");
  change(() => {
    const free = frame.heads.findIndex((head) => !isSaid(head));
    frame.head = free < 0 ? frame.heads.push(nothing()) - 1 : free;
    frame.point = 0;
  });
}

function takeProposal() {
  if (!task.proposal?.length) return tell("There is no proposal for this frame.");
  change(() => {
    Object.assign(frame, { heads: structuredClone(task.proposal), presence: "", head: 0, took: true });
    frame.point = freePoint(frame.heads[0]);
  });
}

const only = (presence) => () => change(() => Object.assign(frame, { ...fresh(), undo: frame.undo, presence }));

async function next() {
  if (!task) return load(null);
  if (task.finished) return load(task.at);
  const isNew = !task.confirmed || drafts.has(task.at);
  if (isNew) {
    const heads = frame.heads.filter(isSaid);
    const missing = [...new Set(heads.flatMap((head) => NAMES.filter((_, place) => !head[place])))];
    if (!frame.presence && !heads.length) return tell("Nothing is said of this frame yet: click the nose, or a for no head, s for cannot say.");
    if (missing.length && !wasWarned) {
      wasWarned = true;
      return tell(`Not given: ${missing.join(", ")}. Enter again leaves it so; v says not visible.`);
    }
    await ask("confirm", {}, { at: task.at, presence: frame.presence || "present",
      heads: frame.presence ? [] : heads, tookProposal: frame.took });
    drafts.delete(task.at);
    task.confirmed = true; // what follows may fail: it is kept
  }
  await load(task.at + 1);
}

async function previous() {
  if (!task || task.at === 0) return tell("This is the first frame.");
  await load(task.at - 1);
}

function zoom() {
  const points = [...frame.heads, ...(frame.heads.some(isSaid) ? [] : task.proposal || [])]
    .flat().filter((point) => point && "x" in point);
  const xs = points.map((point) => point.x), ys = points.map((point) => point.y);
  const middle = points.length
    ? [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]
    : pointer || [task.size[0] / 2, task.size[1] / 2];
  const extent = points.length ? Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) : 0;
  zoomed = zoomed ? null : { middle, side: Math.max(40, 2.2 * extent, Math.min(...task.size) / 5) };
  draw();
}

function tell(words, isGood = false) {
  at("message").textContent = words;
  at("message").className = isGood ? "good" : "";
}

function asked() {
  if (!task) return "";
  if (task.finished) return "Nothing is left for you at the moment";
  if (frame.presence) return frame.presence === "absent" ? "No head here?" : "Cannot say?";
  if (frame.point < 3) return `Click the ${NAMES[frame.point]}${frame.isHidden ? " (hidden)" : ""}`;
  return "Enter confirms";
}

function showWords() {
  at("asks").textContent = asked();
  const isShown = Boolean(task && !task.finished);
  at("place").textContent = isShown ? `frame ${task.at + 1}${task.confirmed ? drafts.has(task.at) ? ", changed" : ", confirmed" : ""}` : "";
  at("why").textContent = isShown ? task.why : "";
  at("proposal").hidden = !(isShown && task.proposal?.length && !frame.took && !frame.heads.some(isSaid) && !frame.presence);
  at("points").replaceChildren(...(isShown && !frame.presence ? frame.heads.flatMap((head, animal) =>
    NAMES.map((name, place) => {
      const row = document.createElement("li");
      const said = head[place] ? head[place].state.replace("_", " ") : "–";
      row.textContent = `${frame.heads.length > 1 ? `animal ${animal + 1}, ` : ""}${name}: ${said}`;
      row.className = animal === frame.head && place === frame.point ? "here" : "";
      return row;
    })) : []));
}

function showProgress(progress) {
  at("who").textContent = progress.who;
  const lines = [progress.told, ...progress.by.map(([name, count]) => `${name}: ${count} labelled`),
    ...(progress.gold ? [`You: ${progress.gold}`] : [])];
  at("progress").replaceChildren(...lines.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
}

const choose = (point) => () => change(() => { frame.point = point; });
const KEYS = [
  ["Enter", ["Enter", " ", "ArrowRight", "n"], "confirm, and next frame", () => alone(next)],
  ["←", ["ArrowLeft", "p"], "previous frame", () => alone(previous)],
  ["a", ["a"], "no head here (absent)", only("absent")],
  ["s", ["s"], "cannot say", only("undecided")],
  ["v", ["v"], "point is not visible", () => frame.point < 3 && change(() => say({ state: "not_visible" }))],
  ["h", ["h"], "hidden, I place it all the same", hide],
  ["m", ["m"], "one more animal", another],
  ["u", ["u", "Backspace"], "undo", undo],
  ...NAMES.map((name, point) => [`${point + 1}`, [`${point + 1}`], `${name} anew`, choose(point)]),
  ["z", ["z"], "near the head, and back", zoom],
  ["c", ["c"], "contrast", () => { contrast = (contrast + 1) % 3; draw(); tell(`contrast: ${CONTRASTS[contrast]}`, true); }],
  ["y", ["y"], "take the proposal over", takeProposal],
];

document.onkeydown = (event) => {
  if (event.ctrlKey && event.key === "z") { undo(); event.preventDefault(); return; }
  const key = KEYS.find(([, names]) => names.includes(event.key));
  if (!key || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  press(key[3]);
};
function press(work) {
  const isStep = work === KEYS[0][3] || work === KEYS[1][3];
  if (isStep || (task && !task.finished && !isBusy)) work();
}
at("keys").replaceChildren(...KEYS.map(([cap, , words, work]) => {
  const row = document.createElement("tr"), key = row.insertCell(), does = row.insertCell();
  key.append(Object.assign(document.createElement("kbd"), { textContent: cap }));
  does.textContent = words;
  row.className = "key";
  row.onclick = () => press(work);
  return row;
}));
at("frame").onclick = (event) => { if (task && !task.finished && !isBusy) place(event); };
at("frame").onmousemove = (event) => { if (seen) pointer = toImage(event); };
window.onresize = draw;
window.onbeforeunload = (event) => { if (drafts.size) event.preventDefault(); };
setInterval(() => { ask("progress").then(showProgress).catch(() => {}); }, 10000);
alone(() => load(null));
