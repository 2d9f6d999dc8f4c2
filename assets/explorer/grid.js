// One tensor on the page: a board of cells for each of its planes.

import { flat, unflat } from "./arithmetic.js";
import { cellName, number } from "./words.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
    // `on` has the functions choose(index), hover(index or null), and for operands edit(index, value).
    constructor(name, role, on) {
        Object.assign(this, { name, role, on, cells: [], rings: new Map(), active: 0 });
        this.element = make("div", "tensor");
        this.title = this.element.appendChild(make("p", `title ${role}`));
        this.planes = this.element.appendChild(make("div", "planes"));
        this.listen();
    }

    listen() {
        const indexOf = (event) => event.target.closest?.("[data-n]")?.dataset.n;
        const { planes, on } = this;
        planes.addEventListener("pointerover", (event) => {
            if (event.pointerType === "mouse") on.hover(toNumber(indexOf(event)));
        });
        planes.addEventListener("pointerleave", () => on.hover(null));
        planes.addEventListener("focusin", (event) => {
            if (event.target.matches(".cell")) this.activate(Number(indexOf(event)));
        });
        planes.addEventListener("click", (event) => {
            const n = toNumber(indexOf(event));
            if (n === null || event.target.matches("input")) return;
            if (this.chosen === n && this.wasChosen) this.edit(n);
            this.wasChosen = true;
        });
        planes.addEventListener("pointerdown", (event) => {
            this.wasChosen = this.chosen === toNumber(indexOf(event));
        });
        planes.addEventListener("keydown", (event) => this.key(event));
    }

    activate(n) {
        this.setActive(n);
        this.on.choose(n);
    }

    setActive(n) {
        this.cells[this.active]?.setAttribute("tabindex", "-1");
        this.active = n in this.cells ? n : 0;
        this.cells[this.active]?.setAttribute("tabindex", "0");
    }

    key(event) {
        if (!event.target.matches(".cell") || event.ctrlKey || event.metaKey || event.altKey) return;
        const n = Number(event.target.dataset.n);
        if (event.key in ARROWS) this.focus(this.neighbour(n, ARROWS[event.key]));
        else if (event.key === "Home") this.focus(this.edge(n, 0));
        else if (event.key === "End") this.focus(this.edge(n, this.shape.at(-1) - 1));
        else if (this.on.edit && ["Enter", "F2", "Backspace", "Delete"].includes(event.key)) this.edit(n);
        else if (this.on.edit && /^[-\d.]$/.test(event.key)) this.edit(n, event.key);
        else return;
        event.preventDefault();
    }

    // The next cell in a direction; below the last row comes the next plane.
    neighbour(n, [down, right]) {
        const width = this.shape.at(-1);
        const col = (n % width) + right;
        const next = n + down * width + right;
        return col >= 0 && col < width && next in this.cells ? next : n;
    }

    edge(n, col) {
        return n - (n % this.shape.at(-1)) + col;
    }

    focus(n) {
        this.cells[n]?.focus();
    }

    edit(n, text) {
        if (!this.on.edit) return;
        const cell = this.cells[n];
        const field = make("input");
        field.value = text ?? String(this.values[n]);
        field.setAttribute("aria-label", `new value of ${cellName(this.name, this.shape, n)}`);
        field.autocomplete = "off";
        let open = true;
        const close = (keep, focus) => {
            if (!open) return;
            open = false;
            const value = Number(field.value.trim().replace("−", "-").replace(",", "."));
            const good = keep && field.value.trim() !== "" && Number.isFinite(value);
            cell.textContent = number(this.values[n], 2);
            if (good) this.on.edit(n, value);
            if (focus) cell.focus();
        };
        field.addEventListener("keydown", (event) => {
            event.stopPropagation();
            if (event.key === "Enter") close(true, true);
            if (event.key === "Escape") close(false, true);
        });
        field.addEventListener("blur", () => close(true, false));
        cell.replaceChildren(field);
        field.focus();
        if (text === undefined) field.select();
    }

    // Show a tensor; cells that are there already are used again.
    show({ shape, values }, { ring = [0, 0, 0, 0], border = "0" } = {}) {
        const layout = JSON.stringify([shape, ring, border]);
        this.values = values;
        if (layout !== this.layout) this.build(shape, ring, border);
        this.layout = layout;
        this.title.innerHTML = `${this.name} <small>${shape.slice(-2).join(" × ")}</small>`;
        const texts = values.map((value) => number(value, 2));
        this.letters = Math.max(...texts.map((text) => text.length));
        this.cells.forEach((cell, n) => {
            if (cell.textContent !== texts[n]) cell.textContent = texts[n];
            // Screen readers hear where a cell is before its value.
            const [row, col] = unflat(shape, n).slice(-2);
            cell.setAttribute("aria-label", `row ${row}, column ${col}: ${texts[n]}`);
        });
    }

    build(shape, ring, border) {
        Object.assign(this, { shape, ring, cells: [], rings: new Map() });
        const leading = shape.slice(0, -2);
        const many = leading.reduce((a, b) => a * b, 1);
        // Filters stand side by side, with the kernels of their channels below each other.
        this.isList = leading.length === 1 || leading[1] === 1;
        const byRows = this.isList || this.inputFirst;
        this.many = many;
        this.stand(this.isList ? 1 : leading[this.inputFirst ? 1 : 0]);
        this.planes.style.gridAutoFlow = byRows ? "row" : "column";
        this.planes.style.gridTemplateRows = byRows ? "" : `repeat(${leading[1]}, auto)`;
        this.planes.replaceChildren();
        for (let plane = 0; plane < many; plane += 1) {
            const at = unflat(leading, plane);
            const box = this.planes.appendChild(make("div", "plane"));
            const index = many > 1 ? `[${at.join(", ")}]` : "";
            if (index) box.appendChild(make("div", "name", index));
            const surface = box.appendChild(make("div", "surface"));
            surface.append(this.board(this.name + index, at, shape, ring, border));
        }
        this.setActive(Math.min(this.active, this.cells.length - 1));
    }

    board(name, at, shape, [above, left, below, right], border) {
        const [height, width] = shape.slice(-2);
        const board = make("div", `board ${this.role}`);
        board.setAttribute("role", "grid");
        board.setAttribute("aria-label", `${name}, ${height} rows and ${width} columns`);
        for (let row = -above; row < height + below; row += 1) {
            const line = board.appendChild(make("div", "row"));
            if (row >= 0 && row < height) line.setAttribute("role", "row");
            else line.setAttribute("aria-hidden", "true");
            for (let col = -left; col < width + right; col += 1) {
                const inside = row >= 0 && row < height && col >= 0 && col < width;
                line.append(inside ? this.cell(flat(shape, [...at, row, col])) : this.pad(at, row, col, border));
            }
        }
        return board;
    }

    cell(n) {
        const cell = make("div", "cell");
        cell.dataset.n = n;
        cell.setAttribute("role", "gridcell");
        cell.setAttribute("tabindex", "-1");
        this.cells[n] = cell;
        return cell;
    }

    pad(at, row, col, border) {
        const cell = make("div", "cell pad");
        cell.setAttribute("aria-hidden", "true");
        cell.textContent = border;
        this.rings.set([...at, row, col].join(","), cell);
        return cell;
    }

    mark(found, padding, chosen, largest = -1) {
        this.chosen = chosen;
        this.cells.forEach((cell, n) => {
            cell.classList.toggle("marked", found.has(n));
            cell.classList.toggle("chosen", n === chosen);
            cell.classList.toggle("largest", n === largest);
            cell.setAttribute("aria-selected", String(found.has(n)));
        });
        for (const [place, cell] of this.rings) cell.classList.toggle("marked", padding?.has(place) ?? false);
    }

    // Let so many planes stand side by side.
    stand(across) {
        this.across = across;
        this.planes.style.gridTemplateColumns = `repeat(${across}, max-content)`;
    }

    // Planes that may stand anywhere fill the room.
    spread(room, cell) {
        if (!this.isList) return;
        const wide = (this.shape.at(-1) + this.ring[1] + this.ring[3]) * this.widthFor(cell) + 12;
        this.stand(Math.max(1, Math.min(this.many, Math.floor(room / wide))));
    }

    // Columns of cells from the left to the right, over all planes.
    columns() {
        return this.across * (this.shape.at(-1) + this.ring[1] + this.ring[3]);
    }

    // Lines of cells from the top to the bottom, over all planes.
    lines() {
        return (this.many / this.across) * (this.shape.at(-2) + this.ring[0] + this.ring[2]);
    }

    // Cells are square unless a number is too long.
    resize(cell) {
        const wide = this.widthFor(cell);
        const text = Math.min(cell * 0.46, (wide - 5) / (this.letters * 0.6));
        this.planes.style.setProperty("--wide", `${wide}px`);
        this.planes.style.setProperty("--cell", `${cell}px`);
        this.planes.style.setProperty("--text", `${Math.max(text, 8).toFixed(1)}px`);
        Object.assign(this, { high: cell, wide });
    }

    widthFor(cell) {
        return Math.max(cell, Math.ceil(this.letters * Math.min(11, cell * 0.46) * 0.6 + 6));
    }

    scrollTo(n) {
        const [cell, box] = [this.cells[n], this.planes];
        if (!cell || (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth)) return;
        const [inner, outer] = [cell.getBoundingClientRect(), box.getBoundingClientRect()];
        if (inner.bottom > outer.bottom || inner.top < outer.top) box.scrollTop += inner.top - outer.top - outer.height / 2;
        if (inner.right > outer.right || inner.left < outer.left) box.scrollLeft += inner.left - outer.left - outer.width / 2;
    }
}

const toNumber = (text) => (text === undefined ? null : Number(text));

export function make(tag, className = "", text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
}
