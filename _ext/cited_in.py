"""After each entry of the bibliography, link to the pages that cite it."""

from docutils import nodes
from sphinxcontrib.bibtex.domain import get_docnames


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-resolved", add_ways_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_ways_back(app, doctree, docname):
    """Append to each entry a list of links, in reading order."""
    domain = app.env.get_domain("cite")
    here = [entry for entry in domain.citations if entry.bibliography_key.docname == docname]
    keys = {entry.citation_id: entry.key for entry in here}
    for entry in doctree.findall(nodes.citation):
        if entry["ids"][0] in keys:
            entry[-1] += ways_back(app, docname, keys[entry["ids"][0]])


def ways_back(app, docname, key):
    """Return one line: the page titles, each a link to the first citation on that page."""
    domain = app.env.get_domain("cite")
    refs = [ref for ref in domain.citation_refs if key in (target.key for target in ref.targets)]
    first = {ref.docname: ref.citation_ref_id for ref in reversed(refs)}
    line = nodes.inline(classes=["cited-in"])
    for page in filter(first.get, get_docnames(app.env)):
        line += nodes.Text(", " if len(line) else "Cited in ")
        address = f"{app.builder.get_relative_uri(docname, page)}#{first[page]}"
        line += nodes.reference("", app.env.titles[page].astext(), internal=True, refuri=address)
    return line
