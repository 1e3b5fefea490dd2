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
// have the page drawn again, closed.
document.addEventListener("click", event => {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  target.tabIndex = -1;
  target.focus({preventScroll: true});
  target.scrollIntoView();
}, true);

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
