// An animation is a still until the reader presses Play. It never starts by itself.
for (const image of document.querySelectorAll("img[data-animation]")) {
    const still = image.src;
    const animation = new URL(image.dataset.animation, document.baseURI).href;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "animation-button";

    const show = (playing) => {
        const wanted = playing ? animation : still;
        if (image.src !== wanted) image.src = wanted; // else a still that is on its way is lost
        button.dataset.playing = playing;
        button.textContent = playing ? "Stop" : "Play";
        button.setAttribute("aria-label", playing ? "Stop the animation" : "Play the animation");
    };
    button.addEventListener("click", () => show(button.dataset.playing === "false"));
    show(false);

    const frame = document.createElement("span");
    frame.className = "animation";
    image.replaceWith(frame);
    frame.append(image, button);
}

// What is wider than the page scrolls in a box of its own; the keyboard must reach that box.
const boxes = document.querySelectorAll(
    "div.math, .katex-display, .pst-scrollable-table-container, .text_html, pre",
);
const resize = new ResizeObserver((entries) => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
    }
});
for (const box of boxes) {
    box.tabIndex = 0; // until the section that holds it is laid out, and it can be measured
    resize.observe(box);
}

// The table of numbers: a field that hides what does not match, headings that sort.
for (const table of document.querySelectorAll("table.numbers")) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const found = document.createElement("output");
    const field = document.createElement("input");
    const label = document.createElement("label");
    field.type = "search";
    label.className = "numbers-search";
    label.append("Search the table ", field, found);
    table.before(label);

    const search = () => {
        const words = field.value.toLowerCase().split(/\s+/);
        for (const row of rows) {
            const text = row.textContent.toLowerCase();
            row.hidden = !words.every((word) => text.includes(word));
        }
        found.textContent = ` ${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
    };
    field.addEventListener("input", search);
    search();

    const headings = [...table.tHead.rows[0].cells];
    const sort = (column) => {
        const up = headings[column].ariaSort !== "ascending";
        const key = (row) => row.cells[column].textContent;
        rows.sort((a, b) => (up ? 1 : -1) * key(a).localeCompare(key(b), "en", { numeric: true }));
        headings.forEach((heading) => heading.removeAttribute("aria-sort"));
        headings[column].ariaSort = up ? "ascending" : "descending";
        body.append(...rows);
    };
    headings.forEach((heading, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        button.addEventListener("click", () => sort(column));
        heading.append(button);
    });
}

if (typeof Search !== "undefined") {
    // Search results quote the text of a page: each formula once, not also its MathML and its TeX.
    const text = Search.htmlToText;
    Search.htmlToText = (html, anchor) =>
        text(html.replaceAll(/<span class="katex-mathml">.*?<\/span>/gs, ""), anchor);

    // A phrase in Chinese has no spaces: cut it into the longest words that the index knows.
    const known = (word) => word in Search._index.terms || word in Search._index.titleterms;
    const cut = (phrase) => {
        const words = [];
        for (let start = 0, end; start < phrase.length; start = end) {
            end = phrase.length;
            while (end > start + 1 && !known(phrase.slice(start, end))) end -= 1;
            if (end > start + 1) words.push(phrase.slice(start, end));
        }
        return words.length > 0 ? words : [phrase];
    };
    const split = splitQuery;
    splitQuery = (query) =>
        split(query).flatMap((word) => (/\p{Script=Han}/u.test(word) ? cut(word) : [word]));
}

// Paper is white: a dark page is printed in the light theme.
{
    const { dataset } = document.documentElement;
    let theme;
    addEventListener("beforeprint", () => {
        theme = dataset.theme;
        dataset.theme = "light";
    });
    addEventListener("afterprint", () => {
        dataset.theme = theme;
    });
}
