// What can be chosen: the operators, their settings, and where each setting starts and ends.

// Settings have the names of convlib's arguments. The limits are those of a legible drawing; the
// least value of most is one too small, so that a reader can see it refused.
export const SETTINGS = {
    size: { label: "input size", pair: true, least: 1, most: 16, start: 5 },
    in_channels: { label: "channels in", least: 1, most: 4, start: 1 },
    out_channels: { label: "channels out", least: 1, most: 4, start: 1 },
    kernel_size: { label: "kernel_size", pair: true, least: 1, most: 7, start: 3 },
    stride: { label: "stride", pair: true, least: 0, most: 5, start: 1 },
    padding: { label: "padding", pair: true, least: -1, most: 5, start: 0 },
    dilation: { label: "dilation", pair: true, least: 0, most: 5, start: 1 },
    output_padding: { label: "output_padding", pair: true, least: -1, most: 5, start: 0 },
    groups: { label: "groups", least: 0, most: 4, start: 1 },
    ceil_mode: { label: "ceil_mode", flag: true, start: false },
    count_include_pad: { label: "count_include_pad", flag: true, start: true },
};

const SLIDING = ["size", "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"];
const POOLING = ["size", "in_channels", "kernel_size", "stride", "padding"];

export const OPERATORS = {
    convolution: { title: "Convolution", kind: "conv", settings: [...SLIDING, "groups"] },
    dilated: {
        title: "Dilated convolution",
        kind: "conv",
        settings: [...SLIDING, "groups"],
        start: { size: 7, dilation: 2 },
    },
    grouped: {
        title: "Grouped convolution",
        kind: "conv",
        settings: [...SLIDING, "groups"],
        start: { size: 4, in_channels: 4, out_channels: 4, groups: 2 },
    },
    depthwise: {
        title: "Depthwise convolution",
        kind: "conv",
        settings: [...SLIDING, "groups"],
        start: { in_channels: 3, out_channels: 3, groups: 3 },
    },
    separable: {
        title: "Depthwise separable convolution",
        kind: "separable",
        settings: SLIDING,
        start: { in_channels: 2, out_channels: 2 },
    },
    transposed: {
        title: "Transposed convolution",
        kind: "transposed",
        settings: [...SLIDING, "output_padding", "groups"],
        start: { size: 3, stride: 2 },
    },
    max_pool: {
        title: "Max pooling",
        kind: "max",
        settings: [...POOLING, "dilation", "ceil_mode"],
        start: { size: 6, kernel_size: 2, stride: 2 },
    },
    avg_pool: {
        title: "Average pooling",
        kind: "avg",
        settings: [...POOLING, "ceil_mode", "count_include_pad"],
        start: { size: 6, kernel_size: 2, stride: 2 },
    },
    deformable: { title: "Deformable convolution", kind: "deform", settings: SLIDING },
};

// The operands that the reader can edit, and for a setting the shape of each: (channels, rows,
// columns) or (filters, channels, rows, columns).
export function operandShapes(setting) {
    const { in_channels: inside, out_channels: outside, groups, kernel_size: kernel } = setting;
    const share = (channels) => (groups >= 1 ? Math.floor(channels / groups) : 0);
    const shapes = { input: [inside, ...setting.size] };
    switch (OPERATORS[setting.operator].kind) {
        case "conv":
            return { ...shapes, weight: [outside, share(inside), ...kernel] };
        case "deform":
            return { ...shapes, weight: [outside, inside, ...kernel] };
        case "transposed":
            return { ...shapes, weight: [inside, share(outside), ...kernel] };
        case "separable":
            return { ...shapes, weight: [inside, 1, ...kernel], pointwise: [outside, inside, 1, 1] };
        default:
            return shapes;
    }
}
