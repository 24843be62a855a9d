// What the browser itself must do: everything else is HTML from the server. No state lives here but what is on the page.

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
const setText = (node, text) => {
  if (node && node.textContent !== text) node.textContent = text;
};

// Says something to screen readers, in the open dialog when there is one: all else is inert then.
function announce(text) {
  const live = find("dialog:modal [data-live]") ?? find("#live");
  if (live) live.textContent = text;
}

// Copying ------------------------------------------------------------------

// The clipboard API needs https; on plain http the old command still works.
async function writeClipboard(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    beside.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    beside.focus();
    if (!done) throw new Error("not copied");
  }
}

async function copy(button) {
  const label = find(".copy-label", button);
  try {
    await writeClipboard(button.dataset.copy, button);
  } catch {
    announce("Not copied. Select the text and copy it by hand.");
    return;
  }
  announce("Copied");
  if ("copied" in button.dataset) return;
  const before = label?.textContent;
  button.dataset.copied = "";
  setText(label, "Copied");
  setTimeout(() => {
    delete button.dataset.copied;
    if (label) setText(label, before);
  }, 2000);
}

// The menu of a list's rows --------------------------------------------------

// Which row's button had each menu filled.
const openers = new WeakMap();
let pressedWhileOpen;

// The browser closes an open menu before the click on its button arrives: such a click is there to close it.
document.addEventListener(
  "pointerdown",
  ({ target }) => {
    const button = target.closest?.("button.more[formaction]");
    const menu = button && menuOf(button);
    pressedWhileOpen = menu?.matches(":popover-open") && openers.get(menu) === button ? button : undefined;
  },
  true,
);

const menuOf = (button) => document.getElementById(button.form?.dataset.menu);

/** Has the menu filled for this row; of two rows in haste the later one wins, since the menu asks for one answer at a time. */
async function openMenu(button, menu) {
  const closes = pressedWhileOpen === button || (menu.matches(":popover-open") && openers.get(menu) === button);
  pressedWhileOpen = undefined;
  menu.hidePopover();
  if (closes) return;
  openers.set(menu, button);
  button.classList.add("htmx-request");
  await htmx.ajax("GET", button.getAttribute("formaction"), { source: menu, target: menu, swap: "innerHTML" });
  button.classList.remove("htmx-request");
}

document.addEventListener("htmx:after:swap", ({ target }) => {
  const button = openers.get(target);
  if (!button?.isConnected) return;
  target.setAttribute("aria-label", button.getAttribute("aria-label"));
  target.showPopover({ source: button });
});

document.addEventListener(
  "beforetoggle",
  ({ target, newState }) => openers.get(target)?.setAttribute("aria-expanded", String(newState === "open")),
  true,
);

// Focus --------------------------------------------------------------------

// How to find an element, or the one that took its place, again after a swap.
function trace(element) {
  const menu = element.closest?.(".menu[popover]");
  const opener = menu && menu.id ? (find(`[popovertarget="${CSS.escape(menu.id)}"]`) ?? openers.get(menu)) : null;
  const kept = opener ?? element;
  const selectors = [];
  if (kept.id) selectors.push(`#${CSS.escape(kept.id)}`);
  for (const name of ["popovertarget", "hx-get", "hx-post", "href", "formaction", "name", "aria-label"]) {
    const value = kept.getAttribute?.(name);
    if (value) selectors.push(`${kept.localName}[${name}="${CSS.escape(value)}"]`);
  }
  const row = kept.closest?.("tr[id], li[id], section[id], form[id], [id]:not(html, body)");
  return { element: kept, selectors, row: row?.id };
}

function regain({ element, selectors, row }) {
  if (element.isConnected && !element.closest("[hidden]")) return focusOn(element);
  for (const selector of selectors) {
    const twin = find(selector);
    if (twin && focusOn(twin)) return true;
  }
  const region = (row && document.getElementById(row)) || find("#main");
  const heading = region && (find("h1, h2, h3, th a, th", region) ?? region);
  // A bar that has hidden itself takes no focus; the page's own title always does.
  const title = find("#main h1") ?? find("#main");
  return Boolean((heading && focusOn(heading)) || (title && focusOn(title)));
}

function focusOn(element) {
  element.focus({ preventScroll: true });
  if (document.activeElement === element) return true;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  return document.activeElement === element;
}

let lastFocus;
document.addEventListener("focusin", ({ target }) => {
  lastFocus = trace(target);
});

function keepFocus() {
  if (!lastFocus || lastFocus.element.isConnected) return;
  const lost = lastFocus;
  lastFocus = undefined;
  if (document.activeElement !== document.body) return;
  const dialog = find("dialog:modal");
  if (dialog) stayIn(dialog, lost);
  else regain(lost);
}

// All but the dialog is inert: what took the place of the lost element inside it, or else its title.
function stayIn(dialog, { selectors }) {
  const twin = selectors.map((selector) => find(selector, dialog)).find((found) => found && focusOn(found));
  const title = find("h2", dialog);
  if (!twin && title) focusOn(title);
}

// Dialogs ------------------------------------------------------------------

let opener;

function openDialogs() {
  const slot = find("#dialog");
  if (!slot) return;
  const dialog = find("dialog[data-open]", slot);
  if (dialog && !dialog.matches(":modal")) {
    // A dialog that came with its page closes by leading to the page underneath.
    if (dialog.hasAttribute("open")) {
      dialog.dataset.inPage = "";
      dialog.removeAttribute("open");
    }
    opener ??= lastFocus;
    dialog.showModal();
    const first = find("[aria-invalid=true], [autofocus]", dialog);
    first?.focus();
    if (first?.matches("input[readonly]")) first.select();
  }
  if (!dialog && opener) {
    const back = opener;
    opener = undefined;
    regain(back);
  }
}

document.addEventListener(
  "close",
  ({ target }) => {
    if (!target.matches?.("#dialog dialog")) return;
    const page = "inPage" in target.dataset ? find("a[data-close]", target) : null;
    // Emptied rather than kept, so that whatever polls inside stops.
    target.remove();
    // A choice that opened the dialog was only a question.
    for (const form of document.querySelectorAll("form[data-reset-after-dialog]")) form.reset();
    if (page) location.assign(page.href);
  },
  true,
);

function close(control, event) {
  const dialog = control.closest("dialog");
  if (dialog?.matches(":modal")) {
    event.preventDefault();
    dialog.close();
    return;
  }
  const message = control.closest(".toast, .notice");
  if (message) message.remove();
}

/** Asks before something ends; resolves to whether to go on. */
function ask(question, action) {
  const template = find("#confirm-template");
  if (!template) return Promise.resolve(confirm(question));
  const dialog = template.content.firstElementChild.cloneNode(true);
  const [, title, rest] = /^(.*?\?)\s*(.*)$/s.exec(question) ?? [null, question, ""];
  setText(find("[data-confirm-question]", dialog), title);
  setText(find("[data-confirm-text]", dialog), rest);
  setText(find("[data-confirm-action]", dialog), action || "Continue");
  document.body.append(dialog);
  const back = lastFocus;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const go = dialog.returnValue === "go";
      dialog.remove();
      if (!go && back) regain(back);
      resolve(go);
    });
    dialog.showModal();
  });
}

document.addEventListener("htmx:confirm", (event) => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  const source = ctx.sourceElement;
  const button = source.matches("form") ? (ctx.request.submitter ?? find("[type=submit]", source)) : source;
  ask(ctx.confirm, button?.dataset.confirmAction ?? button?.textContent.trim()).then((go) =>
    go ? issueRequest() : dropRequest(),
  );
});

// Toasts -------------------------------------------------------------------

const stays = 6000;
const timed = new WeakSet();

function leaveLater(toast) {
  if (timed.has(toast)) return;
  timed.add(toast);
  let timer;
  const start = () => {
    timer = setTimeout(() => toast.remove(), stays);
  };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

// Over an open dialog the region must be in the top layer to be seen at all.
function raiseToasts(region) {
  const wanted = region.childElementCount > 0 && find("dialog:modal") !== null;
  if (wanted && !region.hasAttribute("popover")) {
    region.popover = "manual";
    region.showPopover();
  } else if (!wanted && region.hasAttribute("popover")) region.removeAttribute("popover");
}

function keepToasts() {
  const region = find("#toasts");
  if (!region) return;
  for (const toast of findAll(".toast--good", region)) leaveLater(toast);
  raiseToasts(region);
}

function showToast(id) {
  const region = find("#toasts");
  const template = document.getElementById(id);
  if (!region || !template || find(`[data-from="${id}"]`, region)) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.dataset.from = id;
  region.append(toast);
}

// A refusal with words of its own (a form with its errors, a part for some place) needs none from here.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response;
  const told = status === 422 || /<hx-partial|hx-swap-oob/.test(ctx.text ?? "");
  if (!told && !headers.has("hx-redirect") && !headers.has("hx-refresh")) showToast("toast-failed");
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx) showToast("toast-unreachable");
});

// Selecting rows -----------------------------------------------------------

const rowBoxes = (scope) => findAll("tbody .cell-check .box", scope);

function everything(scope, on) {
  const field = find("[data-all-matching]", scope);
  if (!field) return;
  field.disabled = !on;
  scope.toggleAttribute("data-everything", on);
}

const bars = new WeakMap();

// With its bar drawn anew the list shows something else: rows that are still there are not what somebody chose before.
function untickForNewBar(scope) {
  const bar = find("[data-all-matching]", scope)?.form;
  if (!bar) return;
  const before = bars.get(scope);
  bars.set(scope, bar);
  if (before && before !== bar) for (const box of rowBoxes(scope)) box.checked = false;
}

function count(scope) {
  untickForNewBar(scope);
  const boxes = rowBoxes(scope);
  const ticked = boxes.filter((box) => box.checked).length;
  const whole = boxes.length > 0 && ticked === boxes.length;
  if (!whole || find("[data-all-matching]", scope)?.disabled) everything(scope, false);
  for (const box of findAll("[data-all]", scope)) {
    box.checked = whole;
    box.indeterminate = ticked > 0 && !whole;
  }
  const all = scope.hasAttribute("data-everything");
  for (const node of findAll("[data-count]", scope)) setText(node, String(ticked));
  for (const node of findAll("[data-some]", scope)) node.hidden = all;
  for (const node of findAll("[data-every]", scope)) node.hidden = !all;
  for (const node of findAll("[data-select-every]", scope)) node.hidden = all || !whole;
}

function clear(scope) {
  for (const box of rowBoxes(scope)) box.checked = false;
  const first = find("[data-all], .search .input", scope);
  count(scope);
  first?.focus({ preventScroll: true });
}

const countAll = () => findAll(".contacts").forEach(count);

function ticked(box) {
  const scope = box.closest(".contacts");
  if (!scope) return;
  if (box.matches("[data-all]")) for (const one of rowBoxes(scope)) one.checked = box.checked;
  everything(scope, false);
  count(scope);
}

// Appearance ---------------------------------------------------------------

function remembered() {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return "";
  }
}

function pickTheme(value) {
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  try {
    if (value) localStorage.setItem("theme", value);
    else localStorage.removeItem("theme");
  } catch {
    // Without storage the choice holds for this page alone.
  }
}

function showThemePickers() {
  for (const picker of findAll("[data-theme-picker][hidden]")) {
    picker.hidden = false;
    const chosen = find(`input[value="${CSS.escape(remembered())}"]`, picker);
    if (chosen) chosen.checked = true;
  }
}

// Combobox (ARIA Authoring Practices, combobox with list autocomplete) ------

const comboOf = (node) => node?.closest?.("[data-combo]");
const inputOf = (combo) => find("[role=combobox]", combo);
const listOf = (combo) => find("[role=listbox]", combo);
const optionsOf = (combo) => findAll("[role=option]:not([aria-disabled=true])", listOf(combo));
const activeOf = (combo) => find("[role=option][aria-selected=true]", listOf(combo));

function activate(combo, option) {
  for (const one of findAll("[role=option][aria-selected=true]", listOf(combo)))
    one.setAttribute("aria-selected", "false");
  const input = inputOf(combo);
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function expand(combo, open) {
  listOf(combo).hidden = !open;
  inputOf(combo).setAttribute("aria-expanded", String(open));
  if (!open) activate(combo, null);
}

function addChip(combo, name, value, label) {
  const input = inputOf(combo);
  const key = `${name}=${value}`;
  if (findAll("[data-chip]", combo).every((chip) => chip.dataset.chip.toLowerCase() !== key.toLowerCase())) {
    const chip = find("#chip-template").content.firstElementChild.cloneNode(true);
    chip.dataset.chip = key;
    const field = find("input", chip);
    field.name = name;
    field.value = value;
    setText(find("span", chip), label);
    find("button", chip).setAttribute("aria-label", `Remove ${label}`);
    input.before(chip);
  }
  announce(`${label} added`);
  input.value = "";
  expand(combo, false);
  listOf(combo).replaceChildren();
  changed(input);
}

// One plain event that views can ask htmx to listen for, whatever the way the chips changed.
const changed = (input) => input.dispatchEvent(new CustomEvent("chips-changed", { bubbles: true }));

function takeTyped(combo) {
  const input = inputOf(combo);
  const text = input.value.trim().replace(/[,;]+$/, "");
  if (!combo.dataset.combo || !text.includes("@")) return false;
  addChip(combo, combo.dataset.combo, text, text);
  return true;
}

function takeOption(combo, option) {
  if (option.getAttribute("aria-disabled") === "true") return;
  const { name, value, label } = option.dataset;
  if (name && value) addChip(combo, name, value, label);
  inputOf(combo).focus();
}

function removeChip(chip) {
  const combo = comboOf(chip);
  const label = find("span", chip)?.textContent ?? "";
  chip.remove();
  announce(`${label} removed`);
  inputOf(combo).focus();
  changed(inputOf(combo));
}

function comboKey(event, combo) {
  const input = inputOf(combo);
  const options = optionsOf(combo);
  const open = !listOf(combo).hidden;
  const at = options.indexOf(activeOf(combo));
  const go = (to) => {
    event.preventDefault();
    if (options.length === 0) return;
    if (!open) expand(combo, true);
    activate(combo, options[(to + options.length) % options.length]);
  };
  if (event.key === "ArrowDown") go(at + 1);
  else if (event.key === "ArrowUp") go(at < 0 ? options.length - 1 : at - 1);
  else if (event.key === "Escape" && open) {
    // The list closes, the dialog around it stays.
    event.preventDefault();
    event.stopPropagation();
    expand(combo, false);
  } else if (event.key === "Enter" || ((event.key === "," || event.key === ";") && input.value.includes("@"))) {
    const active = open ? activeOf(combo) : null;
    // Enter must not send the form while somebody is picking.
    if (event.key !== "Enter" || active || input.value.trim() || find("[data-chip]", combo)) event.preventDefault();
    if (active) takeOption(combo, active);
    else takeTyped(combo);
  } else if (event.key === "Backspace" && input.value === "") {
    const last = findAll("[data-chip]", combo).at(-1);
    if (last) removeChip(last);
  }
}

document.addEventListener(
  "keydown",
  (event) => {
    const combo = event.target.matches?.("[role=combobox]") ? comboOf(event.target) : null;
    if (combo && !event.isComposing) comboKey(event, combo);
  },
  true,
);

// Several addresses pasted at once become several chips.
document.addEventListener("paste", (event) => {
  const combo = event.target.matches?.("[role=combobox]") ? comboOf(event.target) : null;
  const text = event.clipboardData?.getData("text") ?? "";
  if (!combo?.dataset.combo || !/[\n,;]/.test(text.trim())) return;
  const parts = text
    .split(/[\n,;]+/)
    .map((part) => part.trim())
    .filter(Boolean);
  if (!parts.some((part) => part.includes("@"))) return;
  event.preventDefault();
  for (const part of parts) addChip(combo, combo.dataset.combo, part, part);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const combo = target.matches?.("[role=combobox]") ? comboOf(target) : null;
  if (!combo || combo.contains(relatedTarget)) return;
  takeTyped(combo);
  expand(combo, false);
});

// Options arrive by htmx: the list shows itself when it has any, and its first one is ready for Enter.
function showOptions(records) {
  for (const combo of findAll("[data-combo]")) {
    const list = listOf(combo);
    if (!records.some(({ target, addedNodes }) => addedNodes.length > 0 && (target === list || list.contains(target))))
      continue;
    const typing = document.activeElement === inputOf(combo) && inputOf(combo).value.trim() !== "";
    expand(combo, typing && list.childElementCount > 0);
    if (typing) activate(combo, optionsOf(combo)[0]);
  }
}

// Inserting ----------------------------------------------------------------

// The bars of a form whose buttons write into its fields, at the cursor; links and marks go into the long one alone.
let wroteIn;

const showInsertBars = () => findAll("[data-insert-bar][hidden]").forEach((bar) => (bar.hidden = false));

function insert(button) {
  const form = document.getElementById(button.closest("[data-insert-bar]")?.dataset.insertBar);
  const area = form && find("textarea", form);
  if (!area) return;
  const field = button.dataset.insertIn !== "body" && wroteIn?.form === form && wroteIn.isConnected ? wroteIn : area;
  const [before, after = ""] = button.dataset.insert.split("|cursor|");
  const { selectionStart: from, selectionEnd: to } = field;
  const text = before + field.value.slice(from, to) + after;
  field.focus();
  field.setSelectionRange(from, to);
  // this way the browser's own undo knows of it
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  if (after) field.setSelectionRange(from + before.length, from + before.length + to - from);
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("form[data-inserts] :is(textarea, input[type=text])")) wroteIn = target;
});

// Small things -------------------------------------------------------------

function counters(input) {
  for (const counter of findAll(`[data-counter="${CSS.escape(input.id)}"]`))
    setText(counter, `${input.value.length} of ${input.maxLength}`);
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", String(show));
  button.firstChild.textContent = show ? "Hide" : "Show";
}

const showReveals = () => findAll("[data-reveal][hidden]").forEach((button) => (button.hidden = false));

// A button that may be pressed again after so many seconds; the server refuses earlier presses anyway.
function startWaits() {
  for (const button of findAll("button[data-wait]")) {
    let left = Number(button.dataset.wait);
    const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    delete button.dataset.wait;
    if (!label) continue;
    const words = label.data;
    button.disabled = true;
    const tick = () => {
      if (!button.isConnected) return;
      button.disabled = left > 0;
      label.data = left > 0 ? `${words} in ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : words;
      if (left > 0) setTimeout(tick, 1000);
      left -= 1;
    };
    tick();
  }
}

// Events -------------------------------------------------------------------

document.addEventListener(
  "click",
  (event) => {
    const item = event.target.closest?.(".menu[popover] :is(a, button)");
    if (item && !item.hasAttribute("data-copy")) item.closest(".menu").hidePopover?.();
  },
  true,
);

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest?.(selector);
  const more = on("button.more[formaction]");
  const menu = more && menuOf(more);
  if (menu) {
    event.preventDefault();
    return void openMenu(more, menu);
  }
  const closing = on("[data-close]");
  if (closing) return close(closing, event);
  const copying = on("[data-copy]");
  if (copying) return void copy(copying);
  const removing = on("[data-remove-chip]");
  if (removing) return removeChip(removing.closest("[data-chip]"));
  const inserting = on("[data-insert]");
  if (inserting) return insert(inserting);
  const option = on("[data-combo] [role=option]");
  if (option) return takeOption(comboOf(option), option);
  const chips = on("[data-combo] .chips");
  if (chips && event.target === chips) return inputOf(comboOf(chips)).focus();
  const scope = on(".contacts");
  if (scope && on("[data-clear]")) return clear(scope);
  if (scope && on("[data-select-every]")) {
    everything(scope, true);
    return count(scope);
  }
  const showing = on("[data-show]");
  if (showing)
    return find("#dialog").replaceChildren(document.getElementById(showing.dataset.show).content.cloneNode(true));
  const revealing = on("[data-reveal]");
  if (revealing) reveal(revealing);
});

// The list keeps the input's focus, so that picking by mouse does not count as leaving.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("[data-combo] [role=listbox]")) event.preventDefault();
});

document.addEventListener("change", ({ target }) => {
  if (target.closest?.("[data-theme-picker]")) pickTheme(target.value);
  else if (target.matches?.(".box")) ticked(target);
});

document.addEventListener("input", ({ target }) => {
  const colors = target.closest?.("[data-colors]");
  if (colors) matchColors(colors, target);
  if (target.id && "maxLength" in target) counters(target);
  const combo = target.matches?.("[role=combobox]") ? comboOf(target) : null;
  if (combo && target.value.trim() === "") expand(combo, false);
});

// Colours: swatches, picker and number say the same.
function matchColors(group, from) {
  const digits = /^#?([0-9a-f]{6})$/i.exec(from.value.trim())?.[1];
  if (!digits) return;
  const color = `#${digits.toLowerCase()}`;
  for (const input of findAll("input:not([type=hidden])", group)) {
    if (input.type === "radio") input.checked = input.value === color;
    else if (input !== from) input.value = color;
  }
}

// A form that this browser itself asked for need not be pressed again.
const submitNow = () => find("form[data-submit-now]")?.requestSubmit();

function refresh(records = []) {
  openDialogs();
  keepToasts();
  keepFocus();
  countAll();
  showThemePickers();
  showReveals();
  showInsertBars();
  startWaits();
  showOptions(records);
}

// Watches the page rather than htmx's events: those are lost when the element that asked is gone after the swap.
new MutationObserver(refresh).observe(document.body, { childList: true, subtree: true });
addEventListener("pageshow", () => countAll());
refresh();
submitNow();
