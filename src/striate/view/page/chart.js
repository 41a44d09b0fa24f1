// The legend of a chart gives the values under the pointer, or where the arrow keys stand.
for (const chart of document.querySelectorAll(".chart")) {
  const stops = /** @type {SVGGElement[]} */ ([...chart.querySelectorAll(".stop")]);
  const outputs = [...chart.querySelectorAll(".legend output")];
  const plot = /** @type {HTMLElement} */ (chart.querySelector(".plot"));
  const last = outputs.map((output) => output.textContent);
  let now = stops.length - 1;

  /** @param {number} index */
  const show = (index) => {
    stops[now].classList.remove("now");
    now = Math.min(Math.max(index, 0), stops.length - 1);
    stops[now].classList.add("now");
    const { values = "", at = "" } = stops[now].dataset;
    for (const [place, text] of [...values.split("\t"), at].entries()) outputs[place].textContent = text;
    plot.setAttribute("aria-valuenow", at);
    plot.setAttribute("aria-valuetext", stops[now].querySelector("title")?.textContent ?? "");
  };
  const rest = () => {
    stops[now].classList.remove("now");
    for (const [place, text] of last.entries()) outputs[place].textContent = text;
  };

  for (const [index, stop] of stops.entries()) {
    stop.addEventListener("pointerenter", () => show(index));
  }
  plot.addEventListener("pointerleave", rest);
  plot.addEventListener("blur", rest);

  // for the keyboard and for screen readers the chart is a slider along its positions
  plot.tabIndex = 0;
  plot.setAttribute("role", "slider");
  plot.setAttribute("aria-label", plot.firstElementChild?.getAttribute("aria-label") ?? "");
  plot.setAttribute("aria-valuemin", stops[0].dataset.at ?? "");
  plot.setAttribute("aria-valuemax", stops[stops.length - 1].dataset.at ?? "");
  plot.addEventListener("focus", () => show(now));
  /** @type {Record<string, () => number>} */
  const moves = {
    ArrowLeft: () => now - 1,
    ArrowDown: () => now - 1,
    ArrowRight: () => now + 1,
    ArrowUp: () => now + 1,
    Home: () => 0,
    End: () => stops.length - 1,
  };
  plot.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    show(move());
  });
}
