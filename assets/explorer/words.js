// Numbers, formulas and calculations as text. A calculation is a list of lines; a line is a list
// of pieces [text, role], with the role of the grid that the number comes from.

import { unflat } from "./arithmetic.js";
import { OPERATORS } from "./operators.js";
import { span } from "./sizes.js";

export const TIMES = "·";

// A number for a reader: a real minus sign, and no more decimals than asked for.
export function number(value, decimals = 3) {
    if (Math.abs(value) === Infinity) return value < 0 ? "−∞" : "∞";
    const rounded = Number(value.toFixed(decimals));
    return String(Object.is(rounded, -0) ? 0 : rounded).replace("-", "−");
}

// A number inside a sum or product: negative ones in brackets.
const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

// A cell as code names it; a single channel is not counted.
export function cellName(grid, shape, index) {
    const place = unflat(shape, index);
    const counted = shape.length === 4 ? place : place.slice(shape[0] === 1 ? 1 : 0);
    const short = shape.length === 4 && shape[0] === 1 && shape[1] === 1 ? place.slice(2) : counted;
    return `${grid}[${short.join(", ")}]`;
}

const join = (pieces, sign) => pieces.flatMap((piece, n) => (n ? [[sign, ""], ...piece] : piece));

function groupBy(list, key) {
    const groups = new Map();
    for (const item of list) {
        const name = key(item);
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push(item);
    }
    return [...groups.values()];
}

// How output number n of a stage is made.
export function calculation(stage, n, names) {
    const result = [[`${cellName(names.output, stage.output.shape, n)} = `, "output strong"]];
    const value = [number(stage.output.values[n], 4), "output strong"];
    const lines = { conv, transposed, avg, max, deform }[stage.kind](stage, stage.terms[n]);
    if (lines.total) result.push([`${lines.total} = `, "output strong"]);
    return [...lines.parts, [...result, value]];
}

const read = (stage, { i }) => [i < 0 ? "0" : factor(stage.input.values[i]), i < 0 ? "padding" : "input"];
const product = (stage, term) => [
    read(stage, term),
    [TIMES, ""],
    [factor(stage.weight.values[term.w]), "weight"],
];
const worth = (stage, { i, w, factor }) => (i < 0 ? 0 : factor * stage.input.values[i] * stage.weight.values[w]);
const sum = (values) => values.map((value, n) => (n ? factor(value) : number(value))).join(" + ");

function lineOfProducts(stage, terms) {
    const total = terms.reduce((before, term) => before + worth(stage, term), 0);
    const products = terms.map((term) => product(stage, term));
    return { total, pieces: [...join(products, " + "), [` = ${number(total, 4)}`, ""]] };
}

// One line for each row of the kernel and each channel.
function conv(stage, terms) {
    const lines = groupBy(terms, ({ c, row }) => `${c},${row}`).map((row) => lineOfProducts(stage, row));
    if (lines.length === 1) return { parts: [lines[0].pieces] };
    return { parts: lines.map((line) => line.pieces), total: sum(lines.map((line) => line.total)) };
}

// One line for each channel: few products meet in one place.
function transposed(stage, terms) {
    if (!terms.length) return { parts: [[["No input number reaches this place.", ""]]] };
    const lines = groupBy(terms, ({ c }) => c).map((row) => lineOfProducts(stage, row));
    if (lines.length === 1) return { parts: [lines[0].pieces] };
    return { parts: lines.map((line) => line.pieces), total: sum(lines.map((line) => line.total)) };
}

function avg(stage, terms) {
    const counted = terms.filter((term) => term.factor > 0);
    const total = counted.reduce((before, { i }) => before + (i < 0 ? 0 : stage.input.values[i]), 0);
    const pieces = join(counted.map((term) => [read(stage, term)]), " + ");
    const left = terms.length - counted.length;
    const parts = [[...pieces, [` = ${number(total, 4)}`, ""]]];
    if (left) parts.push([[`${left} of the ${terms.length} places do not count`, "note"]]);
    return { parts, total: `${number(total, 4)} / ${counted.length}` };
}

function max(stage, terms) {
    const inside = terms.filter((term) => term.i >= 0);
    if (!inside.length) return { parts: [[["The window sees nothing but padding.", ""]]] };
    const pieces = join(
        inside.map((term) => [[number(stage.input.values[term.i]), term.factor ? "input strong" : "input"]]),
        ", ",
    );
    return { parts: [[["the largest of ", ""], ...pieces]] };
}

// One line for each tap: what was sampled, and between which pixels.
function deform(stage, terms) {
    const lines = groupBy(terms, ({ w }) => w).map((corners) => {
        const sample = corners.reduce((s, { i, factor }) => s + (i < 0 ? 0 : factor * stage.input.values[i]), 0);
        const { w, at } = corners[0];
        const parts = corners.map((corner) =>
            corner.factor === 1 ? [read(stage, corner)] : [[`${number(corner.factor, 4)}${TIMES}`, ""], read(stage, corner)],
        );
        const weight = stage.weight.values[w];
        const pieces = [
            [`at (${number(at[0], 2)}, ${number(at[1], 2)}): `, "note"],
            ...(parts.length > 1 ? [["(", ""], ...join(parts, " + "), [")", ""]] : parts[0]),
            [TIMES, ""],
            [factor(weight), "weight"],
            [` = ${number(sample * weight, 4)}`, ""],
        ];
        return { pieces, total: sample * weight };
    });
    return { parts: lines.map((line) => line.pieces), total: sum(lines.map((line) => line.total)) };
}

// Where a number of the input or of the weight goes: one line for each product.
export function uses(stage, names, grid, index, most = 12) {
    const isWeight = grid === names.weight;
    const tensor = isWeight ? stage.weight : stage.input;
    const found = [];
    stage.terms.forEach((terms, n) => {
        for (const term of terms) if ((isWeight ? term.w : term.i) === index) found.push([term, n]);
    });
    const title = `${cellName(grid, tensor.shape, index)} = ${number(tensor.values[index])}`;
    const role = isWeight ? "weight strong" : "input strong";
    const head = [[title, role], [` ${goesInto(found.length)}`, ""]];
    const lines = found.slice(0, most).map(([term, n]) => useLine(stage, names, term, n));
    if (found.length > most) lines.push([[`and ${found.length - most} more`, "note"]]);
    return [head, ...lines];
}

function goesInto(times) {
    if (!times) return "is used nowhere.";
    return times === 1 ? "is used once:" : `is used ${times} times:`;
}

function useLine(stage, names, term, n) {
    const target = [`${cellName(names.output, stage.output.shape, n)} `, "output"];
    if (stage.kind === "max") {
        const verdict = term.factor ? "takes it: the largest of its window" : "has a larger number";
        return [target, [verdict, ""]];
    }
    if (stage.kind === "avg") return [target, [`gets ${number(worthOfMean(stage, term), 4)}`, ""]];
    const share = term.factor === 1 ? [] : [[`${number(term.factor, 4)}${TIMES}`, ""]];
    return [target, ["gets ", ""], ...share, ...product(stage, term), [` = ${number(worth(stage, term), 4)}`, ""]];
}

const worthOfMean = (stage, { i, factor }) => stage.input.values[i] * factor;

// The size formula with letters, and for each axis with its numbers.
export function sizeFormula(setting, sides) {
    const { kind } = OPERATORS[setting.operator];
    const texts = [0, 1].map((axis) => {
        const [n, k, s, p, d, extra] = ["size", "kernel_size", "stride", "padding", "dilation", "output_padding"].map(
            (name) => setting[name][axis],
        );
        const result = sides ? ` = ${sides[axis]}` : "";
        if (kind === "transposed") {
            return `(${n} − 1)${TIMES}${s} − 2${TIMES}${p} + ${d}${TIMES}(${k} − 1) + ${extra} + 1${result}`;
        }
        const [open, close] = setting.ceil_mode && isPool(kind) ? ["⌈", "⌉"] : ["⌊", "⌋"];
        const inner = `(${n} + 2${TIMES}${p} − ${d}${TIMES}(${k} − 1) − 1) / ${s}`;
        return `${open}${inner}${close} + 1${overhang(setting, axis, kind)}${result}`;
    });
    const same = texts[0] === texts[1];
    return { letters: letters(kind, setting), numbers: same ? [texts[0]] : texts };
}

const isPool = (kind) => kind === "max" || kind === "avg";

function letters(kind, { ceil_mode }) {
    if (kind === "transposed") return `(n − 1)${TIMES}s − 2p + d${TIMES}(k − 1) + output_padding + 1`;
    const [open, close] = ceil_mode && isPool(kind) ? ["⌈", "⌉"] : ["⌊", "⌋"];
    return `${open}(n + 2p − d${TIMES}(k − 1) − 1) / s${close} + 1`;
}

// With ceil_mode a window that would start beyond the image is dropped.
function overhang({ ceil_mode, size, kernel_size, stride, padding, dilation }, axis, kind) {
    if (!ceil_mode || !isPool(kind)) return "";
    const room = size[axis] + 2 * padding[axis] - span(kernel_size[axis], dilation[axis]);
    const last = Math.ceil(room / stride[axis]) * stride[axis];
    return last >= size[axis] + padding[axis] ? " − 1" : "";
}
