// Load the explorer on pages that have one, when the reader comes near it.
const explorers = document.querySelectorAll("conv-explorer");
const near = new IntersectionObserver(
    (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        import("./explorer/element.js");
    },
    { rootMargin: "800px" },
);
explorers.forEach((explorer) => near.observe(explorer));
