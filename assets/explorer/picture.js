// The matrix as a picture: one square for each entry; what is chosen has its row or column framed.

import { number } from "./words.js";

const LARGEST = 600000; // entries; more would be neither quick nor legible

export const drawable = (rows, columns) => rows * columns <= LARGEST;

// Sides of one square, for a width that the page has.
function square(columns, room) {
    return Math.max(4, Math.min(26, Math.floor(room / columns)));
}

export function drawMatrix(canvas, matrix, chosen, room, colours) {
    const [rows, columns] = [matrix.length, matrix[0].length];
    const side = square(columns, room);
    const scale = Math.min(window.devicePixelRatio || 1, 16000 / (Math.max(rows, columns) * side));
    canvas.width = Math.round((columns * side + 2) * scale);
    canvas.height = Math.round((rows * side + 2) * scale);
    canvas.style.width = `${columns * side + 2}px`;
    canvas.style.height = `${rows * side + 2}px`;
    canvas.dataset.side = side;
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, scale, scale);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    matrix.forEach((line, row) => {
        for (let column = 0; column < columns; column += 1) {
            const isChosen = row === chosen.row || column === chosen.column;
            drawEntry(pen, line[column], row, column, side, isChosen, colours);
        }
    });
    pen.strokeStyle = colours.line;
    pen.strokeRect(0, 0, columns * side, rows * side);
    pen.lineWidth = 2;
    pen.strokeStyle = colours.output;
    if (chosen.row >= 0) pen.strokeRect(0, chosen.row * side, columns * side, side);
    pen.strokeStyle = colours.input;
    if (chosen.column >= 0) pen.strokeRect(chosen.column * side, 0, side, rows * side);
}

function drawEntry(pen, value, row, column, side, isChosen, colours) {
    const [x, y] = [column * side, row * side];
    if (value) {
        pen.fillStyle = isChosen ? colours.mark : colours.fill;
        pen.fillRect(x, y, side, side);
    }
    if (side >= 8) {
        pen.strokeStyle = colours.line;
        pen.lineWidth = 0.5;
        pen.strokeRect(x, y, side, side);
    }
    const text = number(value, 2);
    if (side < 14 || (text.length > 2 && side < 20)) return;
    pen.fillStyle = value ? colours.ink : colours.muted;
    pen.font = `${isChosen && value ? "700 " : ""}${Math.min(12, (side - 3) / (text.length * 0.58))}px sans-serif`;
    pen.fillText(text, x + side / 2, y + side / 2 + 0.5);
}

// The row of the matrix under a pointer.
export function rowAt(canvas, event) {
    return Math.floor((event.offsetY - 1) / Number(canvas.dataset.side));
}

// Bring a row into view, within the box that the picture scrolls in.
export function scrollToRow(canvas, row) {
    const [box, side] = [canvas.parentElement, Number(canvas.dataset.side)];
    const isSeen = row * side >= box.scrollTop && (row + 1) * side <= box.scrollTop + box.clientHeight;
    if (!isSeen) box.scrollTop = row * side - box.clientHeight / 2;
}
