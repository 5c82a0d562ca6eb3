// Everything here is a convenience: the report says the same without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Copy buttons.
  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  for (const block of all("[data-copy]")) {
    const text = block.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () =>
      copy(text).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Select and copy by hand"; }));
    block.before(button);
  }

  // Filter: hides rows that lack a word, then the groups that are left empty.
  const box = document.getElementById("query");
  const matches = document.getElementById("matches");
  const spoken = new Map();
  const titles = (node) => {
    const group = node.parentElement.closest("[data-group]");
    if (!group) return "";
    if (!spoken.has(group)) {
      const own = all(":scope > [data-title]", group).map((title) => title.textContent);
      spoken.set(group, [titles(group), ...own].join(" "));
    }
    return spoken.get(group);
  };
  const rows = all("[data-row]").map((node) => ({ node, text: `${titles(node)} ${node.textContent}`.toLowerCase() }));
  const groups = all("[data-group]").reverse();
  const folds = all("details[data-group], [data-group] details, #excluded details").filter((fold) => fold.querySelector("[data-row]"));
  const opened = new Set();

  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { node, text } of rows) {
      node.hidden = !words.every((word) => text.includes(word));
      found += node.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = words.length > 0 && group.querySelector("[data-row]") !== null && !group.querySelector("[data-row]:not([hidden])");
    }
    for (const fold of folds) {
      if (words.length && !fold.open && fold.querySelector("[data-row]:not([hidden])")) {
        fold.open = true;
        opened.add(fold);
      } else if (!words.length && opened.delete(fold)) {
        fold.open = false;
      }
    }
    matches.textContent = words.length ? `${found} of ${rows.length} rows` : "";
  };
  const remember = () => history.replaceState(null, "", box.value ? `#q=${encodeURIComponent(box.value)}` : "#");

  document.getElementById("filter").hidden = false;
  box.addEventListener("input", () => { filter(); remember(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== box) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && event.target === box) { box.value = ""; filter(); remember(); }
  });
  const asked = /^#q=(.*)$/.exec(location.hash);
  if (asked) {
    try { box.value = decodeURIComponent(asked[1]); } catch { box.value = ""; }
    filter();
  }

  // A link into what is folded unfolds it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let it = target; it; it = it.parentElement) if (it.tagName === "DETAILS") it.open = true;
    if (target) target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be unfolded.
  window.addEventListener("beforeprint", () => { for (const fold of all("details")) fold.open = true; });
})();
