// The setting as a program, for three libraries. Every program prints y, the explorer's output.

import { OPERATORS } from "./operators.js";

export const LIBRARIES = { numpy: "NumPy", torch: "PyTorch", paddle: "Paddle" };

const IMPORTS = {
    numpy: ["import numpy as np", "import convlib"],
    torch: ["import torch", "import torch.nn.functional as F"],
    paddle: ["import paddle", "import paddle.nn.functional as F"],
};
const PREFIX = { numpy: "convlib", torch: "F", paddle: "F" };
const SHAPE_NOTES = {
    x: "N, C, H, W",
    w: "Cout, C / groups, KH, KW",
    transposed: "C, Cout / groups, KH, KW",
    offset: "N, 2 · KH · KW, OH, OW: down, right, for each tap",
};

export function program(library, setting, operands) {
    const { kind } = OPERATORS[setting.operator];
    const write = { conv, transposed: conv, separable, deform, max: pool, avg: pool }[kind];
    const { arrays, calls, imports = [] } = write(library, setting, operands.shapes);
    if (!calls) return arrays.join("\n") + "\n";
    const data = arrays.map(([name, operand, note]) =>
        assign(library, name, operands[operand], operands.shapes[operand], note),
    );
    const first = [...IMPORTS[library], ...imports].join("\n");
    return `${first}\n\n${data.join("\n")}\n\n${calls.join("\n")}\nprint(y)\n`;
}

// name = np.array([...], dtype=float), one line for each row of the array.
function assign(library, name, values, shape, note) {
    const [open, close] = {
        numpy: ["np.array(", ", dtype=float)"],
        torch: ["torch.tensor(", ", dtype=torch.float64)"],
        paddle: ["paddle.to_tensor(", ', dtype="float64")'],
    }[library];
    const whole = shape.length === 3 ? [1, ...shape] : shape;
    if (whole.includes(0)) return `${name} = ${zeros(library, whole)}`;
    return `# ${note}\n${name} = ${open}${nested(values, whole)}${close}`;
}

function zeros(library, shape) {
    const type = { numpy: "", torch: ", dtype=torch.float64", paddle: ', dtype="float64"' }[library];
    const from = { numpy: "np", torch: "torch", paddle: "paddle" }[library];
    return `${from}.zeros((${shape.join(", ")})${type})`;
}

// Nested brackets with one row of numbers to a line.
function nested(values, shape) {
    const width = shape.at(-1);
    const rows = Array.from({ length: values.length / width }, (_, n) => values.slice(n * width, (n + 1) * width));
    const deep = shape.length - 1;
    let text = "[".repeat(deep);
    rows.forEach((row, n) => {
        const opened = n ? boundaries(n, shape) : 0;
        if (opened) text += `\n${"]".repeat(opened)}, ${"[".repeat(opened)}`;
        text += `\n    [${row.join(", ")}],`;
    });
    return `${text}\n${"]".repeat(deep)}`;
}

// How many axes start anew at row n.
function boundaries(n, shape) {
    let many = 0;
    for (let axis = shape.length - 2, size = shape[axis]; axis > 0 && n % size === 0; size *= shape[--axis]) many += 1;
    return many;
}

// Options as keywords, those with their usual value left out.
function options(setting, usual) {
    const words = [];
    for (const [name, value] of Object.entries(usual)) {
        const text = python(setting[name]);
        if (text !== python(value)) words.push(`, ${name}=${text}`);
    }
    return words.join("");
}

export function python(value) {
    if (typeof value === "boolean") return value ? "True" : "False";
    if (!Array.isArray(value)) return String(value);
    return value[0] === value[1] ? String(value[0]) : `(${value.join(", ")})`;
}

const SLIDE = { stride: 1, padding: 0, dilation: 1 };

function conv(library, setting) {
    const isTransposed = setting.operator === "transposed";
    const usual = isTransposed ? { ...SLIDE, output_padding: 0, groups: 1 } : { ...SLIDE, groups: 1 };
    let name = isTransposed ? "conv_transpose2d" : "conv2d";
    if (isTransposed && library === "paddle") name = "conv2d_transpose";
    return {
        arrays: [
            ["x", "input", SHAPE_NOTES.x],
            ["w", "weight", isTransposed ? SHAPE_NOTES.transposed : SHAPE_NOTES.w],
        ],
        calls: [`y = ${PREFIX[library]}.${name}(x, w${options(setting, usual)})`],
    };
}

function separable(library, setting) {
    const channels = { ...setting, groups: setting.in_channels };
    const conv2d = `${PREFIX[library]}.conv2d`;
    return {
        arrays: [
            ["x", "input", SHAPE_NOTES.x],
            ["w", "weight", "C, 1, KH, KW: one kernel for each channel"],
            ["v", "pointwise", "Cout, C, 1, 1: a mix of the channels"],
        ],
        calls: [
            `z = ${conv2d}(x, w${options(channels, { ...SLIDE, groups: 1 })})`,
            `y = ${conv2d}(z, v)`,
        ],
    };
}

function deform(library, setting) {
    const call = {
        numpy: "convlib.deform_conv2d",
        torch: "torchvision.ops.deform_conv2d",
        paddle: "paddle.vision.ops.deform_conv2d",
    }[library];
    const imports = { torch: ["import torchvision"] }[library];
    return {
        imports,
        arrays: [
            ["x", "input", SHAPE_NOTES.x],
            ["w", "weight", SHAPE_NOTES.w],
            ["offset", "offset", SHAPE_NOTES.offset],
        ],
        calls: [`y = ${call}(x, offset, w${options(setting, SLIDE)})`],
    };
}

function pool(library, setting) {
    const isMax = setting.operator === "max_pool";
    if (isMax && library === "paddle" && python(setting.dilation) !== "1") {
        return { arrays: ["# Paddle's max_pool2d has no dilation."] };
    }
    const usual = { stride: setting.kernel_size, padding: 0, ...(isMax ? { dilation: 1 } : {}), ceil_mode: false };
    let words = options(setting, usual);
    if (!isMax && library === "paddle") words += setting.count_include_pad ? ", exclusive=False" : "";
    else if (!isMax) words += options(setting, { count_include_pad: true });
    const name = `${PREFIX[library]}.${isMax ? "max" : "avg"}_pool2d`;
    return {
        arrays: [["x", "input", SHAPE_NOTES.x]],
        calls: [`y = ${name}(x, ${python(setting.kernel_size)}${words})`],
    };
}
