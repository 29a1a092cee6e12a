"use strict";
// Draws the frame that label_page.js holds, its marks and a model's proposal.
const COLORS = ["#4fd1ff", "#ffb84d", "#8fe07a", "#ff7eb6"];

function view() {
  const room = document.querySelector("main").getBoundingClientRect();
  const [width, height] = zoomed ? [zoomed.side * room.width / room.height, zoomed.side] : task.size;
  const [left, top] = zoomed
    ? [zoomed.middle[0] + 0.5 - width / 2, zoomed.middle[1] + 0.5 - height / 2] : [0, 0];
  return { left, top, width, height, scale: Math.min(room.width / width, room.height / height) };
}

const toScreen = (point) => [(point.x + 0.5 - seen.left) * seen.scale, (point.y + 0.5 - seen.top) * seen.scale];
function toImage(event) { // pixel centres lie at whole numbers
  const box = at("frame").getBoundingClientRect();
  return [(event.clientX - box.left) / seen.scale + seen.left - 0.5, (event.clientY - box.top) / seen.scale + seen.top - 0.5];
}

function shade() { // the picture in the contrast chosen, made once
  if (contrast === 0) return image;
  if (!shades.has(contrast)) {
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height), grey = pixels.data;
    const sorted = Uint8Array.from({ length: grey.length / 4 }, (_, place) => grey[4 * place]).sort();
    const low = sorted[Math.floor(0.005 * sorted.length)], high = Math.max(low + 1, sorted[Math.floor(0.995 * sorted.length)]);
    for (let place = 0; place < grey.length; place += 4) {
      const share = Math.min(1, Math.max(0, (grey[place] - low) / (high - low)));
      grey[place] = grey[place + 1] = grey[place + 2] = 255 * (contrast === 1 ? share : Math.sqrt(share));
    }
    pen.putImageData(pixels, 0, 0);
    shades.set(contrast, canvas);
  }
  return shades.get(contrast);
}

function draw() {
  showWords();
  const canvas = at("frame"), pen = canvas.getContext("2d");
  if (!task || task.finished) { canvas.width = canvas.height = 10; return; }
  seen = view();
  canvas.width = Math.round(seen.width * seen.scale);
  canvas.height = Math.round(seen.height * seen.scale);
  pen.imageSmoothingEnabled = seen.scale < 3;
  pen.drawImage(shade(), -seen.left * seen.scale, -seen.top * seen.scale, task.size[0] * seen.scale, task.size[1] * seen.scale);
  if (task.proposal && !frame.took && !frame.heads.some(isSaid) && !frame.presence) {
    for (const head of task.proposal) drawHead(pen, head, "#ffe14d", true, false);
  }
  frame.heads.forEach((head, place) => drawHead(pen, head, COLORS[place % COLORS.length], false, place === frame.head));
}

function drawHead(pen, head, color, isProposal, isChosen) {
  for (const [ink, thicker] of [["#000a", 2], [color, 0]]) drawMarks(pen, head, ink, thicker, isProposal, isChosen);
}

function drawMarks(pen, head, color, thicker, isProposal, isChosen) { // dark below, to be seen on any ground
  const placed = head.filter((point) => point && "x" in point).map(toScreen);
  pen.strokeStyle = color;
  pen.setLineDash(isProposal ? [5, 5] : []);
  pen.lineWidth = 1 + thicker;
  pen.beginPath();
  placed.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
  pen.lineWidth = (isChosen ? 2.5 : 1.5) + thicker;
  head.forEach((point, kind) => {
    if (!point || !("x" in point)) return;
    const [x, y] = toScreen(point), size = 7;
    pen.setLineDash(isProposal || point.state === "hidden" ? [3, 3] : []);
    pen.beginPath();
    if (kind === 0) pen.arc(x, y, size, 0, 7);
    else if (kind === 1) { pen.moveTo(x - size, y); pen.lineTo(x + size, y); pen.moveTo(x, y - size); pen.lineTo(x, y + size); }
    else pen.rect(x - size, y - size, 2 * size, 2 * size);
    pen.stroke();
  });
}
