// <conv-explorer>: shows an operator at work. See state.js for its attributes.

import { flat, matrix, run, sampledPlace, unflat } from "./arithmetic.js";
import { LIBRARIES, program } from "./code.js";
import { showSettings } from "./controls.js";
import { Grid, make } from "./grid.js";
import { grids, links } from "./links.js";
import { OPERATORS } from "./operators.js";
import { drawable, drawMatrix, rowAt, scrollToRow } from "./picture.js";
import { Refused } from "./sizes.js";
import { limited, operandsFor, read, usual, write } from "./state.js";
import { STYLE } from "./style.js";
import { calculation, number, sizeFormula, uses } from "./words.js";

const PAUSE = 900; // milliseconds between two steps
const TALL = 500; // pixels that the cells of one grid should not exceed
const SNAP = 4; // a sampling point moves in steps of 1 / SNAP pixel
const SIGNS = { conv: "⋆", separable: "⋆", transposed: "⋆ᵀ", max: "max", avg: "mean", deform: "⋆" };
const ROLES = { input: "input", weight: "weight", pointwise: "weight", middle: "output", output: "output" };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const FRAME = `
<div class="card">
  <div class="part head">
    <select aria-label="operator"></select>
    <div class="right">
      <button type="button" data-do="splitAxes" aria-pressed="false" title="set rows and columns apart">rows ≠ columns</button>
      <button type="button" data-do="link">Copy link</button>
      <button type="button" data-do="reset">Reset</button>
    </div>
  </div>
  <div class="part settings"></div>
  <div class="part stage"></div>
  <div class="part transport">
    <button type="button" data-do="back">Back</button>
    <button type="button" data-do="play" class="play">Play</button>
    <button type="button" data-do="step">Step</button>
    <button type="button" data-do="straighten" hidden>Zero offsets</button>
    <span class="where"></span>
  </div>
  <div class="part sums"></div>
  <p class="unseen" aria-live="polite"></p>
  <dl class="part size"></dl>
  <details class="part matrix" style="padding: 0">
    <summary>The matrix of this setting</summary>
    <div class="inside"><p class="note"></p><div class="scroll" role="group" aria-label="the matrix" tabindex="0"><canvas role="img"></canvas></div></div>
  </details>
  <details class="part code" style="padding: 0">
    <summary>The code for this setting: NumPy, PyTorch, Paddle</summary>
    <div class="inside">
      <div class="tabs"><div role="tablist" aria-label="library"></div><button type="button" class="copy" data-do="copy">Copy</button></div>
      <pre role="tabpanel" tabindex="0"></pre>
    </div>
  </details>
</div>`;

export class ConvExplorer extends HTMLElement {
    connectedCallback() {
        if (!this.shadowRoot) this.build();
        this.watch = new AbortController();
        const { signal } = this.watch;
        window.addEventListener("hashchange", () => this.readAddress(), { signal });
        this.sizes = new ResizeObserver(() => this.fit());
        this.sizes.observe(this);
        this.looks = new MutationObserver(() => this.dress());
        for (const element of [document.documentElement, document.body]) {
            this.looks.observe(element, { attributes: true });
        }
        const scheme = matchMedia("(prefers-color-scheme: dark)");
        scheme.addEventListener("change", () => this.dress(), { signal });
        this.dress();
        if (!this.readAddress()) this.setState(this.preset());
    }

    disconnectedCallback() {
        this.stop();
        this.watch.abort();
        this.sizes.disconnect();
        this.looks.disconnect();
    }

    // The parts of the page ------------------------------------------------------------

    build() {
        const root = this.attachShadow({ mode: "open" });
        root.innerHTML = `<style>${STYLE}</style>${FRAME}`;
        const find = (selector) => root.querySelector(selector);
        this.parts = Object.fromEntries(
            ["select", "settings", "stage", "where", "sums", "unseen", "size", "matrix", "code"].map((name) => [
                name,
                find(name === "select" ? name : `.${name}`),
            ]),
        );
        for (const [name, { title }] of Object.entries(OPERATORS)) this.parts.select.append(new Option(title, name));
        this.parts.select.addEventListener("change", () => this.setOperator(this.parts.select.value));
        for (const button of root.querySelectorAll("[data-do]")) {
            button.addEventListener("click", () => this[button.dataset.do](button));
        }
        find('[data-do="link"]').hidden = this.hasAttribute("detached");
        this.parts.matrix.addEventListener("toggle", () => this.showMatrix());
        this.buildTabs();
        this.buildCanvas(find("canvas"));
        this.makeGrids();
    }

    makeGrids() {
        this.grids = {};
        for (const name of ["input", "weight", "middle", "pointwise", "output"]) {
            const editable = ["input", "weight", "pointwise"].includes(name);
            this.grids[name] = new Grid(name, ROLES[name], {
                choose: (index) => this.choose(name, index),
                hover: (index) => this.hover(index === null ? null : { grid: name, index }),
                ...(editable && { edit: (index, value) => this.edit(name, index, value) }),
            });
        }
    }

    buildTabs() {
        const list = this.parts.code.querySelector('[role="tablist"]');
        list.style.cssText = "display: flex; gap: 0.4rem;";
        for (const [library, title] of Object.entries(LIBRARIES)) {
            const tab = list.appendChild(make("button", "", title));
            Object.assign(tab, { type: "button", id: `tab-${library}` });
            tab.setAttribute("role", "tab");
            tab.addEventListener("click", () => this.showCode(library));
            tab.addEventListener("keydown", (event) => {
                const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
                if (!by) return;
                const names = Object.keys(LIBRARIES);
                this.showCode(names.at((names.indexOf(library) + by) % names.length));
                list.querySelector('[aria-selected="true"]').focus();
            });
        }
        this.library = "numpy";
    }

    buildCanvas(canvas) {
        this.canvas = canvas;
        canvas.addEventListener("click", (event) => {
            const row = rowAt(canvas, event);
            if (this.stages && row < this.stages.at(-1).output.values.length) this.choose("output", row);
        });
    }

    // State ----------------------------------------------------------------------------

    preset() {
        return new URLSearchParams([...this.attributes].map(({ name, value }) => [name, value])).toString();
    }

    get prefix() {
        return `#${this.id || "explorer"}?`;
    }

    // The whole state as text, as it stands in the address.
    get state() {
        return write(this);
    }

    setState(text) {
        Object.assign(this, read(new URLSearchParams(text)));
        this.apart = Object.values(this.setting).some((value) => Array.isArray(value) && value[0] !== value[1]);
        this.update();
    }

    readAddress() {
        if (this.hasAttribute("detached") || !location.hash.startsWith(this.prefix)) return false;
        const text = location.hash.slice(this.prefix.length);
        if (text !== this.written) {
            this.setState(text);
            this.scrollIntoView({ block: "start" });
        }
        return true;
    }

    writeAddress() {
        if (this.hasAttribute("detached")) return;
        this.written = this.state;
        history.replaceState(history.state, "", this.prefix + this.written);
    }

    // What the reader changes ------------------------------------------------------------

    setOperator(operator) {
        this.setting = usual(operator);
        this.operands = operandsFor(this.setting);
        this.chosen = { grid: "output", index: 0 };
        this.update();
        this.writeAddress();
    }

    change(name, value) {
        const kept = Array.isArray(value) ? value.map((one) => limited(name, one)) : value;
        this.setting = { ...this.setting, [name]: typeof value === "number" ? limited(name, value) : kept };
        if (this.setting.operator === "depthwise" && name === "in_channels") {
            this.setting.out_channels = this.setting.groups = this.setting.in_channels;
        }
        this.operands = operandsFor(this.setting, this.operands);
        this.update();
        this.writeAddress();
    }

    edit(name, index, value) {
        this.operands[name][index] = value;
        this.update();
        this.writeAddress();
    }

    choose(grid, index) {
        this.hovered = null;
        this.chosen = { grid, index };
        this.mark();
        this.say();
        this.writeAddress();
    }

    hover(cell) {
        if (this.timer || !this.stages) return;
        this.hovered = cell;
        this.mark();
    }

    // Buttons ------------------------------------------------------------------------------

    // Show one stepper for each axis, or make both axes equal again.
    splitAxes() {
        this.apart = !this.apart;
        if (!this.apart) {
            for (const [name, value] of Object.entries(this.setting)) {
                if (Array.isArray(value)) this.setting[name] = [value[0], value[0]];
            }
            this.operands = operandsFor(this.setting, this.operands);
            this.writeAddress();
        }
        this.update();
    }

    step() {
        this.move(1);
    }

    back() {
        this.move(-1);
    }

    move(by) {
        const many = this.stages.at(-1).output.values.length;
        const at = this.chosen.grid === "output" ? this.chosen.index + by : 0;
        this.choose("output", (at + many) % many);
        this.grids.output.scrollTo(this.chosen.index);
        const read = this.stages[0].terms[this.chosen.index]?.find((term) => term.i >= 0);
        if (read) this.grids.input.scrollTo(read.i);
    }

    play() {
        if (this.timer) return this.stop();
        this.hovered = null;
        this.timer = setInterval(() => {
            const last = this.stages.at(-1).output.values.length - 1;
            if (this.chosen.grid === "output" && this.chosen.index === last) this.stop();
            else this.step();
        }, PAUSE);
        const { grid, index } = this.chosen;
        if (grid !== "output" || index === this.stages.at(-1).output.values.length - 1) this.choose("output", 0);
        this.showTransport();
    }

    stop() {
        clearInterval(this.timer);
        this.timer = null;
        this.showTransport();
    }

    reset() {
        this.stop();
        this.setState(this.preset());
        if (!this.hasAttribute("detached")) history.replaceState(history.state, "", location.pathname + location.search);
        this.written = null;
    }

    straighten() {
        this.operands.offset.fill(0);
        this.update();
        this.writeAddress();
    }

    link(button) {
        this.writeAddress();
        this.copyText(location.href, button);
    }

    copy(button) {
        this.copyText(this.parts.code.querySelector("pre").textContent, button);
    }

    async copyText(text, button) {
        const title = (button.dataset.title ??= button.textContent);
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = "Copied";
        } catch {
            button.textContent = "Press Ctrl+C";
            const range = getSelection();
            range.selectAllChildren(this.parts.code.querySelector("pre"));
        }
        this.parts.unseen.textContent = button.textContent;
        setTimeout(() => (button.textContent = title), 1600);
    }

    // Showing ------------------------------------------------------------------------------

    // Run the setting and show everything; a refusal takes the place of the output.
    update() {
        const { setting, operands } = this;
        this.stages = null;
        this.refusal = null;
        try {
            this.stages = run(setting, operands);
        } catch (error) {
            if (!(error instanceof Refused)) throw error;
            this.refusal = error;
            this.stop();
        }
        this.keepChoice();
        this.parts.select.value = setting.operator;
        const show = (selector) => this.shadowRoot.querySelector(selector);
        show('[data-do="straighten"]').hidden = setting.operator !== "deformable";
        show('[data-do="splitAxes"]').setAttribute("aria-pressed", String(this.apart));
        showSettings(this.parts.settings, setting, this.apart, (name, value) => this.change(name, value));
        this.showStage();
        this.showTransport();
        this.showSize();
        this.matrix = null;
        this.showMatrix();
        this.showCode(this.library);
        this.fit();
        this.parts.sums.style.minHeight = "";
        this.mark();
        this.say();
    }

    // A chosen cell that is no longer there gives way to the first output number.
    keepChoice() {
        const { grid, index } = this.chosen;
        const tensor = this.tensor(grid);
        if (!tensor || index >= tensor.values.length) this.chosen = { grid: "output", index: 0 };
        this.hovered = null;
    }

    tensor(name) {
        for (const [k, names] of grids(this.stages ?? []).entries()) {
            for (const part of ["input", "weight", "output"]) {
                if (names[part] === name) return this.stages?.[k]?.[part];
            }
        }
        return null;
    }

    showStage() {
        const { operator } = this.setting;
        const { kind } = OPERATORS[operator];
        const { shapes } = this.operands;
        const [first] = this.stages ?? [];
        this.grids.weight.inputFirst = operator === "transposed";
        const ring = first?.ring ?? [0, 0, 0, 0];
        const operand = (name) => ({ shape: shapes[name], values: this.operands[name] });
        const border = kind === "max" ? "−∞" : "0";
        this.grids.input.show(operand("input"), { ring, border });
        const shown = [this.grids.input.element, sign(SIGNS[kind])];
        if (shapes.weight && !shapes.weight.includes(0)) {
            this.grids.weight.show(operand("weight"));
            shown.push(this.grids.weight.element, sign("="));
        }
        if (kind === "separable" && this.stages) {
            this.grids.middle.show(first.output);
            this.grids.pointwise.show(operand("pointwise"));
            shown.push(this.grids.middle.element, sign("⋆"), this.grids.pointwise.element, sign("="));
        }
        if (kind === "max" || kind === "avg") shown.splice(1, 1, sign("→", SIGNS[kind]));
        if (this.stages) this.grids.output.show(this.stages.at(-1).output);
        shown.push(this.stages ? this.grids.output.element : refusalBox(this.refusal));
        const { stage } = this.parts;
        const same = shown.every((element, n) => element.className === "sign" || stage.children[n] === element);
        if (!same || shown.length !== stage.children.length || !this.stages) stage.replaceChildren(...shown);
        this.showPoints();
    }

    showTransport() {
        const { where } = this.parts;
        const buttons = this.shadowRoot.querySelectorAll(".transport button");
        for (const button of buttons) {
            button.disabled = !this.stages;
            if (button.dataset.do === "play") button.textContent = this.timer ? "Stop" : "Play";
        }
        if (!this.stages) where.textContent = "refused";
    }

    // Cells, points, sums and the row of the matrix for what is hovered, else for what is chosen.
    mark() {
        if (!this.stages) {
            for (const name of ["input", "weight"]) if (this.grids[name].shape) this.grids[name].mark(new Set());
            this.parts.sums.replaceChildren();
            return;
        }
        const { grid, index } = this.hovered ?? this.chosen;
        const found = links(this.stages, grid, index);
        const largest = this.stages[0].kind === "max" && grid === "output" ? this.winner(index) : -1;
        for (const [name, cells] of Object.entries(found)) {
            if (name === "padding") continue;
            const chosen = name === grid ? index : -1;
            this.grids[name]?.mark(cells, found.padding, chosen, name === "input" ? largest : -1);
        }
        if (!this.hovered) this.grids[grid].setActive(index);
        this.showWhere(grid, index);
        this.showSums(grid, index);
        this.showPoints();
        this.drawMatrix();
    }

    winner(index) {
        return this.stages[0].terms[index].find((term) => term.factor)?.i ?? -1;
    }

    showWhere(grid, index) {
        const many = this.tensor(grid).values.length;
        this.parts.where.textContent = `${grid} ${index + 1} of ${many}`;
    }

    sums(grid, index) {
        const names = grids(this.stages);
        const k = names.findIndex((name) => name.output === grid);
        if (k >= 0) return calculation(this.stages[k], index, names[k]);
        const user = names.findIndex((name) => name.weight === grid || name.input === grid);
        return uses(this.stages[user], names[user], grid, index);
    }

    showSums(grid, index) {
        const { sums } = this.parts;
        sums.replaceChildren(
            ...this.sums(grid, index).map((line) => {
                const paragraph = make("p");
                for (const [text, role] of line) paragraph.append(make("span", role, text));
                return paragraph;
            }),
        );
        // The place keeps the height of the longest sum so far, so that nothing below it jumps.
        const high = Math.max(parseFloat(sums.style.minHeight) || 0, sums.offsetHeight);
        if (!this.hovered || this.hovered.grid === "output") sums.style.minHeight = `${high}px`;
    }

    // What a screen reader says about the chosen cell.
    say() {
        const { unseen } = this.parts;
        if (this.refusal) {
            unseen.textContent = `${this.refusal.kind}: ${this.refusal.message}`;
            return;
        }
        if (this.timer) return;
        const lines = this.sums(this.chosen.grid, this.chosen.index);
        const text = lines.map((line) => line.map(([piece]) => piece).join("")).join("; ");
        unseen.textContent = text.replaceAll("·", " times ").replaceAll("−", "minus ");
    }

    showSize() {
        const sides = this.stages?.at(-1).output.shape.slice(1);
        const { letters, numbers } = sizeFormula(this.setting, sides);
        const { size } = this.parts;
        size.replaceChildren(make("dt", "", "output size"), make("dd", "", letters));
        const titles = numbers.length === 1 ? ["with numbers"] : ["rows", "columns"];
        numbers.forEach((text, n) => size.append(make("dt", "", titles[n]), make("dd", "", text)));
    }

    // The matrix ---------------------------------------------------------------------------

    showMatrix() {
        if (!this.parts.matrix.open) return;
        const note = this.parts.matrix.querySelector(".note");
        this.canvas.hidden = true;
        if (!this.stages) {
            note.textContent = "A refused setting has no matrix.";
            return;
        }
        const [rows, columns] = [this.stages.at(-1).output.values.length, this.stages[0].input.values.length];
        note.textContent = matrixNote(this.setting, rows, columns);
        if (!drawable(rows, columns)) return;
        this.matrix = matrix(this.stages);
        this.canvas.hidden = false;
        this.drawMatrix();
    }

    drawMatrix() {
        if (!this.matrix || !this.parts.matrix.open) return;
        const { grid, index } = this.hovered ?? this.chosen;
        const row = grid === "output" ? index : -1;
        const column = grid === "input" ? index : -1;
        const look = getComputedStyle(this);
        const colour = (name) => look.getPropertyValue(`--${name}`).trim();
        const room = this.canvas.parentElement.clientWidth - 4;
        drawMatrix(this.canvas, this.matrix, { row, column }, room, {
            input: colour("input"),
            fill: colour("weight-fill"),
            mark: colour("weight-mark"),
            output: colour("output"),
            line: colour("line"),
            ink: colour("ink"),
            muted: colour("muted"),
        });
        if (row >= 0 && !this.hovered) scrollToRow(this.canvas, row);
        const size = `${this.matrix.length} rows and ${this.matrix[0].length} columns`;
        this.canvas.setAttribute("aria-label", `Matrix of ${size}. ${this.rowInWords(row)}`);
    }

    rowInWords(row) {
        if (row < 0) return "Choose an output number to mark its row.";
        const entries = [...this.matrix[row]].flatMap((value, n) => (value ? [`${number(value)} in column ${n}`] : []));
        return `Row ${row} has ${entries.join(", ") || "zeros only"}.`;
    }

    // The code -----------------------------------------------------------------------------

    showCode(library) {
        this.library = library;
        for (const tab of this.parts.code.querySelectorAll('[role="tab"]')) {
            const isChosen = tab.id === `tab-${library}`;
            tab.setAttribute("aria-selected", String(isChosen));
            tab.tabIndex = isChosen ? 0 : -1;
        }
        const pre = this.parts.code.querySelector("pre");
        pre.setAttribute("aria-labelledby", `tab-${library}`);
        const lines = program(library, this.setting, this.operands).split("\n");
        pre.replaceChildren(
            ...lines.flatMap((line, n) => [n ? "\n" : "", line.startsWith("#") ? make("span", "comment", line) : line]),
        );
    }

    // Sampling points ------------------------------------------------------------------------

    // The places that the shown output number reads, as points that can be dragged.
    showPoints() {
        const isShown = this.stages?.[0].kind === "deform";
        const { grid, index } = this.hovered ?? this.chosen;
        for (const surface of this.grids.input.planes.querySelectorAll(".surface")) {
            if (isShown && grid === "output") this.placePoints(surface, index);
            else surface.querySelectorAll(".point").forEach((point) => point.remove());
        }
    }

    placePoints(surface, index) {
        const { high, wide, ring } = this.grids.input;
        const { shape } = this.stages[0].output;
        const [, y, x] = unflat(shape, index);
        const taps = this.setting.kernel_size[0] * this.setting.kernel_size[1];
        const points = [...surface.querySelectorAll(".point")];
        points.slice(taps).forEach((point) => point.remove());
        for (let tap = 0; tap < taps; tap += 1) {
            const point = points[tap] ?? surface.appendChild(this.makePoint(tap));
            const [row, col] = sampledPlace(this.setting, this.operands.offset, shape.slice(1), tap, y, x);
            point.style.left = `${(col + ring[1] + 0.5) * (wide - 1) + 0.5}px`;
            point.style.top = `${(row + ring[0] + 0.5) * (high - 1) + 0.5}px`;
            const place = `row ${number(row, 2)}, column ${number(col, 2)}`;
            point.setAttribute("aria-label", `sampling point ${tap} at ${place}; arrow keys move it`);
        }
    }

    makePoint(tap) {
        const point = make("button", "point");
        point.type = "button";
        point.addEventListener("keydown", (event) => {
            if (!(event.key in ARROWS)) return;
            event.preventDefault();
            const [down, right] = ARROWS[event.key];
            this.shiftPoint(tap, down / SNAP, right / SNAP);
            this.writeAddress();
        });
        point.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            point.focus();
            point.setPointerCapture(event.pointerId);
        });
        point.addEventListener("pointermove", (event) => {
            if (point.hasPointerCapture(event.pointerId)) this.dragPoint(tap, point, event);
        });
        point.addEventListener("pointerup", () => this.writeAddress());
        return point;
    }

    dragPoint(tap, point, event) {
        const box = point.parentElement.getBoundingClientRect();
        const { high, wide, ring } = this.grids.input;
        const [row, col] = this.pointPlace(tap);
        const snap = (value) => Math.round(value * SNAP) / SNAP;
        const toRow = snap((event.clientY - box.top) / (high - 1) - ring[0] - 0.5);
        const toCol = snap((event.clientX - box.left) / (wide - 1) - ring[1] - 0.5);
        if (toRow !== row || toCol !== col) this.shiftPoint(tap, toRow - row, toCol - col);
    }

    pointPlace(tap) {
        const { shape } = this.stages[0].output;
        const [, y, x] = unflat(shape, this.chosen.index);
        return sampledPlace(this.setting, this.operands.offset, shape.slice(1), tap, y, x);
    }

    // Move a point, but not beyond the drawn ring.
    shiftPoint(tap, down, right) {
        const { shape } = this.stages[0].output;
        const [, y, x] = unflat(shape, this.chosen.index);
        const { ring } = this.grids.input;
        const [height, width] = this.setting.size;
        const [row, col] = this.pointPlace(tap);
        const within = (value, least, most) => Math.min(Math.max(value, least), most);
        const by = [
            within(row + down, -ring[0], height - 1 + ring[2]) - row,
            within(col + right, -ring[1], width - 1 + ring[3]) - col,
        ];
        for (const axis of [0, 1]) {
            this.operands.offset[flat(this.operands.shapes.offset, [2 * tap + axis, y, x])] += by[axis];
        }
        this.update();
    }

    // Look and size --------------------------------------------------------------------------

    // Follow the page: the book's theme, JupyterLab's, Colab's, else the reader's system.
    dress() {
        const root = document.documentElement;
        const said = root.dataset.theme ?? root.getAttribute("theme") ?? document.body.dataset.jpThemeLight;
        const dark = said === undefined || said === null ? matchMedia("(prefers-color-scheme: dark)").matches : ["dark", "false"].includes(said);
        const look = dark ? "dark" : "light";
        if (this.dataset.look === look) return;
        this.dataset.look = look;
        this.drawMatrix();
    }

    // Choose the side of a cell: everything in one line if it can be read, else below each other.
    fit() {
        const shown = [...this.parts.stage.children];
        const tensors = Object.values(this.grids).filter((grid) => shown.includes(grid.element));
        const box = getComputedStyle(this.parts.stage);
        const room = this.parts.stage.clientWidth - parseFloat(box.paddingLeft) - parseFloat(box.paddingRight);
        if (room <= 0 || !tensors.length) return;
        for (const grid of tensors) if (grid.isList) grid.stand(1);
        const spare = shown.length * 26 + 40;
        const total = (cell) => tensors.reduce((sum, grid) => sum + grid.columns() * grid.widthFor(cell) + 12 * grid.across, spare);
        let cell = 44;
        const isWide = room > 600;
        const tallest = Math.max(...tensors.map((grid) => grid.lines()));
        while (cell > 24 && tallest * cell > TALL) cell -= 1;
        while (cell > (isWide ? 21 : 26) && total(cell) > room) cell -= 1;
        if (total(cell) > room) {
            const widest = (grid) => Math.floor((room - 12 * grid.across) / grid.columns());
            cell = Math.max(20, Math.min(isWide ? 25 : 34, ...tensors.map(widest)));
            for (const grid of tensors) grid.spread(room, cell);
        }
        for (const grid of tensors) grid.resize(cell);
        this.showPoints();
        this.drawMatrix();
    }
}

function sign(text, below = "") {
    const element = make("div", "sign", text);
    element.setAttribute("aria-hidden", "true");
    if (below) element.append(make("small", "", below));
    return element;
}

function refusalBox({ kind, message }) {
    const box = make("div", "refusal");
    box.append(make("b", "", "Refused"), make("code", "", `${kind}: ${message}`));
    return box;
}

function matrixNote({ operator }, rows, columns) {
    const size = `${rows} × ${columns}: one row for each output number, one column for each input number.`;
    const more = {
        max_pool: " Which pixel wins depends on the input, so this matrix holds for these numbers only.",
        deformable: " It depends on the offsets.",
        transposed: " It is the transpose of the matrix of a convolution.",
    }[operator];
    const tooLarge = drawable(rows, columns) ? "" : " Too large to draw.";
    return size + (more ?? "") + tooLarge;
}

if (!customElements.get("conv-explorer")) customElements.define("conv-explorer", ConvExplorer);
