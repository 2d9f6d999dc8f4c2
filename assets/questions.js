// <conv-question>: a button for each choice, or a field for a number; the answer says why at once.

class ConvQuestion extends HTMLElement {
    connectedCallback() {
        const items = [...this.querySelectorAll("details > ul > li")];
        const answer = this.querySelector("details");
        const choices = this.querySelector(":scope > ul");
        this.explanations = new Map(items.map((item) => [labelOf(item), item]));
        this.verdict = make("div", { className: "verdict", role: "status" });
        this.role = "group";
        this.firstElementChild.id = `question-${1 + questions.indexOf(this)}`;
        this.setAttribute("aria-labelledby", this.firstElementChild.id);
        if (choices) this.offer(choices);
        else answer.before(this.field());
        answer.before(this.verdict);
    }

    // Make a button of each item of a list.
    offer(choices) {
        choices.className = "choices";
        for (const item of choices.children) {
            const button = make("button", { type: "button", ariaPressed: "false" });
            const label = labelOf(item);
            button.append(...item.firstElementChild.childNodes);
            button.addEventListener("click", () => {
                for (const other of choices.querySelectorAll("button")) other.ariaPressed = "false";
                button.ariaPressed = "true";
                button.dataset.verdict = this.answer(label);
            });
            item.replaceChildren(button);
        }
    }

    // Return a form with a field for a whole number; Enter and the button send it.
    field() {
        const form = make("form", { noValidate: true });
        const label = make("label", { textContent: "Your number" });
        const input = make("input", { type: "text", inputMode: "numeric", autocomplete: "off" });
        label.append(input);
        form.append(label, make("button", { textContent: "Check" }));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const typed = input.value.replace(/[\s,]/g, "");
            if (/^\d+$/.test(typed)) input.dataset.verdict = this.answer(String(Number(typed)));
            else this.say("Type a whole number.", "");
        });
        return form;
    }

    // Show why an answer is right or wrong; return which it is.
    answer(label) {
        const item = this.explanations.get(label)?.cloneNode(true);
        item?.querySelector("strong").remove();
        const content = item ? [...item.childNodes] : ["No. Count again, or open the answer below."];
        const right = item !== undefined && item.textContent.trim().startsWith("Right.");
        this.say(content, right ? "right" : "wrong");
        this.classList.toggle("solved", right || this.classList.contains("solved"));
        showCount();
        return this.verdict.dataset.verdict;
    }

    say(content, verdict) {
        this.verdict.replaceChildren(...[content].flat());
        this.verdict.dataset.verdict = verdict;
    }
}

function labelOf(item) {
    return item.querySelector("strong").textContent.replace(".", "");
}

function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
}

function showCount() {
    const solved = questions.filter((question) => question.classList.contains("solved"));
    count.textContent = `${solved.length} of ${questions.length} right`;
}

const questions = [...document.querySelectorAll("conv-question")];
const count = make("p", { className: "questions-count", role: "status" });
customElements.define("conv-question", ConvQuestion);
questions.at(-1).after(count);
showCount();
