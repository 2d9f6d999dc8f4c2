// Output sizes, and what is refused: the rules and the words of convlib/sizes.py and _args.py.

export class Refused extends Error {
    constructor(message, kind = "ValueError") {
        super(message);
        this.kind = kind;
    }
}

// Refuse what is not a whole number of at least `minimum`.
export function integer(value, name, minimum) {
    if (!Number.isInteger(value)) throw new Refused(`${name} must be an int, got ${value}`, "TypeError");
    if (value < minimum) throw new Refused(`${name} must be at least ${minimum}, got ${value}`);
}

// The same for a pair of numbers, one for the rows and one for the columns.
export function pair(values, name, minimum) {
    for (const value of values) integer(value, name, minimum);
}

// A shape as Python prints it.
export const tuple = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

// Pixels from the first to the last tap of a dilated kernel, both included.
export const span = (kernel, dilation) => dilation * (kernel - 1) + 1;

function doesNotFit(kernel, dilation, pixels) {
    return new Refused(
        `kernel_size must fit in the padded input, got ${kernel} with dilation ${dilation}, ` +
            `which spans ${span(kernel, dilation)}, on ${pixels} pixels`,
    );
}

export function convolved(size, kernel, stride, padding, dilation) {
    const pixels = size + 2 * padding;
    if (span(kernel, dilation) > pixels) throw doesNotFit(kernel, dilation, pixels);
    return Math.floor((pixels - span(kernel, dilation)) / stride) + 1;
}

export function transposed(size, kernel, stride, padding, outputPadding, dilation) {
    if (outputPadding >= Math.max(stride, dilation)) {
        throw new Refused(
            `output_padding must be smaller than stride ${stride} or dilation ${dilation}, ` +
                `got ${outputPadding}`,
        );
    }
    const result = (size - 1) * stride - 2 * padding + span(kernel, dilation) + outputPadding;
    if (result < 1) {
        throw new Refused(
            `input and output sides must be at least 1, got input ${size} and output ${result}`,
        );
    }
    return result;
}

// With `ceilMode` the last window may hang over the edge, but must start on the image.
export function pooled(size, kernel, stride, padding, dilation, ceilMode) {
    if (padding > Math.floor(kernel / 2)) {
        throw new Refused(`padding must be at most half of kernel_size ${kernel}, got ${padding}`);
    }
    const room = size + 2 * padding - span(kernel, dilation);
    let result = Math.floor(room / stride) + 1;
    if (ceilMode) {
        result = Math.ceil(room / stride) + 1;
        if ((result - 1) * stride >= size + padding) result -= 1;
    }
    if (result < 1) throw doesNotFit(kernel, dilation, size + 2 * padding);
    return result;
}
