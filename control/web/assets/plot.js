// Lines over time. The figures stand in an attribute as JSON, and in a table for those who do not see the picture.
import uPlot from "uplot";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A value with its unit, as short as an axis needs it.
function inUnit(value, unit, short) {
  switch (unit) {
    case "percent":
      return `${short.format(value * 100)}\u00a0%`;
    case "bytes":
    case "bytes/s":
      return `${short.format(value)}B${unit.slice(5)}`;
    case "seconds":
      return Math.abs(value) < 1 ? `${short.format(value * 1000)}\u00a0ms` : `${short.format(value)}\u00a0s`;
    case "per_second":
      return `${short.format(value)}/s`;
    default:
      if (/^[A-Z]{3}$/.test(unit)) {
        return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: unit, notation: "compact" }).format(value);
      }
      return short.format(value);
  }
}

export function draw(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "1";
  const given = JSON.parse(box.dataset.plot);
  const language = document.documentElement.lang;
  const short = new Intl.NumberFormat(language, { notation: "compact" });
  const span = given.times.length ? given.times.at(-1) - given.times[0] : 0;
  // Months are days without a zone, and given as those of UTC.
  const timeZone = span > 200 * 86400 ? "UTC" : document.documentElement.dataset.zone || undefined;
  let parts = { hour: "2-digit", minute: "2-digit" };
  if (span > 2 * 86400) parts = { day: "numeric", month: "short" };
  if (span > 200 * 86400) parts = { month: "short", year: "2-digit" };
  const day = new Intl.DateTimeFormat(language, { ...parts, timeZone });
  const said = (value) => (value === null || value === undefined ? "" : inUnit(value, given.unit, short));
  const ink = colour("--color-base-content");
  const axis = { stroke: ink, grid: { stroke: colour("--color-base-300"), width: 1 }, ticks: { show: false } };
  const lines = ["--color-primary", "--color-accent", "--color-secondary", "--color-warning", "--color-error", "--color-success", "--color-info"].map(colour);
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: Number(box.dataset.height || 180),
      legend: { show: given.series.length > 1 },
      cursor: { y: false },
      scales: { y: { range: (_, low, high) => (low === null || low === high ? [0, high ? high * 2 : 1] : [Math.min(low, 0), high * 1.1]) } },
      axes: [
        { ...axis, space: 64, values: (_, times) => times.map((time) => day.format(time * 1000)) },
        { ...axis, size: 56, values: (_, values) => values.map(said) },
      ],
      series: [
        { label: "", value: (_, time) => (time ? new Date(time * 1000).toLocaleString(language, { timeZone }) : "") },
        ...given.series.map((one, n) => ({
          label: one.label,
          stroke: lines[n % lines.length],
          width: 2,
          value: (_, value) => said(value) || "–",
          fill: given.series.length === 1 ? `color-mix(in oklab, ${lines[0]} 12%, transparent)` : undefined,
          points: { show: false },
        })),
      ],
    },
    [given.times, ...given.series.map((one) => one.values)],
    box,
  );
  // The label is what tells a line from the others; its full name is shown by pointing at it.
  const names = plot.root.querySelectorAll(".u-legend .u-label");
  given.series.forEach((one, n) => {
    if (one.name && names[n + 1]) names[n + 1].title = one.name;
  });
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: plot.height })).observe(box);
}
