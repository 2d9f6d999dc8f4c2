// Which cells belong together: choose one of any grid, and get those of all the others.

// The names of the grids of each stage, in order.
export const grids = (stages) =>
    stages.length === 1
        ? [{ input: "input", weight: "weight", output: "output" }]
        : [
              { input: "input", weight: "weight", output: "middle" },
              { input: "middle", weight: "pointwise", output: "output" },
          ];

// Returns for each grid the set of cells linked to cell `index` of `grid`, that cell included.
// Places in the padding have negative index and are told apart by `padding`, as "c,row,col".
export function links(stages, grid, index) {
    const names = grids(stages);
    const found = { padding: new Set() };
    for (const { input, weight, output } of names) {
        for (const name of [input, weight, output]) found[name] ??= new Set();
    }
    found[grid].add(index);

    // What the output numbers `outputs` of stage k are made of.
    const back = (k, outputs) => {
        for (const n of outputs) for (const term of stages[k].terms[n]) note(k, term);
        if (k > 0) back(k - 1, found[names[k].input]);
    };
    // What the input numbers `inputs` of stage k go into.
    const onward = (k, inputs) => {
        forEachTerm(stages[k], (term, n) => {
            if (!inputs.has(term.i)) return;
            if (term.w >= 0) found[names[k].weight].add(term.w);
            found[names[k].output].add(n);
        });
        if (k + 1 < stages.length) onward(k + 1, found[names[k].output]);
    };
    const note = (k, { c, row, col, i, w }) => {
        if (i >= 0) found[names[k].input].add(i);
        else found.padding.add(`${c},${row},${col}`);
        if (w >= 0) found[names[k].weight].add(w);
    };
    const used = (k) => {
        forEachTerm(stages[k], (term, n) => {
            if (term.w !== index) return;
            note(k, term);
            found[names[k].output].add(n);
        });
        if (k > 0) back(k - 1, found[names[k].input]);
        if (k + 1 < stages.length) onward(k + 1, found[names[k].output]);
    };

    names.forEach((name, k) => {
        if (grid === name.output) back(k, [index]);
        if (grid === name.input) onward(k, new Set([index]));
        if (grid === name.weight) used(k);
    });
    return found;
}

export function forEachTerm(stage, visit) {
    stage.terms.forEach((terms, n) => terms.forEach((term) => visit(term, n)));
}
