// The state of an explorer: its settings and operands, from text and back to text.
//
// The text is a list of names and values, as in `stride=2&input=1,0,1`: the attributes of the
// element, or the part of the address behind the #. What is left out has its usual value.

import { count, flat, outputSides, unflat } from "./arithmetic.js";
import { OPERATORS, SETTINGS, operandShapes } from "./operators.js";

// Numbers that nobody has chosen yet: small, mixed, and always the same at the same place.
const PATTERNS = {
    input: ([c, row, col]) => (3 * row + 5 * col + row * col + 2 * c + 1) % 6,
    weight: ([a, b, u, v]) => [1, 0, -1, 2, 1][(2 * a + 4 * b + 3 * u + v) % 5],
    pointwise: ([o, c]) => [1, -1, 2][(o + 2 * c) % 3],
    offset: ([channel, y, x]) => ((5 * channel + 3 * y + 2 * x) % 7) / 4 - 0.75,
};

// The usual settings of an operator.
export function usual(operator) {
    const own = OPERATORS[operator].start ?? {};
    const setting = { operator };
    for (const [name, { pair, start }] of Object.entries(SETTINGS)) {
        const value = own[name] ?? start;
        setting[name] = pair ? [value, value] : value;
    }
    return setting;
}

// Keep a number within what can be drawn. Sizes must be whole; the others may be refused later.
export function limited(name, value) {
    const { least, most } = SETTINGS[name];
    const kept = Math.min(Math.max(value, least), most);
    return least === 1 ? Math.round(kept) : kept;
}

// All operands for a setting. Numbers that are there already keep their places.
export function operandsFor(setting, before = {}) {
    const shapes = allShapes(setting);
    const operands = {};
    for (const [name, shape] of Object.entries(shapes)) {
        const old = before.shapes?.[name];
        const kept = (place) => old && place.every((at, axis) => at < old[axis]);
        operands[name] = Array.from({ length: count(shape) }, (_, n) => {
            const place = unflat(shape, n);
            return kept(place) ? before[name][flat(old, place)] : PATTERNS[name](place);
        });
    }
    Object.defineProperty(operands, "shapes", { value: shapes });
    return operands;
}

function allShapes(setting) {
    const shapes = operandShapes(setting);
    if (setting.operator !== "deformable") return shapes;
    const [height, width] = setting.kernel_size;
    return { ...shapes, offset: [2 * height * width, ...sidesOrNone(setting)] };
}

function sidesOrNone(setting) {
    try {
        return outputSides(setting);
    } catch {
        return [0, 0];
    }
}

// Read names and values. Unknown names and unreadable values are passed over.
export function read(entries) {
    const given = Object.fromEntries(entries);
    const operator = given.operator in OPERATORS ? given.operator : "convolution";
    const setting = usual(operator);
    for (const name of OPERATORS[operator].settings) {
        if (given[name] === undefined) continue;
        const value = readSetting(name, given[name]);
        if (value !== null) setting[name] = value;
    }
    const operands = operandsFor(setting);
    for (const [name, numbers] of Object.entries(operands)) {
        const read = readNumbers(given[name] ?? "");
        if (read.length === numbers.length && read.every(Number.isFinite)) operands[name].splice(0, Infinity, ...read);
    }
    return { setting, operands, chosen: readChosen(given.chosen) };
}

const readNumbers = (text) => text.trim().split(/[\s,;]+/).filter(Boolean).map(Number);

function readSetting(name, text) {
    const { pair, flag } = SETTINGS[name];
    if (flag) return !["false", "0", "no"].includes(text.toLowerCase());
    const numbers = readNumbers(text).map((value) => limited(name, value));
    if (!numbers.length || numbers.some(Number.isNaN)) return null;
    return pair ? [numbers[0], numbers[1] ?? numbers[0]] : numbers[0];
}

function readChosen(text) {
    const [, grid, index] = /^(\w+)\.(\d+)$/.exec(text ?? "") ?? [];
    return grid ? { grid, index: Number(index) } : { grid: "output", index: 0 };
}

// Write everything that differs from the usual.
export function write({ setting, operands, chosen }) {
    const parts = [["operator", setting.operator]];
    const start = usual(setting.operator);
    for (const name of OPERATORS[setting.operator].settings) {
        const [value, expected] = [writeSetting(setting[name]), writeSetting(start[name])];
        if (value !== expected) parts.push([name, value]);
    }
    const untouched = operandsFor(setting);
    for (const [name, numbers] of Object.entries(operands)) {
        if (numbers.some((value, n) => value !== untouched[name][n])) parts.push([name, numbers.join(",")]);
    }
    if (chosen.grid !== "output" || chosen.index) parts.push(["chosen", `${chosen.grid}.${chosen.index}`]);
    return parts.map(([name, value]) => `${name}=${value}`).join("&");
}

function writeSetting(value) {
    if (!Array.isArray(value)) return String(value);
    return value[0] === value[1] ? String(value[0]) : value.join(",");
}
