// The chart of records done by day, with the deadline and what is expected until then.
import uPlot from "/packages/uplot/dist/uPlot.esm.js";

const HEIGHT = 272;
const DAY = 86400;

function ink(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function seconds(day) { return Date.parse(`${day}T00:00:00Z`) / 1000; }

function dayAndMonth(stamp) {
  const [, month, day] = new Date(stamp * 1000).toISOString().slice(0, 10).split("-");
  return `${day}/${month}`;
}

function shown(value) { return value === null || value === undefined ? "–" : value.toLocaleString("vi-VN"); }

// Days to the deadline follow those that were counted; the expected line leads from today to it.
function table(found) {
  const days = found.days.map(seconds);
  const done = [...found.done];
  const ahead = done.map(() => null);
  if (found.due && found.expected !== null && seconds(found.due) > days.at(-1)) {
    ahead[ahead.length - 1] = done.at(-1);
    days.push(seconds(found.due));
    done.push(null);
    ahead.push(found.expected);
  }
  return [days, done, ahead];
}

function deadline(found, words) {
  if (!found.due) { return []; }
  const at = seconds(found.due);
  return [(chart) => {
    const x = Math.round(chart.valToPos(at, "x", true));
    const { left, top, width, height } = chart.bbox;
    if (x < left || x > left + width) { return; }
    const { ctx } = chart;
    ctx.save();
    ctx.strokeStyle = ink("--red");
    ctx.fillStyle = ink("--red");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.textAlign = "right";
    ctx.fillText(words.due, x - 6 * devicePixelRatio, top + 14 * devicePixelRatio);
    ctx.restore();
  }];
}

function options(box, found) {
  const words = box.dataset;
  const axis = { stroke: ink("--soft"), grid: { stroke: ink("--line"), width: 1 }, ticks: { stroke: ink("--line") } };
  const last = Math.max(seconds(found.days.at(-1)), found.due ? seconds(found.due) : 0);
  return {
    width: box.clientWidth,
    height: HEIGHT,
    tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "Etc/UTC"),
    scales: {
      x: { time: true, range: [seconds(found.days[0]), last + DAY] },
      y: { range: [0, Math.max(found.total * 1.05, 1)] },
    },
    axes: [
      { ...axis, values: (_, stamps) => stamps.map((stamp) => dayAndMonth(stamp)) },
      { ...axis, size: 70, values: (_, values) => values.map(shown) },
    ],
    series: [
      { label: words.day, value: (_, stamp) => (stamp ? dayAndMonth(stamp) : "–") },
      { label: words.done, stroke: ink("--blue"), width: 2, value: (_, value) => shown(value) },
      { label: words.ahead, stroke: ink("--amber"), width: 2, dash: [8, 5], value: (_, value) => shown(value) },
    ],
    hooks: { draw: deadline(found, words) },
  };
}

async function draw(box) {
  const answer = await fetch(box.dataset.series, { headers: { Accept: "application/json" } });
  if (!answer.ok) { throw new Error(String(answer.status)); }
  const found = await answer.json();
  let chart = new uPlot(options(box, found), table(found), box);
  const again = () => {
    chart.destroy();
    chart = new uPlot(options(box, found), table(found), box);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth !== width) { width = box.clientWidth; chart.setSize({ width, height: HEIGHT }); }
  }).observe(box);
}

for (const box of document.querySelectorAll("[data-series]")) {
  draw(box).catch(() => { box.textContent = box.dataset.failed; box.classList.add("failed"); });
}
