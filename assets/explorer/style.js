// How the explorer looks. Its colours are those of the figures; everything else follows the page.

export const STYLE = `
:host {
    --paper: var(--pst-color-background, var(--jp-layout-color0, #ffffff));
    --surface: var(--pst-color-surface, var(--jp-layout-color1, #f5f8fb));
    --line: var(--pst-color-border, #d5dde5);
    --ink: var(--pst-color-text-base, #1b1f24);
    --muted: var(--pst-color-text-muted, #51606e);
    --input-fill: #cfe2f3; --input-mark: #9cc4e8; --input: #0b5394;
    --weight-fill: #dfe8d8; --weight-mark: #bdd2af; --weight: #3d6b2e;
    --output-fill: #fbd9b0; --output-mark: #f4b36b; --output: #a84300;
    --pad-line: #8a939c; --pad-ink: #5b6670; --refused: #fdeedd;
    --cell: 36px;
    display: block;
    margin: 1.5rem 0;
    color: var(--ink);
    font: 400 0.95rem/1.5 var(--pst-font-family-base, system-ui, sans-serif);
    container-type: inline-size;
    color-scheme: light;
}
:host([data-look="dark"]) {
    --paper: var(--pst-color-background, #10151a);
    --surface: var(--pst-color-surface, #1a232c);
    --line: var(--pst-color-border, #34414e);
    --ink: var(--pst-color-text-base, #e3e8ed);
    --muted: var(--pst-color-text-muted, #a7b4c0);
    --input-fill: #17324b; --input-mark: #2b5f91; --input: #8cc1f2;
    --weight-fill: #24331f; --weight-mark: #456338; --weight: #a9d094;
    --output-fill: #402914; --output-mark: #86501a; --output: #f4b67c;
    --pad-line: #6b7885; --pad-ink: #a7b4c0; --refused: #33241a;
    color-scheme: dark;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.card { border: 1px solid var(--line); border-radius: 0.9rem; background: var(--paper); overflow: clip; }
.part { padding: 0.9rem 1.1rem; }
.part + .part { border-top: 1px solid var(--line); }
.strong { font-weight: 700; }
.input { color: var(--input); } .weight { color: var(--weight); } .output { color: var(--output); }
.note, .padding { color: var(--muted); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

button, select, input {
    min-height: 2rem; border: 1px solid var(--line); border-radius: 0.5rem;
    background: var(--paper); color: inherit; font: inherit;
}
button { padding: 0.15rem 0.75rem; cursor: pointer; }
button:hover:not(:disabled) { border-color: var(--input); color: var(--input); }
button:disabled { color: var(--muted); cursor: default; opacity: 0.6; }
:focus-visible { outline: 3px solid var(--input); outline-offset: 2px; }

.head { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; background: var(--surface); }
.head select { flex: 0 1 21rem; min-width: 0; padding: 0.25rem 0.6rem; font-size: 1.05rem; font-weight: 700; }
.head .right { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-left: auto; }
.settings { display: flex; flex-wrap: wrap; gap: 0.55rem 1.1rem; align-items: end; background: var(--surface); }
.setting { display: flex; flex-direction: column; gap: 0.15rem; min-width: 0; margin: 0; padding: 0; border: 0; }
.setting > .name { padding: 0; color: var(--muted); font-size: 0.8rem; font-weight: 600; }
.stepper { display: flex; }
.stepper + .stepper { margin-top: 0.2rem; }
.stepper button { width: 2rem; padding: 0; font-weight: 700; }
.stepper button:first-child { border-radius: 0.5rem 0 0 0.5rem; }
.stepper button:last-child { border-radius: 0 0.5rem 0.5rem 0; }
.stepper input {
    width: 2.6rem; margin: 0 -1px; padding: 0; border-radius: 0; text-align: center; font-weight: 650;
    font-variant-numeric: tabular-nums; appearance: textfield;
}
.stepper input::-webkit-inner-spin-button { display: none; }
.stepper :focus-visible { position: relative; z-index: 1; }
.check { display: flex; gap: 0.45rem; align-items: center; min-height: 2rem; font-size: 0.9rem; }
.check input { width: 1.15rem; height: 1.15rem; min-height: 0; margin: 0; accent-color: var(--input); }

.stage { display: flex; flex-wrap: wrap; gap: 0.75rem 0.9rem; align-items: center; justify-content: center; padding-block: 1.2rem; }
.tensor { min-width: 0; max-width: 100%; }
.tensor > .title { margin: 0 0 0.25rem; font-size: 0.9rem; font-weight: 700; text-align: center; }
.tensor > .title small { font-weight: 500; }
.sign { color: var(--ink); font-size: 1.3rem; font-weight: 600; text-align: center; }
.sign small { display: block; font-size: 0.85rem; }
.planes { display: grid; gap: 0.5rem; justify-content: safe center; max-height: 34rem; padding: 4px; overflow: auto; }
.plane > .name { color: var(--muted); font: 500 0.72rem/1.3 var(--mono); text-align: center; }
:host { --mono: var(--pst-font-family-monospace, ui-monospace, "DejaVu Sans Mono", monospace); }
.surface { position: relative; width: max-content; margin: 0 auto; }
.board { touch-action: manipulation; }
.row { display: flex; }
.cell {
    display: flex; flex: none; align-items: center; justify-content: center; width: var(--wide); height: var(--cell);
    margin: 0 -1px -1px 0; border: 1px solid var(--edge); background: var(--fill); color: var(--ink);
    font-size: var(--text); font-variant-numeric: tabular-nums; line-height: 1; cursor: pointer; user-select: none;
}
.cell.pad { border-style: dashed; border-color: var(--pad-line); background: none; color: var(--pad-ink); cursor: default; }
.board.input { --fill: var(--input-fill); --mark: var(--input-mark); --edge: var(--input); }
.board.weight { --fill: var(--weight-fill); --mark: var(--weight-mark); --edge: var(--weight); }
.board.output { --fill: var(--output-fill); --mark: var(--output-mark); --edge: var(--output); }
.cell.marked { position: relative; background: var(--mark); box-shadow: inset 0 0 0 2px var(--edge); font-weight: 800; }
.cell.pad.marked { background: repeating-linear-gradient(45deg, transparent 0 4px, var(--mark) 4px 6px); box-shadow: inset 0 0 0 1px var(--edge); }
.cell.chosen { z-index: 1; box-shadow: inset 0 0 0 3px var(--edge); }
.cell.largest { text-decoration: underline 2px; }
.cell:focus-visible { z-index: 2; outline-offset: 0; }
.cell input { width: 100%; height: 100%; min-height: 0; padding: 0; border: 0; border-radius: 0; font-size: max(1em, 14px); text-align: center; }
.point {
    position: absolute; z-index: 3; width: 24px; height: 24px; min-height: 0; margin: -12px 0 0 -12px; padding: 0; border: 0;
    background: none; cursor: grab; touch-action: none;
}
.point::after {
    position: absolute; inset: 5px; border: 2px solid var(--paper); border-radius: 50%; background: var(--output);
    box-shadow: 0 0 0 1px var(--output); content: "";
}
.point:active { cursor: grabbing; }
.refusal { width: min(24rem, 100%); padding: 0.9rem 1rem; border: 2px dashed var(--output); border-radius: 0.6rem; background: var(--refused); }
.refusal b { color: var(--output); }
.refusal code { display: block; font: 500 0.85rem/1.5 var(--mono); overflow-wrap: anywhere; }

.transport { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; justify-content: center; }
.transport .play { min-width: 6rem; border-color: var(--input); background: var(--input); color: var(--paper); font-weight: 700; }
.transport .play:hover:not(:disabled) { background: var(--paper); color: var(--input); }
.where { min-width: 9.5rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.sums { min-height: 4.5rem; padding-block: 0.8rem; font-size: 1.02rem; font-variant-numeric: tabular-nums; text-align: center; overflow-wrap: break-word; }
.sums p { margin: 0; line-height: 1.6; }
.sums p:not(:first-child):has(> .output.strong) { margin-top: 0.2rem; font-size: 1.08rem; }
.size { display: grid; margin: 0; grid-template-columns: auto 1fr; gap: 0.1rem 1rem; align-items: baseline; font-size: 0.95rem; }
.size dt { color: var(--muted); font-size: 0.85rem; font-weight: 600; }
.size dd { margin: 0; font-variant-numeric: tabular-nums; }
.size dd b { color: var(--output); }

details > summary { padding: 0.75rem 1.1rem; font-weight: 650; cursor: pointer; }
details > summary:focus-visible { outline-offset: -3px; }
details > summary:hover { color: var(--input); }
details > .inside { padding: 0 1.1rem 1.1rem; }
details p { margin: 0 0 0.6rem; }
.scroll { max-height: 30rem; overflow: auto; }
canvas { display: block; margin: 0 auto; cursor: pointer; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.4rem; margin-bottom: 0.6rem; }
.tabs [role="tab"][aria-selected="true"] { border-color: var(--input); background: var(--input); color: var(--paper); font-weight: 700; }
.tabs .copy { margin-left: auto; }
pre {
    max-height: 26rem; margin: 0; padding: 0.85rem 1rem; border: 1px solid var(--line); border-left: 3px solid var(--input);
    border-radius: 0.6rem; background: var(--surface); overflow: auto; font: 400 0.82rem/1.55 var(--mono); tab-size: 4;
}
pre .comment { color: var(--muted); }

@container (max-width: 560px) {
    .part { padding: 0.75rem 0.7rem; }
    .head select { flex: 1 1 100%; font-size: 0.98rem; }
    .head .right { width: 100%; margin: 0; }
    .head .right button { flex: 1; padding-inline: 0.3rem; }
    .settings { display: grid; grid-template-columns: 1fr 1fr; gap: 0.6rem 0.8rem; }
    .stepper button { flex: none; width: 2.4rem; min-height: 2.3rem; }
    .stepper input { flex: 1; min-width: 0; }
    .size { grid-template-columns: 1fr; }
    .where { width: 100%; text-align: center; }
    details > .inside { padding: 0 0.7rem 0.9rem; }
}
@media (prefers-reduced-motion: no-preference) {
    .cell { transition: background-color 0.12s; }
}
@media print {
    .transport, .head .right, .tabs .copy { display: none; }
}
`;
