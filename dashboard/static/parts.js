// A part of a page that is opened or closed is written into its address (?voir=), so that a link to it opens it.
document.addEventListener("toggle", event => {
  const part = event.target.dataset?.part;
  if (!part) return;
  const address = new URL(location);
  if (event.target.open) address.searchParams.set("voir", part);
  else if (address.searchParams.get("voir") === part) address.searchParams.delete("voir");
  history.replaceState(history.state, "", address);
}, true);

// A link to what stands in the page goes there, and opens the closed parts that hold it: followed by the browser, it would
// have the page drawn again, closed. So does the address of a page, once it is drawn.
const go = target => {
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  target.tabIndex = -1;
  target.focus({preventScroll: true});
  target.scrollIntoView();
};
document.addEventListener("click", event => {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  go(target);
}, true);
if (location.hash) new MutationObserver((_, watch) => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target || document.querySelector("[data-test-script-state=running]")) return;
  watch.disconnect();
  go(target);
}).observe(document, {subtree: true, childList: true, attributeFilter: ["data-test-script-state"]});

// A comparison is found again as it was left by the menu, which leads to its bare address, until a new one is begun.
const COMPARISON = /\/comparer$/;
document.addEventListener("click", event => {
  const link = event.target.closest?.(".top nav a");
  if (COMPARISON.test(location.pathname)) sessionStorage.setItem("comparison", location.search);
  const left = new URLSearchParams(sessionStorage.getItem("comparison") ?? "");
  if (!link || !left.has("scenario") || !COMPARISON.test(new URL(link.href).pathname)) return;
  const lang = new URL(link.href).searchParams.get("lang");
  left.delete("lang");
  if (lang) left.set("lang", lang);
  link.href = new URL("?" + left, new URL(link.href.split("?")[0])).href;
}, true);

// The button of a document that prints it.
document.addEventListener("click", event => { if (event.target.closest?.("[data-print]")) print(); });

// A picture is kept as it is seen, words included, or as its values: both files are made here. Every place is written in
// pixels, since a program that opens the file may know nothing of the page nor of its style.
const DRAWING = "http://www.w3.org/2000/svg";
const put = (into, name, facts, text = "") => {
  const made = document.createElementNS(DRAWING, name);
  for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
  made.textContent = text;
  into.append(made);
  return made;
};
const pixels = number => Math.round(number * 100) / 100;
const linesOf = node => { // of a text, as the page cut it
  const lines = [], range = document.createRange();
  for (const word of node.data.matchAll(/\S+/g)) {
    const end = word.index + word[0].length;
    range.setStart(node, word.index);
    range.setEnd(node, end);
    const box = range.getBoundingClientRect(), last = lines.at(-1);
    if (!box.width) continue;
    if (last && Math.abs(last.box.top - box.top) < 4) Object.assign(last, {end, right: box.right});
    else lines.push({start: word.index, end, right: box.right, box});
  }
  return lines;
};
const drawn = figure => {
  const page = figure.getBoundingClientRect(), apart = ".keep, .unseen";
  const svg = put(document.body, "svg", {style: "position:fixed;visibility:hidden", "font-family": "Inter, Arial, sans-serif"});
  for (const image of figure.querySelectorAll("img")) {
    const box = image.getBoundingClientRect();
    if (!box.width || image.closest(apart)) continue;
    const inner = new DOMParser().parseFromString(atob(image.src.split(",")[1]), "image/svg+xml").documentElement;
    inner.setAttribute("width", box.width);
    inner.setAttribute("height", box.height);
    svg.append(inner);
    for (const mark of inner.querySelectorAll("rect, circle, line")) {
      if (mark.closest("defs")) continue;
      const {x, y, width, height} = mark.getBBox(), across = {x1: x, x2: x + width};
      const facts = {rect: {x, y, width, height}, circle: {cx: x + width / 2, cy: y + height / 2}, line: across}[mark.tagName];
      mark.removeAttribute("style");
      for (const [key, value] of Object.entries(facts)) mark.setAttribute(key, pixels(value));
    }
    const place = `translate(${pixels(box.left - page.left)} ${pixels(box.top - page.top)})`;
    put(svg, "g", {transform: place}).append(...inner.childNodes);
    inner.remove();
  }
  const texts = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, look = getComputedStyle(node.parentElement);
    if (node.parentElement.closest(apart)) continue;
    for (const {start, end, right, box} of linesOf(node)) {
      const facts = {x: pixels(box.left - page.left), y: pixels(box.top - page.top + box.height * 0.8), fill: look.color};
      facts.textLength = pixels(right - box.left);
      put(svg, "text", {...facts, "font-size": look.fontSize, "font-weight": look.fontWeight}, node.data.slice(start, end));
    }
  }
  const said = {fill: "#57606a", "font-size": "14px"}, mark = document.querySelector(".banner b")?.textContent.replace(/\s*:\s*$/, "");
  put(svg, "text", {x: 0, y: -16, "font-weight": 650, "font-size": "16px"}, figure.querySelector(".keep").dataset.title);
  put(svg, "text", {x: 0, y: pixels(page.height + 28), ...said}, [document.title, mark].filter(Boolean).join(" · "));
  const all = svg.getBBox(), [left, top, width, height] = [all.x - 16, all.y - 16, all.width + 32, all.height + 32].map(pixels);
  svg.removeAttribute("style");
  for (const [key, value] of Object.entries({width, height, viewBox: [left, top, width, height].join(" ")})) svg.setAttribute(key, value);
  svg.prepend(put(svg, "title", {}, figure.getAttribute("aria-label")), put(svg, "rect", {x: left, y: top, width, height, fill: "#fff"}));
  [...svg.querySelectorAll("defs")].slice(1).forEach(same => same.remove());
  svg.remove();
  return new XMLSerializer().serializeToString(svg);
};
document.addEventListener("click", event => {
  const file = event.target.closest?.(".keep button")?.dataset.file;
  if (!file) return;
  const keep = event.target.closest(".keep"), figure = keep.closest("figure"), link = document.createElement("a");
  keep.open = false;
  keep.firstChild.focus();
  if (file === "svg" && !figure) return keep.closest("[class*=st-key-explored]").querySelector(".modebar-btn").click(); // of Plotly
  const text = file === "svg" ? drawn(figure) : keep.dataset.values.replace(/\r?\n/g, "\r\n");
  const bare = keep.dataset.title.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const within = document.querySelector(".internal") ? "-interne" : "";
  link.download = `sobria-${bare.match(/[a-z0-9]+/g).join("-").slice(0, 60)}${within}.${file}`;
  link.href = URL.createObjectURL(new Blob([text], {type: file === "svg" ? "image/svg+xml" : "text/csv"}));
  link.click();
  URL.revokeObjectURL(link.href);
}, true);
