// A part of a page that is opened or closed is written into its address (?voir=), so that a link to it opens it.
document.addEventListener("toggle", event => {
  const part = event.target.dataset?.part;
  if (!part) return;
  const address = new URL(location);
  if (event.target.open) address.searchParams.set("voir", part);
  else if (address.searchParams.get("voir") === part) address.searchParams.delete("voir");
  history.replaceState(history.state, "", address);
}, true);

// A link to what stands in a closed part opens it: followed by the browser, it would have the page drawn again, closed.
document.addEventListener("click", event => {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target?.closest("details")) return;
  event.preventDefault();
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  target.tabIndex = -1;
  target.focus({preventScroll: true});
  target.scrollIntoView();
}, true);
