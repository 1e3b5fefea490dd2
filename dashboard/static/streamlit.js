// What is mended in Streamlit. Where its server is: without being told, it first asks below the address of each page, where
// nothing is. Then the parts that it draws by itself: its words, said in the reader's language, a role that contradicts a
// name or has none, a button that does not say of which list it is, a drawing that is read beside its words. One letter
// alone does nothing: it drew the page again. Who waits, or has copied, is told so where the sentence of the first load was.
// Its zones: the head and the foot of a page are no part of its main one. The document holds the pairs: what Streamlit
// writes, what to say; {x} stands for any text. What our own pages and people write is left as it is.
(() => {
  "use strict";
  const lang = document.documentElement.lang; // a calendar takes the language of the browser: it is to be that of the page
  for (const [name, said] of [["language", lang], ["languages", [lang]]]) Object.defineProperty(navigator, name, {get: () => said});
  window.__streamlit = {BACKEND_BASE_URL: new URL(".", location).href};
  const NOT_STREAMLIT = ".stHtml, .zone, [data-testid=stCode] pre, label, [role=option][data-key]:not([data-key^=__]), [data-tag] > span, .stFileChipName";
  const NAMELESS = "[data-rac][role=group]:not([aria-label], [aria-labelledby])"; // around each list: it groups nothing
  const NAMED_FOR_NOTHING = "[data-testid=stFileUploaderDropzone][role=presentation]";
  const DRAWN = "svg:not([aria-hidden], [role=img])"; // icons, and pictures whose figure has their words
  const LOOKS = ["width", "height", "color", "overflow", "direction", "kind", "cellpadding"]; // on parts that draw nothing: their style has them
  const EMPTY = ["autocomplete", "form"]; // written without a value, which HTML has not
  const PICTURES = "svg, svg *, img, canvas";
  const NO_BANNER = "[role=dialog] header, .stAppHeader"; // the site has no second head
  const LIST = "[data-trigger=ComboBox] > [role=listbox]"; // drawn apart from its field
  const UNSIZED = "button svg[viewBox]:not([width])"; // its style alone has its size: without it, the button is empty
  const ICON = "[data-testid=stIconMaterial]"; // a word that its font, not sent, would draw
  const DRAWING = ".js-plotly-plot svg *", PAINT = /^(fill|stroke|opacity|font)/; // kept without any style too
  const LAYER = ".js-plotly-plot .main-svg"; // so is its place
  const CHOSEN = "[data-testid=stSelectbox] input"; // one line, which cuts what it holds: its box says it in as many as it needs
  const FOLDED = "[data-testid=stExpanderDetails]"; // its fields may have the names of those of another
  const PICKER = "[role=dialog] button[aria-haspopup=listbox]:not([data-testid=stSelectbox] *)"; // its name lacks the month or the year
  const named = (element, within, by) => element.closest(within)?.querySelector(by);
  const list = element => named(element, "[data-testid=stSelectbox], [data-testid=stMultiSelect]", "input")?.ariaLabel;
  const day = element => named(element, "[data-testid=stDateInput]", "[role=group]")?.ariaLabel;
  const code = element => // the first and the last words: several begin alike
    named(element, "[data-testid=stCode]", "code")?.textContent.trim().replace(/^(.{30}\S*)\s.*\s(\S.{40,}?)$/su, "$1 … $2");
  const file = element => named(element, "[data-testid=stFileUploader]", "label")?.textContent.trim();
  const OF = { // buttons that do not say of which field or code they are
    "Open": list, "Clear value": list, "Clear all": list, "Choose date": day, "Clear date": day, "Copy to clipboard": code,
    "Copied": code, "file upload": file,
  };
  const REFUSED = "files are not allowed."; // which ones are is what its field takes, unsaid
  const TYPES = "input[type=file][accept]:not([accept=''])";
  const accepted = element => (named(element, "[data-testid=stFileUploader]", TYPES) ?? document.querySelector(TYPES))
    ?.accept.split(",").filter(type => type.startsWith(".")).join(", ");
  const NONE = "0 options available.", NOTHING = "No results"; // of a list: what was told at once, and what is seen
  const SIZE = /(^|, )([\d.]+)([KMG]?)B$/, BYTES = {"": "byte", K: "kilobyte", M: "megabyte", G: "gigabyte"};
  const FILE = ".stFileChip, .stFileChipName + *";
  const sized = said => said.replace(SIZE, (_, before, n, k) =>
    before + new Intl.NumberFormat(lang, {style: "unit", unit: BYTES[k]}).format(n));
  const NAMES_OF_PEOPLE = "[role=option], [data-tag], .stFileChip";
  const pairs = JSON.parse(document.getElementById("words").textContent);
  const exact = new Map(pairs.filter(([said]) => !said.includes("{x}")));
  const shapes = pairs.filter(([said]) => said.includes("{x}")).map(([said, ours]) => [said.split("{x}"), ours]);

  window.addEventListener("keydown", event => {
    const held = event.ctrlKey || event.metaKey || event.altKey;
    const typed = event.target.closest?.("input, textarea, [contenteditable=true], [role=combobox], [role=listbox]");
    if (!held && !typed && "rc".includes(event.key.toLowerCase())) event.stopImmediatePropagation();
  }, true);

  // A panel is drawn at the end of the page: under the keyboard it follows the button that opens it. What empties a list
  // goes with what it emptied: its field is where one was.
  const STOPS = "a[href], button, input, textarea, select, summary, [tabindex='0']";
  const stops = within => [...within.querySelectorAll(STOPS)].filter(e =>
    (e.tabIndex >= 0 || "tabindex" in e.dataset) && !e.disabled && e.checkVisibility()); // kept there while the focus is out of a panel
  window.addEventListener("keydown", event => {
    const panel = document.querySelector("[data-testid=stPopoverBody]");
    const buttons = [...document.querySelectorAll("[data-testid=stPopoverButton][aria-expanded=true]")];
    const button = buttons.find(each => each.textContent.includes(panel?.ariaLabel));
    if (event.key !== "Tab" || !button) return;
    const inside = stops(panel), before = event.shiftKey, at = document.activeElement;
    const around = stops(document).filter(e => !panel.contains(e)), next = around[around.indexOf(button) + 1];
    const to = at === button && !before ? inside[0] : at === next && before ? inside.at(-1)
      : at === inside.at(-1) && !before ? next : at === inside[0] && before ? button : null;
    if (at === around.at(-1) && !before) { // its stops come once: the page ends here, where the panel is drawn
      panel.inert = true;
      setTimeout(() => { panel.inert = false; });
    }
    if (!to) return;
    event.preventDefault();
    to.focus();
  }, true);
  // Drawn again under the keyboard, a field or a button keeps it, found by its name. What leaves the page gives it to its
  // list, its date or the button of its files; the last card of a list, to the card before it; after a form that led on, it
  // is at the start of the page; else, once all is drawn, at the part where it was.
  const NAMED = "button, input, textarea", CARD = "st-key-compare_card_";
  const LISTS = ["Selectbox", "MultiSelect", "DateInput", "FileUploader"].map(of => `[data-testid=st${of}]`).join();
  const entry = box => box.querySelector("[role=spinbutton]") ?? box.querySelector("input:not([type=file]), textarea") ?? stops(box).at(-1);
  let held; // what has the focus, the list, the date, the form and the parts that it is of, and the address
  addEventListener("focusin", ({target}) => {
    const list = target.closest(LISTS), part = target.closest(NAMED), parts = [];
    for (let up = part?.parentElement; up; up = up.parentElement) parts.push(...[...up.classList].filter(c => c.startsWith("st-key-")));
    held = part && {part, list, parts, form: target.closest(".st-key-form"), at: location.href};
  });
  const back = whole => {
    if (!held || held.part.isConnected || document.activeElement !== document.body) return;
    const {part, list, form, parts, at} = held, said = part.ariaLabel ?? part.textContent;
    const card = parts.find(name => name.startsWith(CARD)), cards = [...document.querySelectorAll(`[class*=${CARD}]`)];
    const same = stops(document).filter(e => e.localName === part.localName && e.type === part.type && (e.ariaLabel ?? e.textContent) === said);
    if (list?.isConnected)
      entry(list)?.focus();
    else if (said && same.length === 1) same[0].focus();
    else if (card && cards.length && !cards.some(e => e.classList.contains(card))) stops(cards.at(-1))[0]?.focus();
    else if (form || at !== location.href) document.getElementById("contenu")?.focus();
    else if (whole) {
      const near = document.getElementsByClassName(parts.find(name => document.getElementsByClassName(name).length))[0];
      if (near) near.tabIndex = -1;
      (near ?? document.getElementById("contenu"))?.focus();
    }
  };

  // A refusal names a field by its label, first or between quotation marks: that of its form is said to be wrong, and is
  // described by what it says of it, which stands below it too, of several below the first, without its label. It is
  // reached at once when a button that writes was pressed: the first field refused, else the refusal, or what was done.
  const FIELD = "input:not([type=hidden], [type=date], [type=radio]), textarea, [role=radiogroup], [role=spinbutton]";
  const plain = text => (text ?? "").replace(/\s+/g, " ").trim();
  const called = field => plain(day(field) ?? file(field) ?? field.ariaLabel ?? field.labels?.[0]?.textContent);
  const names = (fault, label) => label && [`${label} :`, `${label}:`].some(start => fault.startsWith(start))
    || label && [`« ${label} »`, `“${label}”`].some(said => fault.includes(said));
  const blamed = (alert, fault) => {
    for (let up = alert.parentElement; up; up = up.parentElement) {
      const all = [...up.querySelectorAll(FIELD)].filter(field => names(fault, called(field)));
      const before = all.filter(field => field.compareDocumentPosition(alert) & Node.DOCUMENT_POSITION_FOLLOWING);
      const form = (before.at(-1) ?? all[0])?.closest("[data-testid=stForm]");
      if (all.length) return all.filter(field => field.closest("[data-testid=stForm]") === form);
    }
    return [];
  };
  const BOX = ["TextInput", "TextArea", "NumberInput", "Radio"].map(of => `[data-testid=st${of}]`).join() + `, ${LISTS}`;
  const boxed = (field, said) => {
    const box = field.closest(BOX);
    if (box && said) box.dataset.fault = said;
    else delete box?.dataset.fault;
  };
  const unnamed = (fault, label) => {
    const text = fault.replace(/[ \n]+/g, " ").trim(), starts = [`« ${label} » :`, `“${label}”:`, `${label} :`, `${label}:`];
    const rest = text.slice(starts.find(start => plain(text).startsWith(start))?.length ?? 0).trim();
    return rest.charAt(0).toUpperCase() + rest.slice(1);
  };
  const wrong = new Map(); // what described each such field before
  let faults = 0;
  const blame = () => {
    const found = new Map(), told = new Map(), alerts = document.querySelectorAll("[role=alert], .lacks");
    for (const alert of alerts) for (const fault of alert.querySelector("li") ? alert.querySelectorAll("li") : [alert]) {
      for (const [at, field] of blamed(alert, plain(fault.textContent)).entries()) {
        fault.id ||= `fault-${++faults}`;
        found.set(field, [...(found.get(field) ?? []), fault.id]);
        if (!at) told.set(field, [...(told.get(field) ?? []), unnamed(fault.textContent, called(field))]);
      }
    }
    for (const [field, ids] of found) {
      if (!wrong.has(field)) wrong.set(field, field.getAttribute("aria-describedby") ?? "");
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", [...ids, wrong.get(field)].join(" ").trim());
      boxed(field, told.get(field)?.join(" "));
    }
    for (const [field, before] of wrong) if (!found.has(field)) {
      wrong.delete(field);
      boxed(field);
      field.removeAttribute("aria-invalid");
      if (before) field.setAttribute("aria-describedby", before);
      else field.removeAttribute("aria-describedby");
    }
  };

  const WRITES = "[data-testid=stBaseButton-primary], [data-testid=stBaseButton-primaryFormSubmit]";
  const refusals = () => [...document.querySelectorAll("[role=alert], .banner.done")];
  let pressed; // around the button: its parts, the refusals that were there, and the address
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { pressed = null; }, true);
  addEventListener("click", ({target}) => {
    const parts = [], button = target.closest?.(WRITES);
    for (let up = button?.parentElement; up; up = up.parentElement) parts.push(up);
    if (button) pressed = {parts, before: refusals(), at: location.href};
  }, true);
  const lead = () => {
    const {parts, before, at} = pressed ?? {};
    if (at !== location.href) return;
    blame();
    const field = parts.find(part => part.isConnected && part.querySelector(FIELD))?.querySelector("[aria-invalid=true]");
    const part = field?.closest(BOX) ?? field ?? refusals().find(alert => !before.includes(alert));
    if (!part) return;
    pressed = null;
    if (!field) part.tabIndex = -1;
    (field ? entry(part) : part).focus({preventScroll: true});
    part.scrollIntoView({block: "center"});
  };

  // A code is found as its name has it: « mistral-small » in the list of « Mistral Small 3.2 ». What no row holds is looked
  // for again with a space for its last hyphen.
  const typed = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  addEventListener("input", ({target}) => setTimeout(() => {
    if (!target.matches(CHOSEN) || !target.value.includes("-") || !document.querySelector(`${LIST}[data-empty]`)) return;
    typed.call(target, target.value.replace(/-([^-]*)$/, " $1"));
    target.dispatchEvent(new Event("input", {bubbles: true}));
  }));

  // What a picture tells under the pointer stays while the pointer is on it, and goes with Escape.
  const holds = ({left, right, top, bottom}, {clientX: x, clientY: y}) => x >= left && x <= right && y >= top && y <= bottom;
  const hide = () => document.querySelectorAll(".nsewdrag").forEach(plane => plane.dispatchEvent(new MouseEvent("mouseout")));
  window.addEventListener("keydown", event => { if (event.key === "Escape") hide(); }, true);
  for (const kind of ["mousemove", "mouseout"]) window.addEventListener(kind, event => {
    const labels = [...document.querySelectorAll(".hovertext")];
    if (!event.isTrusted || !labels.length) return;
    if (labels.some(label => holds(label.getBoundingClientRect(), event))) event.stopImmediatePropagation();
    else if (!event.target.closest?.(".nsewdrag")) hide();
  }, true);

  // A date opens its calendar on focus. Escape closes it, and Streamlit goes to the last part of the date: the focus stays,
  // until the next key or press.
  let stayed = null;
  const release = () => { delete stayed?.focus; stayed = null; };
  window.addEventListener("pointerdown", release, true);
  window.addEventListener("keydown", ({key, target}) => {
    release();
    const last = [...target.closest?.("[data-testid=stDateInputField]")?.querySelectorAll("[role=spinbutton]") ?? []].at(-1);
    if (key !== "Escape" || !last || target === last || !target.matches("[role=spinbutton]")) return;
    stayed = last;
    last.focus = () => target.focus();
  }, true);

  // What is told a moment after a page asks the server for a run, until what came of it is drawn; what a page asks by itself,
  // long after what a person did, is not.
  const MOMENT = 100, LONG = 3000; // [ms]
  const RUNS = "[data-test-script-state]:not([data-test-script-state=notRunning]), [data-stale=true]"; // a page, a part of one
  const page = () => document.querySelector(".st-key-page");
  const since = () => performance.now() - acted; // a person did something
  let acted = 0, late, again, whole = false;
  const say = text => {
    const status = document.querySelector(".loading");
    status.classList.add("again"); // once empty, it stays there to be heard
    status.textContent = text ?? status.dataset.computing;
    return status;
  };
  const tell = () => { if (page() && !(whole && since() > LONG)) say(); }; // before its page, the first load says its own
  const begun = () => { late ??= setTimeout(tell, MOMENT - since()); };
  const soon = () => { // what is stale at the end of a run is taken away after it, which changes no state
    clearTimeout(again);
    again = setTimeout(ended, MOMENT);
  };
  const ended = () => {
    if (document.querySelector(RUNS)) {
      soon();
      return begun();
    }
    late = clearTimeout(late);
    whole = page() !== null;
    if (whole) say("");
    back(whole);
    lead();
  };
  for (const kind of ["pointerup", "keydown", "change"]) addEventListener(kind, () => { acted = performance.now(); }, true);
  new MutationObserver(ended).observe(document, {subtree: true, attributeFilter: ["data-test-script-state", "data-stale"]});
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      for (const kind of ["message", "close"]) this.addEventListener(kind, soon);
    }
    send(asked) {
      super.send(asked);
      begun();
    }
  };

  // What a field of a date says in English whatever its language: « 11 – November », « Selected Date: November 29, 2026 ».
  const MONTH = /^(\d+) – .+/, DAY = /[A-Z][a-z]+ \d{1,2}, \d{4}$/;
  const spoken = (how, date) => new Intl.DateTimeFormat(lang, how).format(date);
  const dated = said => said.replace(MONTH, (_, n) => `${n} – ${spoken({month: "long"}, new Date(2000, n - 1))}`)
    .replace(DAY, day => spoken({dateStyle: "long"}, new Date(day)));
  const OF_A_DATE = "[data-testid=stDateInput] *, [id^=react-aria-description]";

  const told = bare => {
    if (exact.has(bare)) return exact.get(bare);
    for (const [[before, after], ours] of shapes) {
      const long = bare.length > before.length + after.length;
      if (long && bare.startsWith(before) && bare.endsWith(after)) {
        return ours.replace("{x}", () => bare.slice(before.length, bare.length - after.length));
      }
    }
    return bare;
  };
  const widen = choice => { // a list is as wide as what it has to say: its rows have one line
    const list = choice.closest("[data-trigger=ComboBox]"), parts = [choice, ...choice.querySelectorAll("*")];
    const lacks = Math.max(...parts.map(part => part.clientWidth && part.scrollWidth - part.clientWidth));
    if (list && lacks > 0) list.style.minWidth = `min(${list.offsetWidth + lacks}px, 94vw)`;
  };
  let folds = 0, pictures = 0;
  const name = element => {
    if (element.matches(CHOSEN)) {
      const {value, placeholder, parentElement: box} = element;
      if (value || placeholder) box.dataset.chosen = value || placeholder;
      else delete box.dataset.chosen;
    }
    if (element.matches(NAMELESS)) element.removeAttribute("role");
    if (element.matches(NAMED_FOR_NOTHING)) element.setAttribute("role", "group");
    const figure = element.matches(LAYER) && element.closest("[role=figure]");
    if (figure && element === figure.querySelector(LAYER)) { // its other layers add no word to the alternative
      figure.id ||= `picture-${++pictures}`;
      element.setAttribute("role", "img");
      element.setAttribute("aria-labelledby", figure.id);
    }
    if (element.matches(DRAWN)) element.setAttribute("aria-hidden", "true");
    if (element.matches(UNSIZED)) for (const side of ["width", "height"]) element.setAttribute(side, 16);
    if (element.matches(DRAWING)) for (const look of element.style) if (PAINT.test(look)) element.setAttribute(look, element.style[look]);
    if (element.matches(LAYER)) {
      Object.assign(element.style, {position: "absolute", top: "0px", left: "0px"});
      element.parentElement.style.position = "relative";
    }
    if (element.matches("th:not([scope])")) element.scope = "col"; // days of a calendar
    if (element.matches(NO_BANNER)) element.setAttribute("role", "presentation");
    if (!element.matches(PICTURES)) for (const look of LOOKS) element.removeAttribute(look);
    for (const empty of EMPTY) if (element.getAttribute(empty) === "") element.removeAttribute(empty);
    const said = element.getAttribute("aria-label"), value = element.getAttribute("aria-valuetext"), of = OF[said]?.(element);
    const ours = value && told(element.matches(OF_A_DATE) ? dated(value) : value);
    if (value && ours !== value) element.setAttribute("aria-valuetext", ours);
    if (of && OF[said] === code) {
      const called = `${told(said)}, ${of}`;
      element.title = called; // what Streamlit shows under the pointer can be neither closed nor pointed at
      const status = said === "Copied" && say(called);
      if (status) setTimeout(() => { if (status.textContent === called) say(""); }, LONG);
    }
    if (of) element.setAttribute("aria-label", `${told(said)}, ${of}`);
    else if (element.matches(FILE) && said && sized(said) !== said) element.setAttribute("aria-label", sized(said));
    else if (said && !element.matches(NAMES_OF_PEOPLE) && told(said) !== said) element.setAttribute("aria-label", told(said));
    if (element.matches(PICKER)) {
      const label = `${element.textContent.trim()}, ${element.ariaLabel.split(", ").at(-1)}`;
      element.removeAttribute("aria-labelledby"); // of what is not there
      if (label !== element.ariaLabel) element.setAttribute("aria-label", label);
    }
    if (element.placeholder && told(element.placeholder) !== element.placeholder) element.placeholder = told(element.placeholder);
    if (element.matches(LIST)) {
      element.parentElement.setAttribute("role", "region");
      element.parentElement.setAttribute("aria-label", element.ariaLabel);
    }
    if (element.matches("[role=option]")) widen(element);
    if (element.matches(FOLDED)) {
      const title = element.previousElementSibling;
      title.id ||= `fold-${++folds}`;
      element.setAttribute("role", "group");
      element.setAttribute("aria-labelledby", title.id);
    }
  };
  const text = node => {
    const bare = node.data.trim(), picker = node.parentElement?.closest(PICKER);
    if (picker) name(picker);
    if (bare !== "" && node.parentElement?.matches(ICON)) node.data = "";
    if (bare === "" || node.parentElement?.closest(NOT_STREAMLIT) !== null) return;
    if (bare === NONE) document.querySelector("[data-live-announcer] [aria-live=polite]")?.append(node.parentElement); // it can wait
    const within = node.parentElement, english = within?.matches(FILE) ? sized(bare) : bare;
    const said = bare === NONE ? told(NOTHING) : told(within?.matches(OF_A_DATE) ? dated(bare) : english);
    const types = bare.endsWith(REFUSED) && accepted(within);
    const ours = types ? `${said} ${document.querySelector(".loading").dataset.expected} ${types}` : said;
    if (ours !== bare) node.data = node.data.replace(bare, () => ours);
  };
  const all = root => {
    if (root.nodeType === Node.TEXT_NODE) return text(root);
    if (root.nodeType !== Node.ELEMENT_NODE || root.matches("script, style, .stHtml, .zone")) return;
    name(root);
    root.childNodes.forEach(all);
  };
  const take = zone => { // out of the main zone, where the whole page is drawn: its head before, its foot after
    const main = zone.closest("main"), is = zone.localName;
    main.parentElement.querySelector(`:scope > ${is}.zone`)?.remove();
    if (is === "header") main.before(zone);
    else main.after(zone);
  };
  const head = cell => { cell.dataset.head = cell.closest("table").tHead?.rows[0].cells[cell.cellIndex]?.textContent ?? ""; };
  new MutationObserver(changes => {
    for (const change of changes) {
      if (change.type === "attributes") name(change.target);
      else if (change.type === "characterData") text(change.target);
      else change.addedNodes.forEach(all);
    }
    for (const zone of document.querySelectorAll("main .zone")) take(zone);
    document.querySelectorAll(".st-key-page tbody td:not([data-head])").forEach(head);
    back();
    blame();
  }).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["aria-label", "aria-valuetext", "placeholder", "value", ...LOOKS, ...EMPTY],
  });
})();
