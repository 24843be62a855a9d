// The page of a link or a hand-over: its one button goes off once, by itself where the server saw that this very browser asked for it.
const form = document.querySelector("#magic-confirm, #hand-over");
let sent = false;

// A double click would redeem once and then show the person a used link.
form?.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => {
  sent = false;
});

// Going back to the page must not press it again.
const [visit] = performance.getEntriesByType("navigation");
if (form && "selfSubmit" in form.dataset && visit?.type !== "back_forward") form.requestSubmit();
