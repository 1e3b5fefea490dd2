// A part of a page that is opened or closed is written into its address (?voir=), so that a link to it opens it.
document.addEventListener("toggle", event => {
  const part = event.target.dataset?.part;
  if (!part) return;
  const address = new URL(location);
  if (event.target.open) address.searchParams.set("voir", part);
  else if (address.searchParams.get("voir") === part) address.searchParams.delete("voir");
  history.replaceState(history.state, "", address);
}, true);
