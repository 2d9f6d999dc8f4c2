// The settings as steppers and boxes.

import { make } from "./grid.js";
import { OPERATORS, SETTINGS } from "./operators.js";

const AXES = ["rows", "columns"];

// Show the settings of one operator; `change(name, value)` is called with what the reader chooses.
export function showSettings(box, setting, apart, change) {
    const names = OPERATORS[setting.operator].settings;
    const layout = `${setting.operator} ${apart}`;
    if (box.dataset.layout !== layout) {
        box.replaceChildren(...names.map((name) => control(name, apart, () => box.setting, change)));
        box.dataset.layout = layout;
    }
    box.setting = setting;
    for (const field of box.querySelectorAll("input")) {
        const value = setting[field.name];
        if (field.type === "checkbox") field.checked = value;
        else field.value = Array.isArray(value) ? value[field.dataset.axis] : value;
    }
}

function control(name, apart, current, change) {
    const { label, pair, flag } = SETTINGS[name];
    if (flag) return checkbox(name, label, change);
    const group = make("fieldset", "setting");
    group.append(make("legend", "name", label));
    if (!pair) group.append(stepper(name, label, 0, (value) => change(name, value)));
    else if (!apart) group.append(stepper(name, label, 0, (value) => change(name, [value, value])));
    else {
        for (const axis of [0, 1]) {
            const changeOne = (value) => change(name, current()[name].with(axis, value));
            group.append(stepper(name, `${label}, ${AXES[axis]}`, axis, changeOne));
        }
    }
    return group;
}

function checkbox(name, label, change) {
    const line = make("label", "check");
    const box = line.appendChild(make("input"));
    Object.assign(box, { type: "checkbox", name });
    box.addEventListener("change", () => change(name, box.checked));
    line.append(label);
    return line;
}

function stepper(name, label, axis, change) {
    const { least, most } = SETTINGS[name];
    const line = make("div", "stepper");
    const [less, field, more] = [make("button", "", "−"), make("input"), make("button", "", "+")];
    Object.assign(field, { type: "number", name, min: least, max: most, step: 1, inputMode: "numeric" });
    field.dataset.axis = axis;
    field.setAttribute("aria-label", label);
    field.addEventListener("change", () => field.value.trim() !== "" && change(Number(field.value)));
    for (const [button, by] of [[less, -1], [more, 1]]) {
        button.type = "button";
        button.setAttribute("aria-label", `${label}: one ${by < 0 ? "less" : "more"}`);
        button.addEventListener("click", () => change(Number(field.value) + by));
    }
    line.append(less, field, more);
    return line;
}
