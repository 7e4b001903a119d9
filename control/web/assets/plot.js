// Lines over time. The figures stand in an attribute as JSON, and in a table for those who do not see the picture.
import uPlot from "uplot";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function draw(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "1";
  const given = JSON.parse(box.dataset.plot);
  const language = document.documentElement.lang;
  const short = new Intl.NumberFormat(language, { notation: "compact" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const ink = colour("--color-base-content");
  const axis = { stroke: ink, grid: { stroke: colour("--color-base-300"), width: 1 }, ticks: { show: false } };
  const lines = ["--color-primary", "--color-accent", "--color-secondary", "--color-warning"].map(colour);
  const plot = new uPlot(
    {
      width: box.clientWidth,
      height: Number(box.dataset.height || 180),
      legend: { show: given.series.length > 1 },
      cursor: { y: false },
      axes: [
        { ...axis, values: (_, times) => times.map((time) => day.format(time * 1000)) },
        { ...axis, size: 56, values: (_, values) => values.map((value) => short.format(value)) },
      ],
      series: [
        {},
        ...given.series.map((one, n) => ({
          label: one.label,
          stroke: lines[n % lines.length],
          width: 2,
          fill: given.series.length === 1 ? `color-mix(in oklab, ${lines[0]} 12%, transparent)` : undefined,
          points: { show: false },
        })),
      ],
    },
    [given.times, ...given.series.map((one) => one.values)],
    box,
  );
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: plot.height })).observe(box);
}
