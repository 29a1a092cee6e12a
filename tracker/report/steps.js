"use strict";
// A frame's steps side by side: see tracker/report/steps_page.py for the data. marks.js draws keypoints.
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const state = { place: 0, zoom: true };
const pictures = new Map();
const blue = "#2e86ab", green = "#3fbf5f", red = "#e4572e", yellow = "#f2c14e";

function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  const place = data.frames.findIndex((frame) => String(frame.number) === words.get("frame"));
  state.place = Math.max(0, place);
  state.zoom = !words.has("whole");
}

function show() {
  const words = new URLSearchParams({ frame: data.frames[state.place].number });
  if (!state.zoom) words.set("whole", "1");
  history.replaceState(null, "", `#${words}`);
  at("list").replaceChildren(...data.frames.map((frame, place) => {
    const row = document.createElement("button");
    row.textContent = frame.title;
    row.className = place === state.place ? "here" : "";
    row.onclick = () => { state.place = place; show(); };
    return row;
  }));
  const here = at("list").querySelector(".here");
  at("list").scrollTop = Math.max(0, here.offsetTop - at("list").offsetTop - 200);
  draw();
}

function picture(source) {
  if (!source) return null;
  if (!pictures.has(source)) {
    const image = new Image();
    image.onload = draw;
    image.src = source;
    pictures.set(source, image);
  }
  const image = pictures.get(source);
  return image.complete && image.naturalWidth ? image : null;
}

function view(frame) {
  const [width, height] = frame.size;
  const points = [...frame.chosen, frame.center, frame.expected, frame.truth, frame.estimate,
    ...frame.candidates.flatMap((one) => one.points)].filter(Boolean)
    .filter(([x, y]) => x >= 0 && y >= 0 && x < width && y < height);
  if (!state.zoom || !points.length) return [0, 0, width, height];
  const xs = points.map((point) => point[0]), ys = points.map((point) => point[1]);
  const middle = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
  const wide = Math.max(120, 1.4 * (Math.max(...xs) - Math.min(...xs)), 1.86 * (Math.max(...ys) - Math.min(...ys)));
  return [middle[0] - wide / 2, middle[1] - wide * 0.375, wide, wide * 0.75];
}

function draw() {
  const frame = data.frames[state.place];
  const seen = view(frame);
  data.steps.forEach((name, step) => {
    const canvas = at(`step${step}`), pen = canvas.getContext("2d");
    const scale = Math.min(canvas.width / seen[2], canvas.height / seen[3]);
    const place = ([x, y]) => [(x + 0.5 - seen[0]) * scale, (y + 0.5 - seen[1]) * scale];
    pen.fillStyle = "#888";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const image = picture(frame.picture), corner = place([-0.5, -0.5]);
    if (image) pen.drawImage(image, ...corner, frame.size[0] * scale, frame.size[1] * scale);
    marked[step](pen, frame, place, scale);
    at(`box${step}`).className = frame.suspect === step ? "step wrong" : "step";
    at(`words${step}`).textContent = frame.words[step];
  });
  at("verdict").textContent = frame.verdict;
}

const marked = [
  () => {},
  (pen, frame, place, scale) => {
    const map = frame.heat && picture(frame.heat.picture);
    if (!map) return;
    const [x, y, width, height] = frame.heat.box;
    pen.drawImage(map, ...place([x, y]), width * scale, height * scale);
  },
  (pen, frame, place) => frame.candidates.forEach((one, rank) => {
    pen.globalAlpha = rank ? 0.6 : 1;
    marks(pen, one.points, place, rank ? yellow : red, 6);
    pen.globalAlpha = 1;
  }),
  (pen, frame, place) => {
    ring(pen, frame.expected, place, blue, 16);
    marks(pen, frame.chosen, place, red, 6);
    ring(pen, frame.truth, place, green, 5);
  },
  (pen, frame, place) => {
    ring(pen, frame.truth, place, green, 5);
    ring(pen, frame.estimate, place, red, 9);
    arrow(pen, frame.estimate, frame.foreseen, place, red);
  },
  (pen, frame, place) => {
    ring(pen, frame.estimate, place, red, 9);
    ring(pen, frame.center, place, blue, 16);
    arrow(pen, frame.center, frame.asked, place, yellow);
    arrow(pen, frame.center, frame.sent, place, blue);
  },
];

function ring(pen, point, place, color, size) {
  if (!point) return;
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(...place(point), size, 0, 7);
  pen.stroke();
}

function arrow(pen, from, to, place, color) {
  if (!from || !to) return;
  const [x, y] = place(from), [endX, endY] = place(to);
  const angle = Math.atan2(endY - y, endX - x);
  pen.strokeStyle = color;
  pen.lineWidth = 2.5;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(endX, endY);
  for (const turn of [2.6, -2.6]) {
    pen.moveTo(endX, endY);
    pen.lineTo(endX + 9 * Math.cos(angle + turn), endY + 9 * Math.sin(angle + turn));
  }
  pen.stroke();
}

document.onkeydown = (event) => {
  const by = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
  if (by) state.place = Math.min(Math.max(0, state.place + by), data.frames.length - 1);
  else if (event.key === "z") state.zoom = !state.zoom;
  else return;
  show();
  event.preventDefault();
};
window.onhashchange = () => { recall(); show(); };
recall();
show();
