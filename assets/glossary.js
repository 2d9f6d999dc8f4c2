// A link to the glossary shows its definition: on hover, on keyboard focus, on a first tap.
const definitions = JSON.parse(document.getElementById("glossary-definitions").textContent);
const links = document.querySelectorAll("a.glossary-term");
const tip = document.createElement("div");
tip.id = "glossary-definition";
tip.role = "tooltip";
tip.hidden = true;
document.querySelector("article").append(tip);

let shown = null;
let waiting;

const hide = () => {
    clearTimeout(waiting);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
};

// Time to move the pointer from the word to its definition.
const hideSoon = () => {
    clearTimeout(waiting);
    if (document.activeElement !== shown) waiting = setTimeout(hide, 250);
};

const place = (link) => {
    const origin = tip.offsetParent.getBoundingClientRect();
    const lines = link.getClientRects();
    const [first, last] = [lines[0], lines[lines.length - 1]];
    const room = document.documentElement.clientWidth - tip.offsetWidth - 16;
    const below = last.bottom + tip.offsetHeight + 8 < window.innerHeight;
    const top = below ? last.bottom + 4 : first.top - tip.offsetHeight - 4;
    tip.style.left = `${Math.max(16, Math.min(first.left, room)) - origin.left}px`;
    tip.style.top = `${top - origin.top}px`;
};

const show = (link) => {
    clearTimeout(waiting);
    if (shown === link) return;
    hide();
    const [english, chinese, definition] = definitions[link.hash.slice(1)];
    const title = document.createElement("strong");
    const names = document.createElement("span");
    title.textContent = english;
    names.textContent = chinese;
    names.lang = "zh-Hans";
    tip.replaceChildren(title, " ", names, document.createElement("br"), definition);
    link.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    shown = link;
    place(link);
};

for (const link of links) {
    let firstTap = false;
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(link));
    link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideSoon());
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("pointerdown", (event) => {
        firstTap = event.pointerType === "touch" && shown !== link;
    });
    link.addEventListener("click", (event) => {
        if (firstTap) event.preventDefault();
        if (firstTap) show(link);
        firstTap = false;
    });
}
tip.addEventListener("pointerenter", () => clearTimeout(waiting));
tip.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hideSoon());
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("pointerdown", (event) => {
    if (shown && !shown.contains(event.target) && !tip.contains(event.target)) hide();
});
