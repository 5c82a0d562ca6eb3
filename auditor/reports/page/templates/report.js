// Conveniences only: without scripts, the report shows the same content.
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
      copy(text).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Select and copy manually"; }));
    block.before(button);
  }

  // Filter: hide rows that lack one of the words, then groups without visible rows.
  const query = document.getElementById("query");
  const matches = document.getElementById("matches");
  const omitted = Number(matches.dataset.omitted);
  const groupTitles = new Map();
  const titlesAbove = (node) => {
    const group = node.parentElement.closest("[data-group]");
    if (!group) return "";
    if (!groupTitles.has(group)) {
      const titles = all(":scope > [data-title]", group).map((title) => title.textContent);
      groupTitles.set(group, [titlesAbove(group), ...titles].join(" "));
    }
    return groupTitles.get(group);
  };
  const rows = all("[data-row]").map((node) => ({ node, text: `${titlesAbove(node)} ${node.textContent}`.toLowerCase() }));
  const groups = all("[data-group]").reverse();
  const folds = all("details[data-group], [data-group] details, #excluded details").filter((fold) => fold.querySelector("[data-row]"));
  const unfolded = new Set();

  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { node, text } of rows) {
      node.hidden = !words.every((word) => text.includes(word));
      count += node.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = words.length > 0 && group.querySelector("[data-row]") !== null && !group.querySelector("[data-row]:not([hidden])");
    }
    for (const fold of folds) {
      if (words.length && !fold.open && fold.querySelector("[data-row]:not([hidden])")) {
        fold.open = true;
        unfolded.add(fold);
      } else if (!words.length && unfolded.delete(fold)) {
        fold.open = false;
      }
    }
    matches.textContent = words.length ? matchText(count) : "";
  };
  // The filter sees only rows of this page: zero matches must not read as zero findings.
  const matchText = (count) => {
    const text = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    return omitted ? `${text} (${omitted.toLocaleString("en")} findings are not in this page)` : text;
  };
  const saveQuery = () => history.replaceState(null, "", query.value ? `#q=${encodeURIComponent(query.value)}` : "#");

  document.getElementById("filter").hidden = false;
  query.addEventListener("input", () => { filter(); saveQuery(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== query) { event.preventDefault(); query.focus(); }
    if (event.key === "Escape" && event.target === query) { query.value = ""; filter(); saveQuery(); }
  });
  const saved = /^#q=(.*)$/.exec(location.hash);
  if (saved) {
    try { query.value = decodeURIComponent(saved[1]); } catch { query.value = ""; }
    filter();
  }

  // Unfold the groups around the target of a link.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // A printed page cannot be unfolded.
  window.addEventListener("beforeprint", () => { for (const fold of all("details")) fold.open = true; });
})();
