// The grid of people: a table with a button in each cell, and in each button a mark for each person.
const KINDS = ["raised it", "may have raised it", "did not raise it"];
const SIDE = 14;
const ACROSS = 12;

function mark(kind, x, y, number) {
  const svg = (name, values) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(values).forEach(([key, value]) => node.setAttribute(key, value));
    return node;
  };
  const group = svg("g", { class: `plr-mark plr-kind-${kind}`, "data-number": number });
  group.append(svg("circle", { cx: x, cy: y, r: 5, class: "plr-ring" }));
  if (kind === 0) group.append(svg("circle", { cx: x, cy: y, r: 5, class: "plr-full" }));
  if (kind === 1) group.append(svg("path", { d: `M ${x} ${y - 5} A 5 5 0 0 0 ${x} ${y + 5} Z`, class: "plr-full" }));
  return group;
}

function marks(counts) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", Math.max(1, Math.min(total, ACROSS)) * SIDE);
  svg.setAttribute("height", Math.max(1, Math.ceil(total / ACROSS)) * SIDE);
  svg.setAttribute("aria-hidden", "true");
  let number = 0;
  counts.forEach((n, kind) => {
    for (let i = 0; i < n; i += 1, number += 1) {
      const [x, y] = [(number % ACROSS) * SIDE + SIDE / 2, Math.floor(number / ACROSS) * SIDE + SIDE / 2];
      svg.append(mark(kind, x, y, number));
    }
  });
  return svg;
}

function cell(model, code, group, drawn) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.code = code;
  button.dataset.group = group;
  button.setAttribute("aria-label", `${drawn.says}. Show the excerpts.`);
  button.title = "Show the excerpts behind it";
  button.append(marks(drawn.marks), Object.assign(document.createElement("span"), { textContent: drawn.text }));
  button.addEventListener("click", (event) => {
    const hit = event.target.closest(".plr-mark");
    model.set("chosen", { code, group, number: hit ? Number(hit.dataset.number) : -1, click: Date.now() });
    model.save_changes();
  });
  return button;
}

function draw(model, root) {
  const grid = model.get("grid");
  const node = (name, text, scope) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };
  root.replaceChildren();
  if (!grid.rows) return;
  const table = node("table");
  table.append(node("caption", grid.title));
  const head = node("tr");
  head.append(node("th", grid.what, "col"), ...grid.columns.map((column) => node("th", column.label, "col")));
  table.createTHead().append(head);
  const body = table.createTBody();
  grid.rows.forEach((row) => {
    const line = node("tr");
    line.append(node("th", row.label, "row"));
    grid.columns.forEach((column) => {
      const data = node("td");
      data.append(cell(model, row.key, column.key, grid.cells[row.key][column.key]));
      line.append(data);
    });
    body.append(line);
  });
  const key = node("p");
  key.className = "plr-key";
  KINDS.forEach((kind, i) => {
    const entry = node("span");
    entry.append(marks([0, 1, 2].map((j) => (i === j ? 1 : 0))), node("span", kind));
    key.append(entry);
  });
  root.append(table, key);
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "plr-grid";
  el.append(root);
  const busy = () => root.setAttribute("aria-busy", String(model.get("busy")));
  const chosen = () => {
    const { code, group } = model.get("chosen");
    root.querySelectorAll("button").forEach((button) => {
      const pressed = button.dataset.code === code && button.dataset.group === group;
      button.setAttribute("aria-pressed", String(pressed));
    });
  };
  const all = () => { draw(model, root); chosen(); };
  model.on("change:grid", all);
  model.on("change:busy", busy);
  model.on("change:chosen", chosen);
  all();
  busy();
}

export default { render };
