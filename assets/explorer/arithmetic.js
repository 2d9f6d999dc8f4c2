// Every operator as a list of terms. Plain functions on plain data: nothing here knows the page.
//
// A tensor is { shape, values } with its numbers row by row. A stage is one operator at work:
//     { kind, input, weight, output, ring, terms }
// where terms[n] says what output number n is made of. Each term has the place { c, row, col }
// that it reads, i (that place in input.values, or -1 in the padding), w (place in weight.values),
// and factor: the output is the sum of factor * input[i] * weight[w].

import { OPERATORS, operandShapes } from "./operators.js";
import { Refused, convolved, integer, pair, pooled, span, transposed, tuple } from "./sizes.js";

export const count = (shape) => shape.reduce((product, side) => product * side, 1);

// The index of a place in a list of numbers, and the other way round.
export const flat = (shape, place) => place.reduce((n, at, axis) => n * shape[axis] + at, 0);

export function unflat(shape, n) {
    const place = [];
    for (const side of [...shape].reverse()) {
        place.unshift(n % side);
        n = Math.floor(n / side);
    }
    return place;
}

// Run a setting with its operands: one stage, or two for the separable convolution.
export function run(setting, operands) {
    const shapes = operandShapes(setting);
    const tensor = (name) => ({ shape: shapes[name], values: operands[name] });
    switch (OPERATORS[setting.operator].kind) {
        case "conv":
            return [convolution(tensor("input"), tensor("weight"), setting)];
        case "transposed":
            return [transposedConvolution(tensor("input"), tensor("weight"), setting)];
        case "deform":
            return [deformable(tensor("input"), tensor("weight"), operands.offset, setting)];
        case "separable":
            return separable(tensor("input"), tensor("weight"), tensor("pointwise"), setting);
        default:
            return [pooling(tensor("input"), setting)];
    }
}

// The sides of the output, once the settings are known to be good; refuses them otherwise.
export function outputSides(setting) {
    const { size, kernel_size: k, stride: s, padding: p, dilation: d } = setting;
    const shape = operandShapes(setting).weight;
    const each = (side) => [0, 1].map(side);
    switch (OPERATORS[setting.operator].kind) {
        case "transposed":
            checkTransposed(setting, shape);
            return each((a) => transposed(size[a], k[a], s[a], p[a], setting.output_padding[a], d[a]));
        case "max":
        case "avg":
            checkPooling(setting);
            return each((a) => pooled(size[a], k[a], s[a], p[a], d[a], setting.ceil_mode));
        case "deform":
            pair(s, "stride", 1);
            pair(p, "padding", 0);
            pair(d, "dilation", 1);
            break;
        default:
            checkConvolution(setting, shape);
    }
    return each((a) => convolved(size[a], k[a], s[a], p[a], d[a]));
}

// What convlib checks, in its order.
function checkConvolution(setting, shape) {
    pair(setting.stride, "stride", 1);
    pair(setting.dilation, "dilation", 1);
    const groups = setting.operator === "separable" ? setting.in_channels : setting.groups;
    integer(groups, "groups", 1);
    checkFilled(shape);
    checkDivides(groups, shape[0], "output");
    checkChannels(setting.in_channels, shape, groups, shape[1] * groups);
    pair(setting.padding, "padding", 0);
}

function checkTransposed(setting, shape) {
    pair(setting.stride, "stride", 1);
    pair(setting.dilation, "dilation", 1);
    pair(setting.padding, "padding", 0);
    pair(setting.output_padding, "output_padding", 0);
    integer(setting.groups, "groups", 1);
    checkFilled(shape);
    checkDivides(setting.groups, shape[0], "input");
}

function checkPooling(setting) {
    if (setting.operator === "max_pool") pair(setting.dilation, "dilation", 1);
    pair(setting.kernel_size, "kernel_size", 1);
    pair(setting.stride, "stride", 1);
    pair(setting.padding, "padding", 0);
}

function checkFilled(shape) {
    if (shape.includes(0)) throw new Refused(`weight must not be empty, got shape ${tuple(shape)}`);
}

function checkDivides(groups, channels, which) {
    if (channels % groups === 0) return;
    throw new Refused(
        `weight.shape[0], the ${which} channels, must be divisible by groups=${groups}, got ${channels}`,
    );
}

function checkChannels(channels, shape, groups, expected) {
    if (channels === expected) return;
    throw new Refused(
        `input has ${channels} channels, but weight of shape ${tuple(shape)} ` +
            `with groups=${groups} expects ${expected}`,
    );
}

// Call `visit` for every place of a shape, in order, and collect what it returns.
function each(shape, visit) {
    const place = shape.map(() => 0);
    const found = [];
    for (let left = count(shape); left > 0; left -= 1) {
        found.push(visit(...place));
        for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis -= 1) place[axis] = 0;
    }
    return found;
}

// The pixel at a place, or -1 if the place lies in the padding.
function pixel(input, c, row, col) {
    const [, height, width] = input.shape;
    const inside = row >= 0 && row < height && col >= 0 && col < width;
    return inside ? flat(input.shape, [c, row, col]) : -1;
}

export const valueOf = (tensor, n) => (n < 0 ? 0 : tensor.values[n]);

function weightedSum(input, weight, terms) {
    let total = 0;
    for (const { i, w, factor } of terms) {
        if (i >= 0) total += factor * input.values[i] * (weight ? weight.values[w] : 1);
    }
    return total;
}

function stage(kind, input, weight, shape, terms, ring) {
    const values = terms.map((list) => weightedSum(input, weight, list));
    return { kind, input, weight, output: { shape, values }, terms, ring };
}

// Rings of padding: [above, left, below, right].
const evenRing = ([rows, columns]) => [rows, columns, rows, columns];

export function convolution(input, weight, setting) {
    const { stride, padding, dilation, groups } = setting;
    const [filters, share, height, width] = weight.shape;
    const shape = [filters, ...outputSides(setting)];
    const terms = each(shape, (o, y, x) => {
        const first = Math.floor(o / (filters / groups)) * share; // the group's first channel
        return each([share, height, width], (c, u, v) => {
            const row = y * stride[0] - padding[0] + u * dilation[0];
            const col = x * stride[1] - padding[1] + v * dilation[1];
            const i = pixel(input, first + c, row, col);
            return { c: first + c, row, col, i, w: flat(weight.shape, [o, c, u, v]), factor: 1 };
        });
    });
    return stage("conv", input, weight, shape, terms, evenRing(padding));
}

// First each channel by itself, then one by one over the channels.
export function separable(input, weight, pointwise, setting) {
    const first = convolution(input, weight, { ...setting, groups: setting.in_channels });
    const second = convolution(first.output, pointwise, {
        operator: "convolution",
        size: first.output.shape.slice(1),
        in_channels: pointwise.shape[1],
        out_channels: pointwise.shape[0],
        kernel_size: [1, 1],
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
        groups: 1,
    });
    return [first, second];
}

// Output pixel y receives from input pixel i through tap u where y = i * stride - padding + u * dilation.
export function transposedConvolution(input, weight, setting) {
    const { stride, padding, dilation, groups } = setting;
    const [channels, share, height, width] = weight.shape;
    const shape = [share * groups, ...outputSides(setting)];
    const terms = each(shape, (o, y, x) => {
        const group = Math.floor(o / share);
        const reads = each([channels / groups, height, width], (c, u, v) => {
            const from = group * (channels / groups) + c;
            const row = (y + padding[0] - u * dilation[0]) / stride[0];
            const col = (x + padding[1] - v * dilation[1]) / stride[1];
            const whole = Number.isInteger(row) && Number.isInteger(col);
            const i = whole ? pixel(input, from, row, col) : -1;
            return { c: from, row, col, i, w: flat(weight.shape, [from, o % share, u, v]), factor: 1 };
        });
        return reads.filter((term) => term.i >= 0);
    });
    return stage("transposed", input, weight, shape, terms, [0, 0, 0, 0]);
}

export function pooling(input, setting) {
    const { operator, size, kernel_size: kernel, stride, padding, dilation } = setting;
    const sides = outputSides(setting);
    const shape = [input.shape[0], ...sides];
    const terms = each(shape, (c, y, x) =>
        each(kernel, (u, v) => {
            const row = y * stride[0] - padding[0] + u * dilation[0];
            const col = x * stride[1] - padding[1] + v * dilation[1];
            return { c, row, col, i: pixel(input, c, row, col), w: -1, factor: 1 };
        }),
    );
    const over = (a) => (sides[a] - 1) * stride[a] - padding[a] + span(kernel[a], dilation[a]) - size[a];
    const ring = [...padding, Math.max(padding[0], over(0)), Math.max(padding[1], over(1))];
    terms.forEach(operator === "max_pool" ? pickLargest(input) : shareOut(setting));
    const result = stage(operator === "max_pool" ? "max" : "avg", input, null, shape, terms, ring);
    if (operator === "max_pool") markEmpty(result);
    return result;
}

// The largest number of a window counts once, all others not at all.
function pickLargest(input) {
    return (terms) => {
        let best = null;
        for (const term of terms) {
            term.factor = 0;
            const larger = term.i >= 0 && (!best || input.values[term.i] > input.values[best.i]);
            if (larger) best = term;
        }
        if (best) best.factor = 1;
    };
}

// The largest number of nothing is minus infinity.
function markEmpty(result) {
    result.terms.forEach((terms, n) => {
        if (terms.every((term) => term.i < 0)) result.output.values[n] = -Infinity;
    });
}

// The mean divides by the places of the window that count.
function shareOut({ size, padding, count_include_pad: withPadding }) {
    const counts = ({ i, row, col }) =>
        i >= 0 || (withPadding && row < size[0] + padding[0] && col < size[1] + padding[1]);
    return (terms) => {
        const divisor = terms.filter(counts).length;
        for (const term of terms) term.factor = counts(term) ? 1 / divisor : 0;
    };
}

// Offsets (2 * KH * KW, OH, OW): for each tap how far it moves down, then how far to the right.
export function deformable(input, weight, offset, setting) {
    const { kernel_size: kernel, padding } = setting;
    const shape = [weight.shape[0], ...outputSides(setting)];
    const taps = each([input.shape[0], ...kernel], (c, u, v) => ({ c, u, v }));
    const terms = each(shape, (o, y, x) =>
        taps.flatMap(({ c, u, v }) => {
            const tap = flat(kernel, [u, v]);
            const [row, col] = sampledPlace(setting, offset, shape.slice(1), tap, y, x);
            const w = flat(weight.shape, [o, c, u, v]);
            return corners(input, c, row, col).map((corner) => ({ ...corner, w, tap, at: [row, col] }));
        }),
    );
    const ring = evenRing(padding.map((rows) => Math.max(rows, 1)));
    return { ...stage("deform", input, weight, shape, terms, ring), offset };
}

// Where a tap reads for output pixel (y, x): its regular place plus its offset.
export function sampledPlace({ kernel_size, stride, padding, dilation }, offset, sides, tap, y, x) {
    const [u, v] = unflat(kernel_size, tap);
    const shift = (axis) => offset[flat([offset.length, ...sides], [2 * tap + axis, y, x])];
    return [
        y * stride[0] - padding[0] + u * dilation[0] + shift(0),
        x * stride[1] - padding[1] + v * dilation[1] + shift(1),
    ];
}

// The up to four pixels around a place, each with its bilinear weight.
function corners(input, c, row, col) {
    const [top, left] = [Math.floor(row), Math.floor(col)];
    const around = [];
    for (const [r, down] of [[top, 1 - (row - top)], [top + 1, row - top]]) {
        for (const [k, across] of [[left, 1 - (col - left)], [left + 1, col - left]]) {
            const factor = down * across;
            if (factor > 0) around.push({ c, row: r, col: k, i: pixel(input, c, r, k), factor });
        }
    }
    return around;
}

// The matrix of all stages together: rows are output numbers, columns input numbers.
export function matrix(stages) {
    const columns = stages[0].input.values.length;
    const rows = stages.map(stageRows);
    const whole = rows.slice(1).reduce((before, after) => after.map((row) => mix(row, before)), rows[0]);
    return whole.map((row) => {
        const line = new Float64Array(columns);
        for (const [i, value] of row) line[i] += value;
        return line;
    });
}

// Each row as pairs [input number, entry].
function stageRows({ weight, terms }) {
    return terms.map((list) => {
        const row = new Map();
        for (const { i, w, factor } of list) {
            if (i >= 0) row.set(i, (row.get(i) ?? 0) + factor * (weight ? weight.values[w] : 1));
        }
        return [...row];
    });
}

function mix(row, before) {
    return row.flatMap(([i, value]) => before[i].map(([j, inner]) => [j, value * inner]));
}
