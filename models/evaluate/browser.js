"use strict";
// The page's frames, worst first: see models/evaluate/browser.py for the data it is given. What
// draws keypoints is in marks.js.
const data = JSON.parse(document.getElementById("data").textContent);
const colors = ["#e4572e", "#2e86ab", "#8f5db7", "#17a398", "#b8860b", "#5c5c5c"];
const at = (id) => document.getElementById(id);
const state = { model: 0, frame: 0, stratum: "", outcome: "", zoom: false, off: new Set() };
const wrong = new Map(JSON.parse(localStorage.getItem(data.key) || "null") ?? data.wrong);
const pictures = new Map();
let order = [];

const layers = ["picture", "consensus", ...data.annotators.map((who) => `says ${who}`),
  ...data.models.map((name) => `model ${name}`),
  ...data.models.filter((_, number) => data.heats[number]).map((name) => `heat ${name}`), "all candidates"];
const hidden = layers.filter((name) => name.startsWith("heat "));  // until they are asked for

function colorOf(layer) {
  const model = data.models.findIndex((name) => layer === `model ${name}`);
  const who = data.annotators.findIndex((name) => layer === `says ${name}`);
  if (layer === "consensus") return "#3fbf5f";
  return model >= 0 ? colors[model % colors.length] : who >= 0 ? colors[(who + 3) % colors.length] : "";
}

function badness(frame) {
  const judged = frame.by[state.model];
  const rank = { missed: 40, "false alarm": 30, "somewhere else": 20, "head and tail confused": 10 };
  return (rank[judged.outcome] || 0) + (judged.lengths ?? 0);
}

function sort() {
  const chosen = data.frames.map((_, place) => place).filter((place) => {
    const frame = data.frames[place];
    return (!state.stratum || frame.strata.includes(state.stratum))
      && (!state.outcome || frame.by[state.model].outcome === state.outcome);
  });
  order = chosen.sort((a, b) => badness(data.frames[b]) - badness(data.frames[a]) || a - b);
  if (!order.includes(state.frame)) state.frame = order[0] ?? -1;
}

function remember() {
  const words = new URLSearchParams({ frame: state.frame, model: state.model });
  if (state.stratum) words.set("stratum", state.stratum);
  if (state.outcome) words.set("outcome", state.outcome);
  if (state.zoom) words.set("zoom", "1");
  words.set("off", [...state.off].join("|"));
  history.replaceState(null, "", `#${words}`);
}

function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  const number = (name, most) => Math.min(Math.max(0, Number(words.get(name)) || 0), most);
  state.frame = words.has("frame") ? number("frame", data.frames.length - 1) : -1;
  state.model = number("model", data.models.length - 1);
  state.stratum = words.get("stratum") || "";
  state.outcome = words.get("outcome") || "";
  state.zoom = words.has("zoom");
  const off = words.has("off") ? words.get("off").split("|") : hidden;
  state.off = new Set(off.filter((name) => layers.includes(name)));
}

function show() {
  sort();
  remember();
  drawList();
  drawPlot();
  drawFrame();
  at("model").value = state.model;
  at("stratum").value = state.stratum;
  at("outcome").value = state.outcome;
}

function drawList() {
  const list = at("list");
  list.replaceChildren(...order.map((place) => {
    const frame = data.frames[place], judged = frame.by[state.model];
    const row = document.createElement("button");
    const error = judged.px === null ? "" : ` ${judged.px.toFixed(1)} px`;
    row.textContent = `${wrong.has(place) ? "✎ " : ""}${frame.name}: ${judged.outcome}${error}`;
    row.className = place === state.frame ? "here" : "";
    row.onclick = () => { state.frame = place; show(); };
    return row;
  }));
  const here = list.querySelector(".here");  // scrollIntoView would move the whole page
  if (here) list.scrollTop = Math.max(0, here.offsetTop - list.offsetTop - list.clientHeight / 2);
  at("count").textContent = `${order.length} of ${data.frames.length} frames`;
}

function drawPlot() {
  const canvas = at("plot"), pen = canvas.getContext("2d");
  const most = Math.max(0.5, ...order.map((place) => data.frames[place].by[state.model].lengths ?? 0));
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#68717a";
  pen.font = "12px system-ui";
  pen.fillText(`error (head lengths, to ${most.toFixed(1)}) of each frame, worst first`, 6, 14);
  order.forEach((place, rank) => {
    const judged = data.frames[place].by[state.model];
    const x = 8 + (rank + 0.5) * (canvas.width - 16) / Math.max(1, order.length);
    const good = judged.outcome === "found" || judged.outcome === "rightly empty";
    const share = (judged.lengths ?? (good ? 0 : most)) / most;
    const y = canvas.height - 8 - share * (canvas.height - 34);
    pen.fillStyle = place === state.frame ? "#23282d" : good ? "#3d8b5f" : "#c03a4e";
    pen.beginPath();
    pen.arc(x, y, place === state.frame ? 6 : 3.5, 0, 7);
    pen.fill();
  });
}

function view(frame) {
  const points = [...frame.truth.flat(), ...(frame.by[state.model].candidates[0]?.points ?? [])]
    .filter(Boolean);
  if (!state.zoom || !points.length) return { left: 0, top: 0, width: frame.size[0], height: frame.size[1] };
  const xs = points.map((point) => point[0]), ys = points.map((point) => point[1]);
  const side = Math.max(60, 2.2 * Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)));
  const left = (Math.max(...xs) + Math.min(...xs) - side) / 2, top = (Math.max(...ys) + Math.min(...ys) - side) / 2;
  return { left, top, width: side, height: side };
}

function drawFrame() {
  const frame = data.frames[state.frame];
  const canvas = at("frame"), pen = canvas.getContext("2d");
  if (!frame) { pen.clearRect(0, 0, canvas.width, canvas.height); at("told").textContent = ""; return; }
  const seen = view(frame);
  const scale = Math.min(900 / seen.width, 620 / seen.height);
  canvas.width = Math.round(seen.width * scale);
  canvas.height = Math.round(seen.height * scale);
  pen.fillStyle = "#888";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const place = (point) => [(point[0] + 0.5 - seen.left) * scale, (point[1] + 0.5 - seen.top) * scale];
  const image = picture(frame.picture);
  if (image && !state.off.has("picture")) {
    const shrunk = image.naturalWidth / frame.size[0];
    pen.drawImage(image, seen.left * shrunk, seen.top * shrunk, seen.width * shrunk,
      seen.height * shrunk, 0, 0, canvas.width, canvas.height);
  }
  data.models.forEach((name, number) => {
    const heat = frame.by[number].heat, map = heat && picture(heat.picture);
    if (!map || state.off.has(`heat ${name}`)) return;
    const [x, y, width, height] = heat.box;
    pen.drawImage(map, ...place([x, y]), width * scale, height * scale);
  });
  if (!state.off.has("consensus")) frame.truth.forEach((head) => marks(pen, head, place, colorOf("consensus"), 7));
  data.annotators.forEach((who) => {
    if (state.off.has(`says ${who}`)) return;
    frame.said.filter((said) => said.who === who)
      .forEach((said) => marks(pen, said.points, place, colorOf(`says ${who}`), 4));
  });
  data.models.forEach((name, number) => {
    if (state.off.has(`model ${name}`)) return;
    const few = state.off.has("all candidates") ? 1 : 4;
    frame.by[number].candidates.slice(0, few).forEach((candidate, rank) => {
      pen.globalAlpha = rank ? 0.45 : 1;
      marks(pen, candidate.points, place, colorOf(`model ${name}`), 6);
      pen.globalAlpha = 1;
    });
  });
  tell(frame);
}

function picture(source) {
  if (!source) return null;
  if (!pictures.has(source)) {
    const image = new Image();
    image.onload = drawFrame;
    image.src = source;
    pictures.set(source, image);
  }
  const image = pictures.get(source);
  return image.complete && image.naturalWidth ? image : null;
}

function tell(frame) {
  const rows = frame.by.map((judged, number) => {
    const error = judged.px === null ? "" : `, ${judged.px.toFixed(1)} px (${(100 * judged.lengths).toFixed(0)} % of the head)`;
    const expected = judged.candidates[0]?.expected == null ? "" : `, expected ${judged.candidates[0].expected.toFixed(1)} px`;
    return `${data.models[number]}: ${judged.outcome}${error}, confidence ${judged.confidence.toFixed(2)}${expected}`;
  });
  const why = wrong.get(state.frame);
  at("told").textContent = [frame.name, frame.strata.filter(Boolean).join(", "), ...rows,
    ...(why === undefined ? [] : [`marked for a second look: ${why || "label is wrong"}`])].join("\n");
}

function step(by) {
  const rank = order.indexOf(state.frame);
  state.frame = order[Math.min(Math.max(0, rank + by), order.length - 1)] ?? -1;
  show();
}

function markWrong() {
  if (!data.frames[state.frame]) return;
  if (wrong.has(state.frame)) wrong.delete(state.frame);
  else wrong.set(state.frame, at("why").value.trim());
  localStorage.setItem(data.key, JSON.stringify([...wrong]));
  show();
}

function saveWorklist() {
  const cell = (text) => `"${String(text).replaceAll('"', '""')}"`;
  const rows = [...wrong].map(([place, why]) => {
    const frame = data.frames[place];
    const who = [...new Set(frame.said.map((said) => said.who))].join(" ");
    return [cell(frame.file), frame.index, "0", cell(why || "label is wrong"), "", "", cell(who)].join(",");
  });
  download([data.worklist, ...rows, ""].join("\n"), "text/csv", "worklist.csv");
}

function savePage() {  // as it is, with what was marked
  data.wrong = [...wrong];
  at("data").textContent = JSON.stringify(data).replaceAll("<", "\\u003c");
  download(`<!doctype html>${document.documentElement.outerHTML}`, "text/html", "evaluation.html");
}

function download(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
}

function options(id, words, all) {
  at(id).replaceChildren(...[...(all ? [["", all]] : []), ...words].map(([value, text]) => {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    return option;
  }));
}

options("model", data.models.map((name, number) => [number, name]), "");
options("stratum", data.strata.map((name) => [name, name]), "all frames");
options("outcome", data.outcomes.map((name) => [name, name]), "all outcomes");
at("model").onchange = (event) => { state.model = Number(event.target.value); show(); };
at("stratum").onchange = (event) => { state.stratum = event.target.value; show(); };
at("outcome").onchange = (event) => { state.outcome = event.target.value; show(); };
at("wrong").onclick = markWrong;
at("save").onclick = saveWorklist;
at("keep").onclick = savePage;
at("layers").replaceChildren(...layers.map((name, number) => {
  const label = document.createElement("label"), box = document.createElement("input");
  box.type = "checkbox";
  box.onchange = () => { state.off[box.checked ? "delete" : "add"](name); show(); };
  label.append(box, ` ${number < 9 ? `${number + 1} ` : ""}${name}`);
  label.dataset.layer = name;
  label.style.borderBottom = `3px solid ${colorOf(name) || "transparent"}`;
  return label;
}));
function tick() {
  document.querySelectorAll("#layers label").forEach((label) => {
    label.firstChild.checked = !state.off.has(label.dataset.layer);
  });
}
at("plot").onclick = (event) => {
  const box = at("plot").getBoundingClientRect();
  const share = (event.clientX - box.left - 8) / (box.width - 16);
  state.frame = order[Math.min(Math.max(0, Math.floor(share * order.length)), order.length - 1)] ?? -1;
  show();
};
document.onkeydown = (event) => {
  if (event.target.tagName === "INPUT" && event.target.type === "text") return;
  const number = Number(event.key);
  if (event.key === "ArrowRight" || event.key === "j") step(1);
  else if (event.key === "ArrowLeft" || event.key === "k") step(-1);
  else if (event.key === "z") { state.zoom = !state.zoom; show(); }
  else if (event.key === "w") markWrong();
  else if (number >= 1 && number <= layers.length) {
    const name = layers[number - 1];
    state.off[state.off.has(name) ? "delete" : "add"](name);
    show();
    tick();
  } else return;
  event.preventDefault();
};
window.onhashchange = () => { recall(); show(); tick(); };
recall();
show();
tick();
