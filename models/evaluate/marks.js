"use strict";
// Keypoints on a canvas: circle for the nose, cross for the metacorpus, square for the bulb.
function marks(pen, points, place, color, size) {
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  const there = points.filter(Boolean).map(place);
  pen.beginPath();
  there.forEach(([x, y], number) => (number ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
  points.forEach((point, kind) => {
    if (!point) return;
    const [x, y] = place(point);
    pen.beginPath();
    if (kind === 0) pen.arc(x, y, size, 0, 7);
    else if (kind === 1) { pen.moveTo(x - size, y); pen.lineTo(x + size, y); pen.moveTo(x, y - size); pen.lineTo(x, y + size); }
    else pen.rect(x - size, y - size, 2 * size, 2 * size);
    pen.stroke();
  });
}
